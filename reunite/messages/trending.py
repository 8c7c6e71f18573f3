"""Trends as text: a small bar chart, and the things lost most."""

from collections.abc import Iterator, Sequence
from typing import Final

from reunite.entities import Trends
from reunite.language import listed, sentence
from reunite.messages.wording import duration_words, thing_words
from reunite.trends import places_of, things_lost

_MINUTES_A_DAY: Final = 24 * 60
_BARS: Final = "▁▂▃▄▅▆▇█"


def lines(trends: Trends, language: str) -> Iterator[str]:
    """List how many items came back each week, how soon, and the things and places lost most."""
    if any(trends.returned):
        weeks, total = len(trends.returned), sum(trends.returned)
        yield sentence("stats_weeks", language, bars=bars(trends.returned), weeks=weeks, total=total)
    if trends.days is not None:
        yield soon_returned(trends.days, language)
    if things := things_lost(trends.lost):
        named = [(thing_words(name, language), number) for name, number in things]
        yield sentence("stats_things", language, things=_counted(named, language))
    if places := places_of(trends.lost):
        yield sentence("stats_places", language, places=_counted(places, language))


def soon_returned(days: float, language: str) -> str:
    """Say within how many days half of what was returned was back; in minutes or hours where it's short."""
    time = duration_words(max(1, round(days * _MINUTES_A_DAY)), language)
    return sentence("stats_soon", language, time=time)


def bars(numbers: Sequence[int]) -> str:
    """Draw numbers as bars; the greatest is the highest."""
    most = max(1, *numbers)
    return "".join(_BARS[-(-number * (len(_BARS) - 1) // most)] for number in numbers)


def _counted(numbers: Sequence[tuple[str, int]], language: str) -> str:
    return listed((f"{name} ({number})" for name, number in numbers), language)
