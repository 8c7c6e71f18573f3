"""Rare words: which open reports share them, and which of the query's words are boilerplate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np

from db.mapping import Row
from db.vectors import ID
from reunite.text.rarity import boilerplate_words, rare_words

_HOLDERS: Final = """SELECT word, array_send(reports) AS reports, authors, repeated, repeats
FROM reports_with_words(%(words)s, %(opposite)s::report_kind, %(most)s, %(hidden)s)"""
_HEADER: Final = 20
"""Bytes that precede the elements of a packed array."""
_ELEMENT: Final = np.dtype([("size", ">i4"), ("id", ID)])
Holders = dict[str, dict[bytes, str]]
"""For each word, the reports that contain it, with their authors."""


class Sampled(NamedTuple):
    """An open report whose words are in memory: of a random sample, or any of few."""

    report: UUID
    hidden: bool
    author: str
    words: frozenset[str]


class Found(NamedTuple):
    """The query's words that open reports use."""

    holders: Holders
    reports_of: Mapping[str, int]
    """How many open reports each author has, at least of those authors who used a word more than once."""
    common: Sequence[str]
    """Words in so many reports that it isn't known in which."""


class SharedWords(NamedTuple):
    """The query's words that open reports share."""

    rare: Mapping[bytes, set[str]]
    """The rare words that each report shares."""
    boilerplate: frozenset[str]
    common: Sequence[str]
    """Frequent words: only a sample of the open reports can tell whether they are boilerplate."""


def holders(words: Sequence[str], params: Mapping[str, Any], limit: int) -> tuple[str, dict[str, Any]]:
    """Return the statement that finds the reports with each word, except for words in more than `limit` reports."""
    return _HOLDERS, {**params, "words": list(words), "most": limit}


def found_words(rows: Sequence[Row], limit: int) -> Found:
    """Read the rows of `holders`; words in more than `limit` reports are common."""
    holding: Holders = {
        row["word"]: dict(zip(_ids(row["reports"]), row["authors"], strict=True))
        for row in rows
        if row["authors"] and len(row["authors"]) <= limit
    }
    reports_of = {
        author: count for row in rows for author, count in zip(row["repeated"] or (), row["repeats"] or (), strict=True)
    }
    return Found(holding, reports_of, [row["word"] for row in rows if row["word"] not in holding])


def shared_words(found: Found, open_count: int) -> SharedWords:
    rare, boilerplate = rare_words(found.holders, found.reports_of, open_count)
    return SharedWords(rare, boilerplate, found.common)


def _ids(packed: bytes) -> list[bytes]:
    """Read an array of UUIDs in PostgreSQL's binary format."""
    ids: list[bytes] = np.frombuffer(packed, _ELEMENT, offset=_HEADER)["id"].tolist()
    return ids


def boilerplate_of_sample(words: Sequence[str], sample: Sequence[Sampled]) -> frozenset[str]:
    """Return the words that are boilerplate in a sample."""
    holding = {word: {sampled.report: sampled.author for sampled in sample if word in sampled.words} for word in words}
    return boilerplate_words(holding, Counter(sampled.author for sampled in sample), len(sample))
