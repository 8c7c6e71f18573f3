"""Calibration on the real store and worker: what is fitted is stored, found, and result by; nobody sees another's."""

from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import psycopg
import pytest

from cli.errors import UsageError
from cli.servers import Servers
from cli.tuning.calibrate import Options, _undo
from db import learning, scoring_models
from reunite.encoder import Vectors
from reunite.entities import Report, ReportState, VerdictKind
from reunite.matching.defaults import PRIOR
from reunite.matching.evidence import Item, Search
from reunite.tuning.comparison import EmbeddedReport, compare
from reunite.tuning.labelled_set import label_searches, narrow
from reunite.tuning.platt import DecidedPair
from tests.doubles.colour_encoder import COLOURS, ColourEncoder
from tests.support.services import working
from tests.support.world import World, world

VERSION = ColourEncoder.version
NOTHING_IS_SURE = replace(PRIOR, none_log_odds=50.0)


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        yield community


async def probability(place: World, report: Report) -> tuple[float, str | None]:
    async with place.store.session(place.workspace.community) as session:
        best = (await session.matches.of(report.id))[0]
    return best.probability, best.label


async def test_the_newest_weights_score_the_next_search(place: World, owner_database_url: str) -> None:
    await place.found("f1", "red")
    await place.quiet()
    before, label = await probability(place, await lost(place, "l1"))
    assert label
    await scoring_models.save_for_all(owner_database_url, VERSION, NOTHING_IS_SURE, {"source": "test"})
    after, label = await probability(place, await lost(place, "l2"))
    assert after < 1e-6 < before
    assert label is None

    await scoring_models.save(place.store, place.workspace.community, VERSION, PRIOR, {"source": "test"})
    own, _ = await probability(place, await lost(place, "l3"))
    assert own == pytest.approx(before, abs=0.05)


async def lost(place: World, key: str) -> Report:
    report = await place.lost(key, "my red umbrella")
    await place.quiet()
    return report


async def test_weights_of_another_version_or_community_are_not_used(
    place: World, database_url: str, redis_url: str, owner_database_url: str
) -> None:
    own = place.workspace.community
    await scoring_models.save_for_all(owner_database_url, "another-1", NOTHING_IS_SURE, {})
    assert await scoring_models.newest(place.store, own, VERSION) is None
    async with world(database_url, redis_url, "elsewhere") as other:
        await scoring_models.save(other.store, other.workspace.community, VERSION, NOTHING_IS_SURE, {})
        assert await scoring_models.newest(other.store, other.workspace.community, VERSION) == NOTHING_IS_SURE
        assert await scoring_models.newest(place.store, own, VERSION) is None
        async with place.store.transaction(own) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(
                    b"INSERT INTO calibration (community_id, model_version, parameters, summary)"
                    b" VALUES (NULL, 'x', '{}', '{}')"
                )


async def decided(place: World) -> list[DecidedPair]:
    async with place.store.transaction(place.workspace.community) as connection:
        return await learning.decided_pairs(connection, VERSION)


async def test_feedback_counts_until_it_was_learned_from(place: World) -> None:
    own = place.workspace.community
    await place.found("f1", "red")
    await place.found("f2", "blue")
    await place.quiet()
    await place.lost("l1", "red cup")
    await place.lost("l2", "blue cup")
    await place.quiet()
    await place.give_verdict("l1", VerdictKind.CONFIRM)
    await place.give_verdict("l2", VerdictKind.REJECT)
    pairs = await decided(place)
    assert sorted(pair.right for pair in pairs) == [False, True]
    assert all(pair.evidence and 0 < pair.probability < 1 for pair in pairs)

    await scoring_models.save(place.store, own, VERSION, PRIOR, {"source": "test"})
    assert await decided(place) == []  # they were of the weights before


async def test_a_narrowed_search_is_what_the_store_gives_when_fewer_are_open(place: World) -> None:
    finds = {}
    for number, colour in enumerate([*COLOURS] * 2):
        text = f"{colour} bottle number {number}, flask" if number % 3 else f"Nalgene {number % 4}"
        finds[f"f{number}"] = await place.found(f"f{number}", colour, text)
    await place.quiet()
    loss = await place.lost("l1", "my Nalgene flask, number 3, red and blue", "red", place="pool")
    await place.quiet()
    whole = await search(place, loss)
    gone = [finds[f"f{number}"] for number in (0, 3, 4, 7, 9)]
    async with place.store.session(place.workspace.community) as session:
        for find in gone:
            await session.reports.set_state(find.id, ReportState.WITHDRAWN)
    fewer = await search(place, loss)
    there = {candidate.item.report for candidate in fewer.candidates}
    [labelled] = label_searches([whole], [], {loss.id: []}).lost
    found = narrow(labelled, there).search

    assert len(there) == len(finds) - len(gone)
    assert found.open_count == fewer.open_count
    assert found.query == fewer.query
    assert {candidate.item.report: candidate for candidate in found.candidates} == {
        candidate.item.report: candidate for candidate in fewer.candidates
    }
    assert found.background.keys() == fewer.background.keys()
    for kind, background in fewer.background.items():
        ours = found.background[kind]
        assert (ours.mean, ours.deviation, ours.count) == pytest.approx(
            (background.mean, background.deviation, background.count)
        )


async def search(place: World, report: Report) -> Search:
    async with place.store.session(place.workspace.community) as session:
        now = await session.reports.get(report.id)
        assert now
        return await session.candidates.search(now, 1000)


async def test_the_deployments_weights_are_found_by_version_or_by_model_name(
    place: World, owner_database_url: str
) -> None:
    async def found(model: str) -> tuple[str, float] | None:
        newest = await scoring_models.newest_for_all(owner_database_url, model)
        return newest and (newest[0], newest[1].none_log_odds)

    assert await found("org/clip") is None
    for version, none in (("org/clip@1+a", 1.0), ("org/clip@2+a", 2.0), ("org/clip-large@1+a", 3.0)):
        weights = replace(PRIOR, none_log_odds=none)
        await scoring_models.save_for_all(owner_database_url, version, weights, {})
    await scoring_models.save(place.store, place.workspace.community, "org/clip@2+a", NOTHING_IS_SURE, {})
    assert await found("org/clip") == ("org/clip@2+a", 2.0)
    assert await found("org/clip@1+a") == ("org/clip@1+a", 1.0)
    assert await found("org/c") is None


async def test_a_comparison_in_memory_is_what_the_store_gives(place: World) -> None:
    finds = [await place.found(f"f{number}", colour, f"{colour} cup") for number, colour in enumerate(COLOURS)]
    finds.append(await place.found("f9", "red"))
    loss = await place.lost("l1", "a red umbrella and a blue cup", "yellow")
    await place.quiet()
    stored = await search(place, loss)
    items = {
        stored.query.report: stored.query,
        **{candidate.item.report: candidate.item for candidate in stored.candidates},
    }
    query, *others = [await embedded(place, items[report.id]) for report in (loss, *finds)]
    [compared] = compare([query], others)
    assert compared.open_count == stored.open_count
    theirs = {candidate.item: candidate.similarities for candidate in stored.candidates}
    for candidate in compared.candidates:
        assert candidate.similarities == pytest.approx(theirs[candidate.item], abs=1e-3)
    for kind, background in stored.background.items():
        ours = compared.background[kind]
        assert (ours.mean, ours.deviation, ours.count) == pytest.approx(
            (background.mean, background.deviation, background.count), abs=1e-3
        )


async def embedded(place: World, item: Item) -> EmbeddedReport:
    async with place.store.transaction(place.workspace.community) as connection:
        query = b"SELECT photo_id, space, vector FROM embedding WHERE report_id = %s ORDER BY part"
        rows = await (await connection.execute(query, [item.report])).fetchall()
    sides: tuple[dict[str, list[Vectors]], dict[str, list[Vectors]]] = ({}, {})
    for row in rows:
        sides[row["photo_id"] is None].setdefault(row["space"], []).append(row["vector"].to_numpy())
    photos, text = ({space: np.stack(vectors) for space, vectors in side.items()} for side in sides)
    return EmbeddedReport(item, photos, text)


async def test_a_community_is_meant_by_its_name(place: World, database_url: str) -> None:
    await place.quiet()
    options = Options(None, place.name, None, from_verdicts=False, open_set=False, undo=True)
    where = Servers(database_url, database_url, "", "reunite")
    assert await _undo(where, options.community) == {"undone": []}
    with pytest.raises(UsageError, match="no such community"):
        await _undo(where, "elsewhere")
