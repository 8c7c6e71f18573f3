"""Whether two reports name one place. Where a find is kept may be where it was found, but never speaks against it."""

from collections.abc import Mapping

from reunite.matching import circumstances
from reunite.matching.features import ReportFeatures


def similarity(first: ReportFeatures, second: ReportFeatures) -> float | None:
    """Similarity of two reports' places, 0 to 1; None if either is unknown, or they may be one."""
    named = circumstances.place_similarity(first.place_words, second.place_words)
    if named is None or not (first.kept_place_words or second.kept_place_words):
        return named
    found = circumstances.place_similarity(_without_kept(first), _without_kept(second))
    if found is not None:
        return max(named, found)
    return named if named >= circumstances.ALIKE else None


def _without_kept(report: ReportFeatures) -> Mapping[str, float]:
    return {word: weight for word, weight in report.place_words.items() if word not in report.kept_place_words}
