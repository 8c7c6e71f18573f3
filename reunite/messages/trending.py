"""Trends as text: a small bar chart, and the things lost most."""

from collections.abc import Iterator, Sequence
from typing import Final

from reunite.entities import Trends
from reunite.language import sentence
from reunite.text.lexicon import from_english
from reunite.trends import places_of, things_lost

_BARS: Final = "▁▂▃▄▅▆▇█"


def lines(trends: Trends, language: str) -> Iterator[str]:
    """List how many items came back each week, how soon, and the things and places lost most."""
    if any(trends.returned):
        weeks, total = len(trends.returned), sum(trends.returned)
        yield sentence("stats_weeks", language, bars=bars(trends.returned), weeks=weeks, total=total)
    if trends.days is not None:
        yield sentence("stats_days", language, days=f"{trends.days:.1f}")
    if things := things_lost(trends.lost):
        yield sentence(
            "stats_things", language, things=_listed([(from_english(name, language), n) for name, n in things])
        )
    if places := places_of(trends.lost):
        yield sentence("stats_places", language, places=_listed(places))


def bars(numbers: Sequence[int]) -> str:
    """Draw numbers as bars; the greatest is the highest."""
    most = max(1, *numbers)
    return "".join(_BARS[-(-number * (len(_BARS) - 1) // most)] for number in numbers)


def _listed(counted: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({number})" for name, number in counted)
