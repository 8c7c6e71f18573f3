"""Captions that tell nothing of their thing, and short ones that do, as people post them (tests/data/captions.tsv)."""

import csv
from pathlib import Path
from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.matching.features import ReportFeatures, extract
from tests.support.labelled_sets import LONG_AGO

DATA = Path(__file__).parents[1] / "data"


def captions(name: str, tells: str) -> list[str]:
    with (DATA / name).open(encoding="utf-8", newline="") as table:
        reader = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row["caption"] for row in reader if row["tells"] == tells]


def read(text: str) -> ReportFeatures:
    return extract(Item(UUID(int=1), ReportKind.FOUND, text, "", LONG_AGO, time_is_stated=False))


@pytest.mark.parametrize("caption", captions("captions.tsv", "no"))
def test_a_caption_that_tells_nothing(caption: str) -> None:
    assert not read(caption).tells_of_thing


@pytest.mark.parametrize("caption", [text for text in captions("captions.tsv", "yes") if any(map(str.isalnum, text))])
def test_a_short_caption_that_tells_a_thing_a_colour_a_brand_or_a_number(caption: str) -> None:
    assert read(caption).tells_of_thing
