"""Everyday things that an owner and a finder told each in their own words, in six languages, without photos."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from reunite.entities import Label, ReportKind
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Item
from reunite.text.parts import parts
from reunite.tuning.comparison import EmbeddedReport, compare
from reunite.tuning.labelled_set import label_searches, narrow
from reunite.tuning.predictions import Prediction, predict
from tests.support.open_sets import NOON
from tests.support.scoring import features
from workers.open_set.labels import read_open_set

if TYPE_CHECKING:
    from workers.encoders.concept import ConceptEncoder

_TABLE = Path(__file__).parents[1] / "data" / "told_twice.tsv"
_OPEN = 100
"""Found reports: those of the table, and captions of the open set."""


def predictions(encoder: "ConceptEncoder") -> list[Prediction]:
    with _TABLE.open(encoding="utf-8") as lines:
        told = [(row["lost"], row["found"]) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    pairs = [texts for texts in told if texts[1]]
    captions = list(dict.fromkeys(report.text for report in read_open_set().found if len(report.text.split()) > 1))

    def embedded(kind: ReportKind, number: int, text: str) -> EmbeddedReport:
        item = Item(UUID(int=number), kind, text, "", NOON, time_is_stated=False, posted_at=NOON)
        return EmbeddedReport(item, {}, encoder.encode_texts(parts(text) or [text]))

    found_texts = [*(found for _, found in pairs), *captions][:_OPEN]
    found = [embedded(ReportKind.FOUND, 1000 + number, text) for number, text in enumerate(found_texts)]
    lost = [embedded(ReportKind.LOST, number, text) for number, (text, _) in enumerate([*pairs, *told[len(pairs) :]])]
    answers = {UUID(int=number): [UUID(int=1000 + number)] for number in range(len(pairs))}
    labelled = label_searches(compare(lost, found), compare(found, lost), answers)
    there = {report.item.report for report in found}
    return [predict(narrow(search, there), for_encoder("concept"), features) for search in labelled.lost]


@pytest.mark.encoder
@pytest.mark.slow
def test_right_things_are_labelled_and_absent_ones_are_not() -> None:
    from workers.encoders.concept import ConceptEncoder

    made = predictions(ConceptEncoder())
    there, absent = ([each for each in made if each.has_answer is answer] for answer in (True, False))
    labelled = [each for each in made if any(each.labels)]
    assert (len(there), len(absent)) == (39, 20)
    assert sum(each.right[0] for each in there) >= 37
    assert sum(_labels_right(each) for each in there) >= 20
    assert sum(any(each.labels) for each in absent) <= 1
    assert sum(map(_labels_right, labelled)) >= 0.9 * len(labelled)
    assert all(each.right[0] for each in labelled if each.labels[0] is Label.HIGH)


def _labels_right(prediction: Prediction) -> bool:
    return any(label for label, right in zip(prediction.labels, prediction.right, strict=True) if right)
