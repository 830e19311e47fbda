"""Reads messages with a trained mood model; keeps no text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from router.mood.linear import LinearTextcat, word_features
from router.mood.normalise import normalise
from router.mood.pipeline import ANGER, ANGER_LABELS, REQUEST, REQUEST_LABELS, classifier
from router.mood.reading import Level, MoodReading, MoodUnavailable, Thresholds
from router.mood.request import find_request, pieces
from router.mood.safety import find_danger

_CALM = MoodReading(0.0, False, 0.0, Level.CALM, None, ())
_SURE = 0.9
_IMPATIENCE_COUNTS = 0.7
_WORDS_SHOWN = 4
_ASKS = REQUEST_LABELS.index(REQUEST)


class Mood:
    """A loaded model; one for a process, as it costs memory and a second to load."""

    def __init__(self, nlp: Language, thresholds: Thresholds) -> None:
        self._nlp = nlp
        self._thresholds = thresholds
        self._anger = classifier(nlp, ANGER)
        self._request = classifier(nlp, REQUEST)
        # Words the model knows stay; the memory zone of each reading forgets only the others.
        for reader in (self._anger, self._request):
            for word in reader.words():
                nlp.vocab[word]

    @classmethod
    def load(cls, folder: Path, thresholds: Thresholds = Thresholds()) -> Mood:  # noqa: B008
        """Load a trained folder; MoodUnavailable says what to do when it cannot be read."""
        if not (folder / "config.cfg").is_file():
            raise MoodUnavailable(f"there is no mood model in {folder}; train one first")
        try:
            nlp = spacy.load(folder)
            mood = cls(nlp, thresholds)
            mood.read("你好")
        except Exception as reason:
            detail = f"the mood model in {folder} cannot be read ({reason}); delete it, train again"
            raise MoodUnavailable(detail) from reason
        return mood

    def read(self, text: str) -> MoodReading:
        """Read one message; only its first 2,000 characters count."""
        plain = normalise(text)
        if not plain:
            return _CALM
        with self._nlp.memory_zone():
            return self._reading(plain, self._nlp(plain))

    def read_many(self, texts: Sequence[str]) -> list[MoodReading]:
        """Read messages in order."""
        return [self.read(text) for text in texts]

    def _reading(self, plain: str, doc: Doc) -> MoodReading:
        anger = _IMPATIENCE_COUNTS * doc.cats[ANGER_LABELS[1]] + doc.cats[ANGER_LABELS[2]]
        level = self._thresholds.level(anger)
        danger = find_danger(plain)
        asked = find_request(plain)
        request = self._asking(plain, doc)
        if asked is not None:
            request = _SURE + (1.0 - _SURE) * request
        requested = request >= self._thresholds.human_request
        evidence = [asked] if asked else []
        if requested and not asked:
            evidence.extend(_telling(self._request, doc, _ASKS))
        if danger is not None:
            evidence.append(danger[1])
        if level is not Level.CALM:
            evidence.extend(_telling(self._anger, doc, int(level)))
        return MoodReading(
            human_request=request,
            human_requested=requested,
            anger=anger,
            level=level,
            safety=danger[0] if danger else None,
            evidence=tuple(dict.fromkeys(evidence)),
        )

    def _asking(self, plain: str, doc: Doc) -> float:
        """Give how much a message asks for a human: as a whole, and then one piece of it too.

        Words of several sentences may add up to a request that none of them makes.
        """
        whole: float = doc.cats[REQUEST]
        parts = pieces(plain) if whole >= self._thresholds.human_request else []
        if len(parts) < 2:
            return whole
        return min(whole, max(map(self._asking_of, parts)))

    def _asking_of(self, piece: str) -> float:
        reader = self._request
        return reader.score(reader.features(self._nlp.make_doc(piece)))[_ASKS]


def _telling(reader: LinearTextcat, doc: Doc, label: int) -> list[str]:
    """Give the few words of a message that speak most for a label."""
    weighed: list[tuple[float, str]] = []
    for word in dict.fromkeys(token.text for token in doc):
        if any(letter.isalnum() for letter in word):
            weighed.append((reader.weight(word_features([word]), label), word))
    weighed.sort(key=lambda pair: -pair[0])
    return [word for weight, word in weighed[:_WORDS_SHOWN] if weight > 0.0]
