"""How sure a model may be: its chances, corrected by how often it was right on text held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from bot.components.counting import Array

_JUDGED: Final = 100
"""Texts it takes to correct anything: of fewer, the share of right ones means little."""
_FIRM: Final = 100.0
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Certainty:
    """Corrects the chance of the likeliest label by a straight line in log-odds.

    Platt scaling of the top label: Platt, 1999; Gupta and Ramdas, ICLR 2022.
    """

    slope: float = 1.0
    offset: float = 0.0

    @classmethod
    def learned(cls, chances: Array, truth: NDArray[np.intp]) -> Certainty:
        """Fit the line on texts the model has not seen; a row of chances a text."""
        right = chances.argmax(axis=1) == truth
        if len(truth) < _JUDGED or right.all() or not right.any():
            return cls()
        odds = _log_odds(chances.max(axis=1))
        line = LogisticRegression(C=_FIRM).fit(odds[:, None], right)
        slope = float(line.coef_[0, 0])
        return cls(slope, float(line.intercept_[0])) if slope > 0 else cls()

    def of(self, chances: Array) -> Array:
        """Return the chances with the best one corrected, the others in proportion.

        No other exceeds the best one, so the order stays; the sum may fall below one.
        """
        best = chances.max(axis=-1, keepdims=True)
        sure = 1.0 / (1.0 + np.exp(-(self.slope * _log_odds(best) + self.offset)))
        others = chances * (1.0 - sure) / np.maximum(1.0 - best, _EDGE)
        return np.where(chances == best, sure, np.minimum(others, sure)).astype(np.float32)


AS_FITTED: Final = Certainty()
"""Leaves the chances as they are, but for their edges."""


def _log_odds(chances: Array) -> NDArray[np.float64]:
    kept = np.clip(chances.astype(np.float64), _EDGE, 1.0 - _EDGE)
    return np.asarray(np.log(kept / (1.0 - kept)))
