"""Tables of posts: a mug and keys that share what says nothing, and one thing whose posts share a name or a number."""

import pytest

from reunite.matching.weights import ScoringModel
from tests.support.tables import rows_of
from tests.support.uninformative import MODELS, OPEN_COUNTS, WITH_CLIP, first_found, search


def _pairs(name: str, columns: tuple[str, str]) -> list[tuple[str, str]]:
    first, second = columns
    return [(row[first].replace("\\n", "\n"), row[second].replace("\\n", "\n")) for row in rows_of(name)]


@pytest.mark.untraced
@pytest.mark.parametrize("model", WITH_CLIP.values(), ids=WITH_CLIP)
@pytest.mark.parametrize("open_count", OPEN_COUNTS)
def test_no_mug_is_the_keys(open_count: int, model: ScoringModel) -> None:
    matched = [
        found
        for found, lost in _pairs("shared_nothing.tsv", ("mug", "keys"))
        if (mug := first_found(search(found, lost, open_count, model, 0.0), model)).label or mug.probability >= 0.1
    ]
    assert matched == []


@pytest.mark.untraced
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("open_count", OPEN_COUNTS)
def test_a_shared_serial_or_engraved_name_matches(open_count: int, model: ScoringModel) -> None:
    missed = [
        lost
        for lost, found in _pairs("shared_name.tsv", ("lost", "found"))
        if first_found(search(found, lost, open_count, model, 3.0), model).probability < 0.5
    ]
    assert missed == []
