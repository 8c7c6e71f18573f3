"""Reports that name the place before the thing: "Habe im Bus einen Schal verloren"."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.matching.features import extract
from reunite.text.words import stem
from tests.support.tables import for_each

_TABLE = Path(__file__).parents[1] / "data" / "place_first.tsv"


@for_each(("text", "thing", "place"), [row.split("\t") for row in _TABLE.read_text(encoding="utf-8").splitlines()[1:]])
def test_the_thing_is_read_where_the_place_comes_first(text: str, thing: str, place: str) -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    report = extract(Item(UUID(int=0), ReportKind.FOUND, text, "", noon, time_is_stated=False))
    assert stem(report.head_noun or "") == stem(thing)
    assert report.place == place
