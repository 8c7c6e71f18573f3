"""Every mark of a why line is true: pairs judged by hand, from what they say and what their photos show."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from reunite.entities import Label, ReportKind
from reunite.matching import colours
from reunite.matching.evidence import Item
from reunite.matching.features import extract
from reunite.matching.reasons import reasons
from reunite.messages.wording import why_words
from reunite.text.content import rare_candidates
from reunite.text.frequency import Frequency, frequency
from tests.support.tables import for_each

NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)
_TABLE = Path(__file__).parents[1] / "data" / "whys.tsv"
PAIRS = list(csv.DictReader(_TABLE.read_text("utf-8").splitlines(), delimiter="\t"))


def item(kind: ReportKind, pair: Mapping[str, str], side: str, seen: str) -> Item:
    shares = dict(part.rsplit(" ", 1) for part in pair[f"{seen}colours"].split(", ") if part)
    photo = tuple(float(shares.get(name, 0)) for name in colours.NAMES)
    return Item(
        UUID(int=list(ReportKind).index(kind)),
        kind,
        pair[side],
        pair[f"{side}_place"],
        NOON,
        time_is_stated=False,
        colours=(photo,) if shares else (),
        shows=tuple(thing for thing in pair[f"{seen}shows"].split(", ") if thing),
    )


def shared_rare_words(first: str, second: str) -> list[str]:
    """Return all words that could be rare in some community."""
    both = set(rare_candidates(first)) & set(rare_candidates(second))
    return sorted(word for word in both if frequency(word) is not Frequency.COMMON)


def line(words: str) -> set[str]:
    return set(words.split(" · ")) - {""}


@for_each("pair", PAIRS)
def test_the_why_line_of_a_pair_reads_as_expected_from_either_side(pair: Mapping[str, str]) -> None:
    lost = extract(item(ReportKind.LOST, pair, "lost", "lost_"))
    found = extract(item(ReportKind.FOUND, pair, "found", ""))
    evidence = {kind: float(value) for kind, value in (part.split() for part in pair["similarity"].split(", ") if part)}
    rare = shared_rare_words(pair["lost"], pair["found"])
    label = Label.HIGH if pair["high"] else None
    for one, other in ((lost, found), (found, lost)):
        assert line(why_words(reasons(one, other, rare, evidence, label=label))) == line(pair["why"])
