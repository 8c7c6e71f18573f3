"""Reports as people type them in chat, in nine languages: their things with a colour each, the place and the brand."""

import re
from collections.abc import Mapping

import pytest

from reunite.matching.features import ReportFeatures
from reunite.text.kinds import relation
from reunite.text.words import stem
from tests.support.features import features_of
from tests.support.tables import rows_of

_WORD = re.compile(r"\w+")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("chat.tsv", 0.92),
        ("chat_held_out.tsv", 0.95),
        ("chat_later.tsv", 0.7),
        ("chat_regional.tsv", 0.93),
        ("chat_blind.tsv", 0.87),
        ("chat_settings.tsv", 0.79),
        ("chat_told.tsv", 0.83),
        ("chat_told_held_out.tsv", 0.7),
        ("chat_mixed.tsv", 0.79),
        ("chat_mixed_held_out.tsv", 0.6),
    ],
)
def test_a_report_is_understood(name: str, least: float) -> None:
    table = rows_of(name)
    wrong = [f"{report['text']} ({found})" for report in table if (found := _errors(report))]
    assert 1 - len(wrong) / len(table) >= least, "\n".join(wrong)


def _errors(report: Mapping[str, str]) -> list[str]:
    read = features_of(report["text"].replace("\\n", "\n"))
    brands = ", ".join(brand.casefold() for brand in read.brands.own)
    return [
        *(["thing or colour"] if not _are_things(read, report["things"]) else []),
        *([f"place: {read.place}"] if not _is_place(read.place, report["place"]) else []),
        *([f"brand: {brands}"] if brands != report["brand"] else []),
    ]


def _are_things(read: ReportFeatures, cell: str) -> bool:
    """Whether a report's things are "blue bag; key": each is a colour, if there is one, and a noun."""
    if cell == "-":
        return not read.is_informative
    nouns = [thing.noun or "" for thing in read.things]
    colours = [thing.colours[0].name if thing.colours else "" for thing in read.things]
    wanted = [thing.rpartition(" ") for thing in cell.split("; ")]
    return (
        read.is_readable
        and len(nouns) == len(wanted)
        and colours == [colour for colour, _, _ in wanted]
        and all(_names(noun, thing) for noun, (_, _, thing) in zip(nouns, wanted, strict=True))
    )


def _names(noun: str, thing: str) -> bool:
    related = relation(thing, noun) if noun else "other"
    return stem(noun.rpartition(" ")[2]) == thing or related == "same" or (thing == "toy" and related == "broader")


def _is_place(place: str, cell: str) -> bool:
    """Whether a place is said, and nothing else: of "train to Leeds", the train will do."""
    said, words = (set(_WORD.findall(text.casefold())) for text in (place, cell))
    return bool(said) == bool(words) and said <= words
