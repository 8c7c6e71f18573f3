"""Everyday reports as people type them: errors, forms, dates, chat, in nine languages."""

from collections.abc import Mapping

from reunite.entities import ReportKind
from tests.support.features import features_of
from tests.support.tables import for_each, rows_of

REPORTS = rows_of("typed.tsv")


@for_each("report", REPORTS)
def test_the_thing_and_its_colour_are_understood(report: Mapping[str, str]) -> None:
    text = report["text"].replace("\\n", "\n")
    features = features_of(text, ReportKind.LOST)
    assert report["thing"] in (features.head_noun or "")
    colours = [colour.name for thing in features.things for colour in thing.colours]
    assert "".join(colours[:1]) == report["colour"]
    assert features.is_readable
