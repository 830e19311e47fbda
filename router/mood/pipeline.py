"""The spaCy pipeline of mood: jieba words, then one classifier for anger and one for requests."""

from __future__ import annotations

from typing import cast

import spacy
from spacy.language import Language

from router.mood.linear import FACTORY, LinearTextcat
from router.mood.segment import TOKENIZER, JiebaTokenizer

ANGER = "anger"
REQUEST = "human_request"
ANGER_LABELS = ("calm", "impatient", "angry")
REQUEST_LABELS = ("no_request", "human_request")


def build(words: str) -> Language:
    """Make the untrained pipeline over jieba with the given user dictionary."""
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}})
    cast(JiebaTokenizer, nlp.tokenizer).add_words(words)
    nlp.add_pipe(FACTORY, name=ANGER, config={"labels": list(ANGER_LABELS), "reads": "mood"})
    nlp.add_pipe(FACTORY, name=REQUEST, config={"labels": list(REQUEST_LABELS), "reads": "request"})
    return cast(Language, nlp)


def classifier(nlp: Language, name: str) -> LinearTextcat:
    """Find one classifier of the pipeline."""
    return cast(LinearTextcat, nlp.get_pipe(name))
