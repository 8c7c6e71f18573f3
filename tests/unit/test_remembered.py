"""What is remembered of words, and that it isn't the words."""

import gc
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.scoring import score
from reunite.text.content import rare_candidates
from reunite.text.heads import head_of, names_a_thing
from reunite.text.remembered import remembered
from tests.support.untraced import untraced


@untraced()
def strings_with(part: str) -> list[str]:
    """Return the strings with this part that are kept anywhere, also in what the collector doesn't track."""
    gc.unfreeze()  # else what was there before the first test is left out
    gc.collect()
    holders, seen, found = gc.get_objects(), set[int](), list[str]()
    while holders:
        holder = holders.pop()
        keys = dict.keys(holder) if isinstance(holder, dict) else ()  # no referents where all are strings
        for held in (*gc.get_referents(holder), *keys):
            if isinstance(held, str):
                found += [held] if part in held and held != part else []
            elif isinstance(held, dict | tuple) and not gc.is_tracked(held) and id(held) not in seen:
                seen.add(id(held))
                holders.append(held)
    return found


@pytest.mark.untraced
def test_words_are_seen_in_every_cache() -> None:
    part = "quorn"[:4] + "zwiersmb"

    @lru_cache
    def is_longer(first: str, second: str) -> bool:
        return len(first) > len(second)

    kept = [{f"{part}x": 1.0}]
    assert is_longer(f"{part}ab", f"{part}c") is True
    assert sorted(strings_with(part)) == [f"{part}ab", f"{part}c", *kept[0]]


@pytest.mark.untraced
def test_no_word_of_a_report_stays_after_a_search() -> None:
    part = "quorn"[:4] + "zwiersma"
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    texts = (f"lost my {part}ab backpack, {part}ac label, near the {part}ad gym", f"{part}ab rucksack in {part}ae hall")
    lost, found = (
        Item(UUID(int=number), kind, text, "", noon, time_is_stated=False)
        for number, (kind, text) in enumerate(zip(ReportKind, texts, strict=True))
    )
    background = {PairKind.TEXT_TEXT: Background(0.2, 0.1, 20)}
    candidate = Candidate(found, {PairKind.TEXT_TEXT: 0.7}, rare_words=(f"{part}ab",))
    assert score(Search(lost, (candidate,), background, 20), for_encoder("concept"))
    for text in texts:
        rare_candidates(text)
        head_of(text)
        names_a_thing(text)
    del lost, found, candidate, text, texts
    assert strings_with(part) == []


def test_results_are_remembered_and_forgotten_when_they_are_too_many() -> None:
    asked = list[str]()

    @remembered(2)
    def length(word: str) -> int:
        asked.append(word)
        return len(word)

    assert [length(word) for word in ("a", "bb", "a", "bb", "ccc", "a")] == [1, 2, 1, 2, 3, 1]
    assert asked == ["a", "bb", "ccc", "a"]
