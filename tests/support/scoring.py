"""Scores for tests that score the same reports again and again: their features are extracted once."""

from functools import lru_cache, partial

from reunite.matching import scoring
from reunite.matching.features import extract

features = lru_cache(maxsize=10_000)(extract)
score = partial(scoring.score, extract=features)
