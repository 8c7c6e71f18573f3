"""The search of a large community: quantised vectors choose whom to measure, and the index follows what changes."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cli.bench.search import SPACES
from db import (
    candidate_items,
    candidates,
    index_loading,
    memory_index,
    scoring_items,
    search_changes,
    vectors,
    word_index,
)
from db.keys import NO_KEYS
from db.memory_index import NOTHING_READ
from db.rare_words import holders
from db.session import CommunitySession
from db.vectors import ids_of
from reunite.entities import ReportKind, ReportState
from reunite.matching.evidence import PairKind, Search
from reunite.ports import ScoredPair
from tests.support.large_communities import LIMIT, MANY, Communities, Large, ids
from tests.support.waiting import eventually

pytestmark = pytest.mark.untraced


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MANY", 200)
    monkeypatch.setattr(index_loading, "MANY", 200)


def nearest(search: Search, kind: Any) -> Sequence[UUID]:
    found = [
        (-candidate.similarities[kind], candidate.item.report)
        for candidate in search.candidates
        if kind in candidate.similarities
    ]
    return [report for _, report in sorted(found)[:LIMIT]]


@pytest.mark.parametrize(("encoder", "precise"), [("clip", False), ("clip", True), ("concept", False)])
async def test_nearly_all_of_the_nearest_are_found_and_the_background_is_right(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, encoder: str, *, precise: bool
) -> None:
    if not precise:
        monkeypatch.setattr(index_loading, "MAX_PRECISE_BYTES", 0)
    async with communities.large(encoder, reports=MANY) as community:
        hits = total = 0
        for report in community.filled.lost:
            search, exact = await community.search(report), await community.exactly(report)
            assert (search.open_count, search.boilerplate) == (exact.open_count, exact.boilerplate)
            assert {c.item.report: c.rare_words for c in search.candidates if c.rare_words}.items() <= {
                c.item.report: c.rare_words for c in exact.candidates
            }.items()
            assert search.background.keys() == exact.background.keys()
            for kind, right in exact.background.items():
                background = search.background[kind]
                assert abs(background.mean - right.mean) < 0.05 * right.deviation
                assert abs(background.deviation - right.deviation) < 0.05 * right.deviation
                assert background.count == right.count
                hits += len(set(nearest(search, kind)) & set(nearest(exact, kind)))
                total += LIMIT
            known = {candidate.item.report: candidate for candidate in exact.candidates}
            for candidate in search.candidates:
                right_one = known[candidate.item.report]
                assert candidate.similarities == pytest.approx(right_one.similarities, abs=1e-4 if precise else 1e-6)
                assert (candidate.item, candidate.photo) == (right_one.item, right_one.photo)
        assert hits / total >= 0.99


async def test_the_index_follows_what_changes(communities: Communities) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        before = await community.search(lost)
        new = await community.add(like=lost)
        assert ids(await community.search(lost)) - ids(before) == {new}
        await community.set_state(new, ReportState.RETURNED)
        after = await community.search(lost)
        assert new not in ids(after)
        assert after.open_count == before.open_count
        await community.set_state(new, ReportState.OPEN)
        assert new in ids(await community.search(lost))
        async with community.store.transaction(community.filled.tenant.community) as connection:
            await connection.execute("UPDATE report SET sealed = true WHERE id = %s", [new])
        sealed = await community.search(lost, sealed=True)
        assert new in ids(sealed)
        assert new not in ids(await community.search(lost))
        assert sealed.open_count == before.open_count + 1
        await community.owner.execute("DELETE FROM report WHERE id = %s", [new])
        deleted = await community.search(lost, sealed=True)
        assert (new in ids(deleted), deleted.open_count) == (False, before.open_count)


@pytest.mark.parametrize("few", [False, True])
async def test_candidates_are_read_again_once_they_have_changed(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, *, few: bool
) -> None:
    if few:
        monkeypatch.setattr(index_loading, "MANY", MANY)
    async with communities.large() as community:
        lost = community.filled.lost[0]
        found = (await community.search(lost)).candidates
        candidate = max(found, key=lambda each: each.similarities.get(PairKind.TEXT_TEXT, 0))  # also without its photo
        report = candidate.item.report
        read: list[int] = []

        def items_of(reports: Sequence[Any], seen: Any) -> Any:
            read.append(len(reports))
            return scoring_items.items_of(reports, seen)

        monkeypatch.setattr(candidate_items, "items_of", items_of)
        assert candidate in (await community.search(lost)).candidates
        assert read == [1], "only the query is read, all candidates are taken from memory"
        changes: dict[str, dict[str, Any]] = {
            "UPDATE report SET place = 'Main station' WHERE id = %s": {"place": "Main station"},
            "UPDATE photo SET colours = colours[2:], shows = '{umbrella}' WHERE report_id = %s": {
                "colours": (candidate.item.colours[0][1:],),
                "shows": ("umbrella",),
            },
            "DELETE FROM photo WHERE report_id = %s": {"colours": (), "shows": ()},
        }
        right = candidate.item
        for change, fields in changes.items():
            await community.owner.execute(change.encode(), [report])
            right = replace(right, **fields)
            assert right in {each.item for each in (await community.search(lost)).candidates}


@pytest.mark.parametrize(("source", "most"), [("read", 8000), ("in_memory", 100)])
async def test_what_changes_while_a_search_reads_it_is_not_kept(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, source: str, most: int
) -> None:
    monkeypatch.setattr(index_loading, "MAX_ITEMS", most)
    async with communities.large() as community:
        lost, items = community.filled.lost[0], community.store.index_cache.items
        changed, *others = [each.item.report for each in (await community.search(lost)).candidates]
        items.drop_all(community.filled.tenant.community, ReportKind.FOUND)

        take = getattr(candidate_items.ReadPlan, source)

        def dropping(*args: Any) -> Any:
            items.drop([changed], ReportKind.FOUND)  # as another search does
            return take(*args)

        with monkeypatch.context() as racing:
            racing.setattr(candidate_items.ReadPlan, source, dropping)
            assert changed in ids(await community.search(lost))
        assert [report for report in (changed, *others) if report.bytes not in items] == [changed]


async def test_what_changes_while_an_index_in_use_is_evicted_is_not_kept(
    communities: Communities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loading, "MANY", MANY)
    async with communities.large() as community:
        lost, cache = community.filled.lost[0], community.store.index_cache
        changed = (await community.search(lost)).candidates[0].item.report

        async def move_to(place: str) -> None:
            await community.owner.execute("UPDATE report SET place = %s WHERE id = %s", [place, changed])

        await move_to("Main station")
        index, elsewhere = community.index, (UUID(int=1), ReportKind.FOUND)
        async with index.lock:
            first = await community.start(community.search(lost))  # has read the first place
            with monkeypatch.context() as full:
                full.setattr(cache, "_max_bytes", 0)
                cache.get(*elsewhere)
                cache.trim(*elsewhere)
            await move_to("Harbour")
            second = asyncio.create_task(community.search(lost))
            await eventually(lambda: second.done() or len(index.lock._waiters or ()) > 1)
        await asyncio.gather(first, second)
        found = {each.item.report: each.item.place for each in (await community.search(lost)).candidates}
        assert found[changed] == "Harbour"


async def test_what_a_transaction_has_changed_is_forgotten_when_it_is_rolled_back(communities: Communities) -> None:
    async with communities.large() as community:
        lost, tenant = community.filled.lost[0], community.filled.tenant.community
        before = (await community.search(lost)).candidates[0].item
        async with community.store.transaction(tenant) as connection:
            await connection.execute("UPDATE report SET place = 'Main station' WHERE id = %s", [before.report])
            session = CommunitySession(connection, tenant, community.store.index_cache, NO_KEYS)
            known = await session.reports.get(lost)
            assert known
            for _ in range(2):
                own = (await session.candidates.search(known, LIMIT)).candidates
                assert replace(before, place="Main station") in {each.item for each in own}
                assert before in {each.item for each in (await community.search(lost)).candidates}
            await session.candidates.search(known, LIMIT)
            await connection.execute("ROLLBACK")
        assert before in {each.item for each in (await community.search(lost)).candidates}


@pytest.mark.parametrize("way", ["usual", "asked again", "forgotten", "many changes", "restored"])
async def test_nothing_is_kept_of_deleted_reports_once_their_community_is_searched(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        gone = [each.item.report for each in (await community.search(lost)).candidates[:2]]
        items, cache = community.store.index_cache.items, community.store.index_cache
        assert all(report.bytes in items for report in gone)
        if way == "asked again":
            await community.add(like=lost)
            async with community.index.lock:
                searches = [await community.start(community.search(lost)) for _ in range(2)]
                await community.owner.execute("DELETE FROM report WHERE id = ANY(%s)", [gone])
            await asyncio.gather(*searches)
        else:
            await community.owner.execute("DELETE FROM report WHERE id = ANY(%s)", [gone])
            if way == "forgotten":
                cache._kept.clear()
            elif way == "many changes":
                monkeypatch.setattr(index_loading, "MAX_CHANGES", 1)
                monkeypatch.setattr(search_changes, "MAX_CHANGES", 1)
            elif way == "restored":
                known = community.index.watermark
                community.index.watermark = replace(known, seen=known.seen + 1_000_000)
            await community.search(lost)
        assert not any(report.bytes in items for report in gone)


async def test_a_released_found_report_is_counted_among_sealed_ones_only(communities: Communities) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        before = await community.search(lost)
        found, closed = await community.add(like=lost), await community.add(like=lost)
        async with community.store.session(community.filled.tenant.community) as session:
            for report in (found, closed):
                [match] = await session.matches.save([ScoredPair(lost, report, 0.5, None, (), {})])
                await session.matches.release(match.id)
        await community.owner.execute("UPDATE report SET sealed = true WHERE id = ANY(%s)", [[found, closed]])
        await community.set_state(closed, ReportState.RETURNED)
        for sealed in (False, True):
            search = await community.search(lost, sealed=sealed)
            assert (found in ids(search)) is sealed
            assert search.open_count == before.open_count + sealed


async def test_an_index_is_read_anew_where_reading_it_failed(
    communities: Communities, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        before = await community.search(lost)
        await community.set_state(await community.add(like=lost), ReportState.RETURNED)
        with monkeypatch.context() as failing:
            failing.setattr(index_loading, "MAX_CHANGES", 1)
            failing.setattr(search_changes, "MAX_CHANGES", 1)
            failing.setattr(index_loading, "_RANGE", "1 / (r.sealed::int - r.sealed::int) = 1")
            with pytest.raises(psycopg.errors.DivisionByZero):
                await community.search(lost)
        after = await community.search(lost)
        assert (ids(after), after.open_count) == (ids(before), before.open_count)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_search_sees_nothing_of_another_one_that_reads_everything_again(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    monkeypatch.setattr(word_index, "MAX_USES", 0)  # so that words are looked up
    async with communities.large() as community:
        lost = community.filled.lost[0]
        before = await community.search(lost)
        index = community.index
        reading: list[asyncio.Task[None]] = []

        async def read_again() -> None:
            async with index.lock:
                names = ("watermark", "reports", "sample", "words", "whole", "quantised")
                kept = {name: getattr(index, name) for name in names}
                index.watermark = NOTHING_READ
                index.clear()
                await asyncio.sleep(0.1)
                for name in () if fails else kept:
                    setattr(index, name, kept[name])

        def looked_up(*given: Any) -> Any:
            if not reading:
                reading.append(asyncio.create_task(read_again()))
            return holders(*given)

        monkeypatch.setattr(candidates, "holders", looked_up)
        monkeypatch.setattr("psycopg.waiting.MAX_BUSY_TIME", 0, raising=False)  # others go on at every statement
        meanwhile = await community.search(lost)
        await reading[0]
        assert (ids(meanwhile), meanwhile.open_count) == (ids(before), before.open_count)


def rare_of(search: Search) -> dict[UUID, tuple[str, ...]]:
    return {each.item.report: each.rare_words for each in search.candidates if each.rare_words}


@pytest.mark.parametrize("few", [False, True])
async def test_words_are_the_same_from_memory_and_from_postgresql(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, *, few: bool
) -> None:
    if few:
        monkeypatch.setattr(index_loading, "MANY", MANY)
    monkeypatch.setattr(candidates, "MAX_HOLDERS", 12)  # some of the words are in more reports
    async with communities.large() as community:
        lost, asked = community.filled.lost[0], list[int]()

        def looked_up(words: Sequence[str], params: Any, most: int) -> Any:
            asked.append(most)
            return holders(words, params, most)

        monkeypatch.setattr(candidates, "holders", looked_up)

        async def rare(*, sealed: bool = False) -> dict[UUID, tuple[str, ...]]:
            from_memory = await community.search(lost, sealed=sealed)
            assert asked == []
            with monkeypatch.context() as too_many:
                too_many.setattr(word_index, "MAX_USES", 0)
                community.store.index_cache._kept.clear()
                from_postgresql = await community.search(lost, sealed=sealed)
            assert len(asked) == 1
            asked.clear()
            community.store.index_cache._kept.clear()
            await community.search(lost)
            assert rare_of(from_memory) == rare_of(from_postgresql)
            assert from_memory.boilerplate == from_postgresql.boilerplate
            return rare_of(from_memory)

        before = await rare()
        gone, edited, *others = before
        await community.set_state(gone, ReportState.RETURNED)
        await community.owner.execute("UPDATE report SET text = 'cup', words = '{cup}' WHERE id = %s", [edited])
        left = await rare()
        assert (set(others) <= left.keys(), {gone, edited} & left.keys()) == (True, set())
        await community.owner.execute("UPDATE report SET sealed = true WHERE id = %s", [others[0]])
        assert others[0] not in await rare()
        assert others[0] in await rare(sealed=True)


async def test_the_index_leaves_out_private_reports_for_viewers_who_may_not_see_them(
    communities: Communities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loading, "MANY", 3)
    async with communities.large() as community:
        found = next(iter(ids(await community.search(community.filled.lost[0]))))
        every = await community.search(found, limit=5)
        lost = every.candidates[0].item.report
        async with community.store.transaction(community.filled.tenant.community) as connection:
            await connection.execute("UPDATE report SET private = true WHERE id = %s", [lost])
        assert lost in ids(await community.search(found, limit=5))
        public = await community.search(found, private=False, limit=5)
        assert lost not in ids(public)
        assert public.open_count == every.open_count - 1


async def test_what_a_transaction_undoes_never_reaches_the_index(communities: Communities) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        before = await community.search(lost)
        [nearest_one, *_] = [report for kind in before.background for report in nearest(before, kind)]
        with pytest.raises(ZeroDivisionError):
            await _undone(community, lost, nearest_one)
        assert nearest_one in ids(await community.search(lost))


async def _undone(community: Large, lost: UUID, closed: UUID) -> None:
    async with community.store.session(community.filled.tenant.community) as session:
        await session.reports.set_state(closed, ReportState.RETURNED)
        report = await session.reports.get(lost)
        assert report
        assert closed not in ids(await session.candidates.search(report, LIMIT)), "its own transaction sees it"
        raise ZeroDivisionError


async def test_searches_at_once_ask_for_changes_again_only_if_there_are_any(
    communities: Communities, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        await community.search(lost)
        asked = []

        def changes_since(*given: Any) -> Any:
            asked.append(given)
            return search_changes.changes_since(*given)

        monkeypatch.setattr(index_loading, "changes_since", changes_since)
        async with community.index.lock:
            searches = [await community.start(community.search(lost)) for _ in range(2)]
            await community.rows("SELECT pg_current_xact_id()")  # transactions go on elsewhere
            searches.append(await community.start(community.search(lost)))
            new = await community.add(like=lost)
            late = await community.start(community.search(lost))
        await asyncio.gather(*searches)
        assert new in ids(await late)
        assert len(asked) == 5, "only the last one asked twice"
        assert new in ids(await community.search(lost))


async def test_a_search_sees_nothing_of_another_ones_transaction_that_searches_meanwhile(
    communities: Communities,
) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        before = await community.search(lost)
        [nearest_one, *_] = [report for kind in before.background for report in nearest(before, kind)]
        async with community.store.session(community.filled.tenant.community) as session:
            await session.reports.set_state(nearest_one, ReportState.RETURNED)
            report = await session.reports.get(lost)
            assert report
            async with community.index.lock:
                own = await community.start(session.candidates.search(report, LIMIT))
                other = await community.start(community.search(lost))
            assert nearest_one in ids(await other)
            await own
        assert nearest_one not in ids(await community.search(lost))


async def test_a_new_model_is_searched_once_it_is_live(communities: Communities) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        before = await community.search(lost)
        other = await community.store.embedding_models.register("clip", "clip-other", SPACES["clip"])
        await community.owner.execute(
            """INSERT INTO embedding (community_id, report_id, photo_id, model_id, space, source, part, vector)
               SELECT community_id, report_id, photo_id, %s, space, source, part, vector FROM embedding
               WHERE community_id = %s AND source = 'text'""",
            [other.id, community.filled.tenant.community],
        )
        assert (await community.search(lost)).background.keys() == before.background.keys()
        await community.store.embedding_models.make_live(other.id)
        assert {kind.value for kind in (await community.search(lost)).background} == {"text-text"}


async def test_a_community_keeps_its_index_to_itself(communities: Communities) -> None:
    async with communities.large() as community:
        other = await community.filler.fill(600, to_search=1)
        for filled in (community.filled, other, community.filled):
            async with community.store.session(filled.tenant.community) as session:
                report = await session.reports.get(filled.lost[0])
                assert report
                found = ids(await session.candidates.search(report, LIMIT))
            rows = await community.rows("SELECT DISTINCT community_id FROM report WHERE id = ANY(%s)", list(found))
            assert rows == [(filled.tenant.community,)]


async def test_what_is_worth_measuring_is_read_by_its_ids(communities: Communities) -> None:
    async with communities.large(reports=MANY) as community:
        place = community.filled.tenant
        async with community.store.session(place.community) as session:
            known = await session.reports.get(community.filled.lost[0])
            assert known
            index = community.store.index_cache.get(place.community, ReportKind.FOUND)
            query, _ = await session.candidates._context_of(known, index, hidden=False)
            among = ids_of([known.id] * 300)
            statement, given = vectors.measuring(place.community, query.scope, query.targets, among)
            plan = str(await session._all(f"EXPLAIN {statement}", **given))
        assert re.search("embedding_report(?:_id_model_id_space_photo_id_part_key)?", plan)
        assert "Seq Scan" not in plan


async def test_new_reports_are_looked_up_by_their_ids_however_many_the_community_has(communities: Communities) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        await community.search(lost)
        place = community.filled.tenant.community
        async with community.store.session(place) as session:
            known = await session.reports.get(lost)
            assert known
            scope = vectors.Scope(lost, known.kind.opposite, None, {}, hidden=False)
            statement, given = session.candidates._loader.changes(community.index, scope)
            # As if lookups took long: the statistics of a thousand small communities have the same effect.
            await session._one("SELECT set_config('enable_nestloop', 'off', true)")
            plan = str(await session._all(f"EXPLAIN {statement}", **given))
        assert "report_open" not in plan
        assert "report_pkey" in plan


async def test_words_are_looked_up_in_their_index_despite_row_level_security(
    communities: Communities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_index, "MAX_USES", 0)
    async with communities.large() as community:
        used = "SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE indexrelname = 'report_word_keys'"
        [[before]] = await community.rows(used)
        async with community.store.session(community.filled.tenant.community) as session:
            known = await session.reports.get(community.filled.lost[0])
            assert known
            await session.candidates.search(known, LIMIT)
            await session._one("SELECT pg_stat_force_next_flush()")
        [[after]] = await community.rows(used)
        assert after > before


async def test_photos_are_compared_that_come_after_a_community_of_texts(communities: Communities) -> None:
    async with communities.large("concept", reports=MANY) as community:
        lost = community.filled.lost[0]
        await community.owner.execute(
            """CREATE TEMP TABLE removed AS SELECT e.* FROM embedding e JOIN report r ON r.id = e.report_id
               WHERE e.source = 'photo' AND r.kind = 'found'"""
        )
        await community.owner.execute(
            "DELETE FROM embedding e USING removed WHERE e.report_id = removed.report_id AND e.source = 'photo'"
        )
        before = await community.search(lost)
        assert set(before.background) == {PairKind.TEXT_TEXT, PairKind.PHOTO_TEXT}
        new = {await community.add(like=lost) for _ in range(5)}
        search = await community.search(lost)
        assert search.background[PairKind.PHOTO_PHOTO].count == len(new)
        alike = [
            candidate for candidate in search.candidates if candidate.similarities.get(PairKind.PHOTO_PHOTO, 0) > 0.99
        ]
        assert {candidate.item.report for candidate in alike} == new
        await community.owner.execute("INSERT INTO embedding SELECT * FROM removed")
        search, exact = await community.search(lost), await community.exactly(lost)
        index = community.index
        assert index.axes["photo", "photo"].sample == exact.background[PairKind.PHOTO_PHOTO].count
        for kind in (PairKind.PHOTO_PHOTO, PairKind.TEXT_PHOTO):
            assert len(set(nearest(search, kind)) & set(nearest(exact, kind))) >= LIMIT - 1


async def test_everything_is_read_again_from_a_database_that_has_gone_back_in_time(communities: Communities) -> None:
    async with communities.large() as community:
        lost = community.filled.lost[0]
        await community.search(lost)
        new = await community.add(like=lost)
        index = community.index
        index.watermark = replace(index.watermark, seen=index.watermark.seen + 1_000_000)
        assert new in ids(await community.search(lost))


async def test_vectors_of_few_reports_are_quantised_if_they_are_many(
    communities: Communities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_loading, "MANY", MANY)
    async with communities.large() as community:
        index = community.index
        await community.search(community.filled.lost[0])
        assert index.holds_all
        for module in (memory_index, index_loading):
            monkeypatch.setattr(module, "MAX_VECTOR_BYTES", 1 << 18)
        await community.search(community.filled.lost[0])
        assert not index.holds_all
