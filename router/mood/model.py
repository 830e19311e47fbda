"""Reads messages with a trained mood model; keeps no text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from router.mood.linear import word_features
from router.mood.normalise import normalise
from router.mood.pipeline import ANGER, ANGER_LABELS, REQUEST_LABELS, classifier
from router.mood.reading import Level, MoodReading, MoodUnavailable, Thresholds
from router.mood.request import find_request, without_look_alikes
from router.mood.safety import find_danger

_CALM = MoodReading(0.0, False, 0.0, Level.CALM, None, ())
_SURE = 0.9
_IMPATIENCE_COUNTS = 0.7
_WORDS_SHOWN = 4


class Mood:
    """A loaded model; one for a process, as it costs memory and a second to load."""

    def __init__(self, nlp: Language, thresholds: Thresholds) -> None:
        self._nlp = nlp
        self._thresholds = thresholds
        self._anger = classifier(nlp, ANGER)
        # Words the model knows stay; the memory zone of each reading forgets only the others.
        for word in self._anger.words():
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
        asked = find_request(without_look_alikes(plain))
        request = doc.cats[REQUEST_LABELS[1]]
        if asked is not None:
            request = _SURE + (1.0 - _SURE) * request
        requested = request >= self._thresholds.human_request
        evidence = [asked] if asked else []
        if danger is not None:
            evidence.append(danger[1])
        if level is not Level.CALM:
            evidence.extend(self._angry_words(doc, level))
        return MoodReading(
            human_request=request,
            human_requested=requested,
            anger=anger,
            level=level,
            safety=danger[0] if danger else None,
            evidence=tuple(dict.fromkeys(evidence)),
        )

    def _angry_words(self, doc: Doc, level: Level) -> list[str]:
        weighed: list[tuple[float, str]] = []
        for word in dict.fromkeys(token.text for token in doc):
            if any(letter.isalnum() for letter in word):
                weighed.append((self._anger.weight(word_features([word]), int(level)), word))
        weighed.sort(key=lambda pair: -pair[0])
        return [word for weight, word in weighed[:_WORDS_SHOWN] if weight > 0.0]
