"""What scoring needs of a community's open reports is in memory from its first search on, unless they are too many."""

from uuid import UUID

import pytest
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from db import candidates, index_loading, packed_items, search_changes
from db.memory_index import MemoryIndex
from reunite.entities import ReportState
from reunite.matching.evidence import Item, Search
from tests.support.large_communities import Communities, ids
from tests.support.sent_statements import counted, sent

__all__ = ["sent"]  # a fixture


def items_of(search: Search) -> dict[UUID, Item]:
    return {candidate.item.report: candidate.item for candidate in search.candidates}


@pytest.mark.parametrize("quantised", [False, True])
@pytest.mark.parametrize("many_new", [False, True])
async def test_a_search_sends_one_statement(
    communities: Communities,
    monkeypatch: pytest.MonkeyPatch,
    sent: list[str],
    *,
    quantised: bool,
    many_new: bool,
) -> None:
    if quantised:
        for module in (candidates, index_loading):
            monkeypatch.setattr(module, "MANY", 200)
    if many_new:
        for changes in (search_changes, index_loading):
            monkeypatch.setattr(changes, "FEW", 0)
    async with communities.large() as community:
        first, *others, last = community.filled.lost
        await community.search(first)
        assert community.index.holds_all is not quantised
        assert [(await counted(community, lost, sent))[1] for lost in others] == [1] * len(others)
        assert len(sent[0]) <= MAX_CACHED_STATEMENT_LENGTH, "psycopg would translate it anew in each search"
        new = await community.add(like=last)
        found, statements = await counted(community, last, sent)
        assert (new in found, statements == 1) == (True, not many_new)
        await community.rows("UPDATE report SET place = 'Main station' WHERE id = %s RETURNING id", new)
        await counted(community, first, sent)
        found, statements = await counted(community, last, sent)
        assert (new in found, statements) == (True, 1)
        await community.set_state(new, ReportState.RETURNED)
        found, statements = await counted(community, last, sent)
        assert (new in found, statements == 1) == (False, not many_new)


async def test_of_many_reports_items_are_packed(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    async with communities.large() as community:
        first, other, *_ = community.filled.lost
        items = community.store.index_cache.items
        right = [items_of(await community.search(lost)) for lost in (first, other)]
        monkeypatch.setattr(index_loading, "MAX_ITEMS", 100)
        community.store.index_cache.forget(community.filled.tenant.community)
        assert items_of(await community.search(first)) == right[0]
        every = await community.rows("SELECT id FROM report WHERE kind = 'found'")
        assert {report for [report] in every if report.bytes in items} == right[0].keys()
        sent.clear()
        assert (items_of(await community.search(other)), len(sent)) == (right[1], 1)
        new = await community.add(like=first)
        for place in ("Main station", "Harbour"):
            await community.rows("UPDATE report SET place = %s WHERE id = %s RETURNING id", place, new)
            sent.clear()
            found = items_of(await community.search(first))
            assert (found[new].place, len(sent)) == (place, 1)
        await community.set_state(new, ReportState.RETURNED)
        assert new not in ids(await community.search(first))
        assert not community.index.items.find([new.bytes])


async def test_of_too_many_reports_only_candidates_are_read(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    monkeypatch.setattr(index_loading, "MAX_ITEMS", 100)
    monkeypatch.setattr(packed_items, "_MAX_BYTES", 0)
    async with communities.large() as community:
        first, other, *_ = community.filled.lost
        found, _ = await counted(community, first, sent)
        items = community.store.index_cache.items
        every = await community.rows("SELECT id FROM report WHERE kind = 'found'")
        assert {report for [report] in every if report.bytes in items} == found
        assert (await counted(community, other, sent))[1] > 1
        new = await community.add(like=first)
        found, statements = await counted(community, first, sent)
        assert (new in found, statements > 1) == (True, True)


async def test_quantised_vectors_know_which_photos_look_alike(
    communities: Communities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loading, "MANY", 200)
    async with communities.large() as community:
        for lost in community.filled.lost:
            alike = (await community.search(lost)).lookalikes
            with monkeypatch.context() as imprecise:
                imprecise.setattr(MemoryIndex, "precise", False)
                measured = (await community.search(lost)).lookalikes
            both = [pair for pair in alike if pair in measured]
            assert len(both) > 0.9 * len(measured) > 0
            assert [alike[pair] for pair in both] == pytest.approx([measured[pair] for pair in both], abs=1e-4)


@pytest.mark.parametrize("few", [0, 100])
async def test_once_there_are_many_reports_new_ones_are_packed(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, sent: list[str], few: int
) -> None:
    monkeypatch.setattr(index_loading, "MAX_ITEMS", 300)
    for changes in (search_changes, index_loading):
        monkeypatch.setattr(changes, "FEW", few)
    async with communities.large() as community:
        first, last = community.filled.lost[0], community.filled.lost[-1]
        await community.search(first)
        items = community.store.index_cache.items
        assert not community.index.packs_items
        await community.add(like=first)
        await community.search(first)
        new = await community.add(like=last)
        await community.search(first)
        assert (len(community.index), new.bytes in items) == (302, False)
        assert community.index.items.find([new.bytes])
        found, statements = await counted(community, last, sent)
        assert (new in found, statements, new.bytes in items) == (True, 1, True)
