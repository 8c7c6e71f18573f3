"""Things that an owner and a finder told each in their own words, without photos."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from reunite.entities import Label, ReportKind
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Item
from reunite.text.parts import parts
from reunite.tuning.comparison import EmbeddedReport, compare
from reunite.tuning.labelled_set import LabelledSet, label_searches, narrow
from reunite.tuning.predictions import Prediction, predict
from tests.support.open_sets import NOON
from tests.support.scoring import features
from tests.support.tables import rows_of
from workers.open_set.labels import read_open_set

if TYPE_CHECKING:
    from workers.encoders.concept import ConceptEncoder

_OPEN = 100
"""Found reports."""
_FIRST_FOUND = 1000


def told(table: str) -> list[tuple[str, str]]:
    """Return pairs of posts about one thing; either is empty if there was none."""
    return [(row["lost"], row["found"]) for row in rows_of(table)]


def searches(
    encoder: "ConceptEncoder", lost_texts: Sequence[str], found_texts: Sequence[str], pairs: int
) -> LabelledSet:
    """Search for all texts among all others; the first ones of each list are `pairs`."""

    said = {text: parts(text) or [text] for text in (*lost_texts, *found_texts)}
    pieces = sorted({piece for of_text in said.values() for piece in of_text}, key=len)  # for little padding
    rows, vectors = {piece: row for row, piece in enumerate(pieces)}, encoder.encode_texts(pieces)

    def embedded(kind: ReportKind, number: int, text: str) -> EmbeddedReport:
        item = Item(UUID(int=number), kind, text, "", NOON, time_is_stated=False, posted_at=NOON)
        of_text = [rows[piece] for piece in said[text]]
        return EmbeddedReport(item, {}, {space: matrix[of_text] for space, matrix in vectors.items()})

    found = [embedded(ReportKind.FOUND, _FIRST_FOUND + number, text) for number, text in enumerate(found_texts)]
    lost = [embedded(ReportKind.LOST, number, text) for number, text in enumerate(lost_texts)]
    answers = {UUID(int=number): [UUID(int=_FIRST_FOUND + number)] for number in range(pairs)}
    return label_searches(compare(lost, found), compare(found, lost), answers)


def predictions(labelled: LabelledSet, open_numbers: Iterable[int]) -> list[Prediction]:
    there = {UUID(int=_FIRST_FOUND + number) for number in open_numbers}
    return [predict(narrow(search, there), for_encoder("concept"), features) for search in labelled.lost]


def by_answer(made: Collection[Prediction]) -> tuple[list[Prediction], list[Prediction]]:
    """Return the searches for what is there, and those for what isn't."""
    return [each for each in made if each.has_answer], [each for each in made if not each.has_answer]


def _labels_right(prediction: Prediction) -> bool:
    return any(label for label, right in zip(prediction.labels, prediction.right, strict=True) if right)


def _promises_hold(made: Collection[Prediction]) -> bool:
    labelled = [each for each in made if any(each.labels)]
    are_sure_right = all(each.right[0] for each in labelled if each.labels[0] is Label.HIGH)
    return are_sure_right and sum(map(_labels_right, labelled)) >= 0.9 * len(labelled)


@pytest.mark.encoder
@pytest.mark.slow
def test_right_things_are_labelled_and_absent_ones_are_not() -> None:
    from workers.encoders.concept import ConceptEncoder

    table = told("told_twice.tsv")
    captions = dict.fromkeys(report.text for report in read_open_set().found if len(report.text.split()) > 1)
    pairs = [texts for texts in table if texts[1]]
    found = [*(found for _, found in pairs), *captions]
    labelled = searches(ConceptEncoder(), [lost for lost, _ in (*pairs, *table[len(pairs) :])], found, len(pairs))
    made = predictions(labelled, range(_OPEN))
    there, absent = by_answer(made)
    assert (len(there), len(absent)) == (39, 20)
    assert sum(each.right[0] for each in there) >= 37
    assert sum(map(_labels_right, there)) >= 20
    assert sum(any(each.labels) for each in absent) <= 1
    assert _promises_hold(made)


@pytest.mark.encoder
@pytest.mark.slow
def test_neighbours_of_the_same_kind_are_told_apart() -> None:
    """In eleven languages, with other colours, brands and details of the same kinds among them."""
    from workers.encoders.concept import ConceptEncoder

    table = told("told_apart.tsv")
    pairs = [texts for texts in table if all(texts)]
    lost = [lost for lost, _ in pairs] + [lost for lost, found in table if not found]
    found = [found for _, found in pairs] + [found for lost, found in table if not lost]
    labelled = searches(ConceptEncoder(), lost, found, len(pairs))
    halves = (range(0, len(pairs), 2), range(1, len(pairs), 2))
    made = [
        each
        for half in halves
        for each in predictions(labelled, (*half, *range(len(pairs), len(pairs) + _OPEN - len(half))))
    ]
    there, absent = by_answer(made)
    assert (len(there), len(absent)) == (160, 320)
    assert sum(each.right[0] for each in there) >= 140
    assert sum(map(_labels_right, there)) >= 56
    assert sum(any(each.labels) for each in absent) <= 8
    assert _promises_hold(made)
