"""The words of reports in memory."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from db import word_index
from db.rare_words import Sampled
from db.word_index import WordIndex


def report(number: int, *words: str, author: str = "ada", hidden: bool = False) -> Sampled:
    return Sampled(UUID(int=number), hidden, author, frozenset(words))


def holding(*reports: Sampled) -> WordIndex:
    index = WordIndex()
    for each in reports:
        index.add(each)
    return index


def users(index: WordIndex, word: str, *, with_hidden: bool = False) -> dict[int, str] | None:
    found = index.find([word, "unheard"], 3, with_hidden=with_hidden)
    assert not found.common
    assert found.holders.keys() <= {word}
    return {int.from_bytes(key): author for key, author in found.holders[word].items()} if found.holders else None


def test_hidden_reports_take_part_only_with_others() -> None:
    index = holding(report(1, "cup", "red"), report(2, "cup", author="ben", hidden=True), report(3, "cup", hidden=True))
    assert users(index, "cup") == {1: "ada"}
    assert users(index, "cup", with_hidden=True) == {1: "ada", 2: "ben", 3: "ada"}
    assert users(index, "cup") == {1: "ada"}
    assert users(index, "hat", with_hidden=True) is None


def reports_of(index: WordIndex, *, with_hidden: bool = False) -> Mapping[str, int]:
    return index.find(["cup"], 3, with_hidden=with_hidden).reports_of


def test_an_authors_reports_are_counted_as_far_as_they_take_part() -> None:
    index = holding(report(1, "cup"), report(2, hidden=True), report(3, "hat", author="ben"))
    assert reports_of(index) == {"ada": 1, "ben": 1}
    assert reports_of(index, with_hidden=True) == {"ada": 2, "ben": 1}
    index.remove(UUID(int=3))
    assert reports_of(index) == {"ada": 1}
    index.remove(UUID(int=1))
    assert (reports_of(index), reports_of(index, with_hidden=True)) == ({}, {"ada": 1})


def test_words_in_too_many_reports_are_common() -> None:
    index = holding(report(1, "cup", "red"), report(2, "cup"), report(3, "cup", hidden=True))
    few, all_of_them = (index.find(["cup", "red"], 2, with_hidden=with_hidden) for with_hidden in (False, True))
    assert (list(few.holders), list(few.common)) == (["cup", "red"], [])
    assert (list(all_of_them.holders), list(all_of_them.common)) == (["red"], ["cup"])


def test_a_report_that_is_removed_or_edited_leaves_nothing() -> None:
    index = holding(report(1, "cup", "red"), report(2, "cup"))
    index.add(report(1, "hat", author="ben", hidden=True))
    assert users(index, "red", with_hidden=True) is None
    assert users(index, "cup") == {2: "ada"}
    for number in (1, 2, 3):
        index.remove(UUID(int=number))
    assert index.size == WordIndex().size == 0


def test_of_too_many_words_none_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_index, "MAX_USES", 4)
    index = holding(report(1, "cup", "red"), report(2, "hat"), report(2, "hat", "blue"))
    assert index.is_complete
    index.add(report(3, "bag"))
    assert (index.is_complete, index.size) == (False, 0)
    index.add(report(4, "key"))
    index.remove(UUID(int=1))
    assert index.size == 0
    assert (WordIndex(4).is_complete, WordIndex(5).is_complete) == (True, False)
