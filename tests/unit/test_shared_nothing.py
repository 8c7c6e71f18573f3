"""A table of posts about a mug and keys that share names, numbers, forms and other things around it."""

import csv
from pathlib import Path

import pytest

from reunite.matching.weights import ScoringModel
from tests.unit.test_words_that_say_nothing import OPEN_COUNTS, WITH_CLIP, first_found, search

_TABLE = Path(__file__).parents[1] / "data" / "shared_nothing.tsv"


def _pairs() -> list[tuple[str, str]]:
    with _TABLE.open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["mug"].replace("\\n", "\n"), row["keys"].replace("\\n", "\n")) for row in rows]


@pytest.mark.untraced
@pytest.mark.parametrize("model", WITH_CLIP.values(), ids=WITH_CLIP)
@pytest.mark.parametrize("open_count", OPEN_COUNTS)
def test_no_mug_is_the_keys(open_count: int, model: ScoringModel) -> None:
    matched = [
        found
        for found, lost in _pairs()
        if (mug := first_found(search(found, lost, open_count, model, 0.0), model)).label or mug.probability >= 0.1
    ]
    assert matched == []
