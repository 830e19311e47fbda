"""Reads a message's mood in process: explicit request for a human, anger, safety; masks PII."""

from router.mood.model import Mood
from router.mood.pii import mask
from router.mood.reading import Level, MoodReading, MoodUnavailable, Thresholds
from router.mood.training import train

__all__ = ["Level", "Mood", "MoodReading", "MoodUnavailable", "Thresholds", "mask", "train"]
