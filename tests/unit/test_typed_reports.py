"""Everyday reports as people type them: errors, forms, dates, chat, in nine languages."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.matching.features import extract
from tests.support.tables import for_each, rows_of

REPORTS = rows_of("typed.tsv")


@for_each("report", REPORTS)
def test_the_thing_and_its_colour_are_understood(report: Mapping[str, str]) -> None:
    text = report["text"].replace("\\n", "\n")
    features = extract(
        Item(UUID(int=0), ReportKind.LOST, text, "", datetime(2026, 5, 4, tzinfo=UTC), time_is_stated=False)
    )
    assert report["thing"] in (features.head_noun or "")
    colours = [colour.name for thing in features.things for colour in thing.colours]
    assert "".join(colours[:1]) == report["colour"]
    assert features.is_readable
