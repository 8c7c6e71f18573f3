"""Calibration on the real store and worker: what is fitted is stored, found, and result by; nobody sees another's."""

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
from reunite.tuning.platt import Feedback
from tests.doubles.colour_encoder import COLOURS, ColourEncoder
from tests.support.scoring_models import newest, save
from tests.support.world import World, open_world, world_with_a_worker

VERSION = ColourEncoder.version
NOTHING_IS_SURE = replace(PRIOR, none_log_odds=50.0)


world_fixture = pytest.fixture(world_with_a_worker, name="world")


async def probability(world: World, report: Report) -> tuple[float, str | None]:
    async with world.store.session(world.workspace.community) as session:
        best = (await session.matches.of(report.id))[0]
    return best.probability, best.label


async def test_the_newest_weights_score_the_next_search(world: World, owner_database_url: str) -> None:
    await world.found("f1", "red")
    await world.wait_until_idle()
    before, label = await probability(world, await lost(world, "l1"))
    assert label
    await scoring_models.save_for_all(owner_database_url, VERSION, NOTHING_IS_SURE, {"source": "test"})
    after, label = await probability(world, await lost(world, "l2"))
    assert after < 1e-6 < before
    assert label is None

    await save(world.store, world.workspace.community, VERSION, PRIOR, {"source": "test"})
    own, _ = await probability(world, await lost(world, "l3"))
    assert own == pytest.approx(before, abs=0.05)


async def lost(world: World, key: str) -> Report:
    report = await world.lost(key, "my red umbrella")
    await world.wait_until_idle()
    return report


async def test_weights_of_another_version_or_community_are_not_used(
    world: World, database_url: str, redis_url: str, owner_database_url: str
) -> None:
    own = world.workspace.community
    await scoring_models.save_for_all(owner_database_url, "another-1", NOTHING_IS_SURE, {})
    assert await newest(world.store, own, VERSION) is None
    async with open_world(database_url, redis_url, "elsewhere") as other:
        await save(other.store, other.workspace.community, VERSION, NOTHING_IS_SURE, {})
        assert await newest(other.store, other.workspace.community, VERSION) == NOTHING_IS_SURE
        assert await newest(world.store, own, VERSION) is None
        async with world.store.transaction(own) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(
                    b"INSERT INTO calibration (community_id, model_version, parameters, summary)"
                    b" VALUES (NULL, 'x', '{}', '{}')"
                )


async def decided(world: World) -> list[Feedback]:
    async with world.store.transaction(world.workspace.community) as connection:
        return await learning.decided_pairs(connection, VERSION)


async def test_feedback_counts_until_it_was_learned_from(world: World) -> None:
    own = world.workspace.community
    await world.found("f1", "red")
    await world.found("f2", "blue")
    await world.wait_until_idle()
    await world.lost("l1", "red cup")
    await world.lost("l2", "blue cup")
    await world.wait_until_idle()
    await world.give_verdict("l1", VerdictKind.CONFIRM)
    await world.give_verdict("l2", VerdictKind.REJECT)
    pairs = await decided(world)
    assert sorted(pair.right for pair in pairs) == [False, True]
    assert all(pair.evidence and 0 < pair.probability < 1 for pair in pairs)

    await save(world.store, own, VERSION, PRIOR, {"source": "test"})
    assert await decided(world) == []  # they were of the weights before


async def test_a_narrowed_search_is_what_the_store_gives_when_fewer_are_open(world: World) -> None:
    found_reports = {}
    for number, colour in enumerate([*COLOURS] * 2):
        text = f"{colour} bottle number {number}, flask" if number % 3 else f"Nalgene {number % 4}"
        found_reports[f"f{number}"] = await world.found(f"f{number}", colour, text)
    await world.wait_until_idle()
    lost = await world.lost("l1", "my Nalgene flask, number 3, red and blue", "red", place="pool")
    await world.wait_until_idle()
    whole = await search(world, lost)
    gone = [found_reports[f"f{number}"] for number in (0, 3, 4, 7, 9)]
    async with world.store.session(world.workspace.community) as session:
        for found in gone:
            await session.reports.set_state(found.id, ReportState.WITHDRAWN)
    fewer = await search(world, lost)
    there = {candidate.item.report for candidate in fewer.candidates}
    [labelled] = label_searches([whole], [], {lost.id: []}).lost
    narrowed = narrow(labelled, there).search

    assert len(there) == len(found_reports) - len(gone)
    assert narrowed.open_count == fewer.open_count
    assert narrowed.query == fewer.query
    expected = {candidate.item.report: candidate for candidate in fewer.candidates}
    assert narrowed.candidates
    for candidate in narrowed.candidates:  # sums of fewer rows may be rounded in another way
        other = expected.pop(candidate.item.report)
        assert candidate.similarities == pytest.approx(other.similarities, abs=1e-6)
        assert candidate._replace(similarities={}) == other._replace(similarities={})
    assert not expected
    assert narrowed.background.keys() == fewer.background.keys()
    for kind, background in fewer.background.items():
        ours = narrowed.background[kind]
        assert (ours.mean, ours.deviation, ours.count) == pytest.approx(
            (background.mean, background.deviation, background.count)
        )


async def search(world: World, report: Report) -> Search:
    async with world.store.session(world.workspace.community) as session:
        now = await session.reports.get(report.id)
        assert now
        return await session.candidates.search(now, 1000)


async def test_the_deployments_weights_are_found_by_version_or_by_model_name(
    world: World, owner_database_url: str
) -> None:
    async def found(model: str) -> tuple[str, float] | None:
        newest = await scoring_models.newest_for_all(owner_database_url, model)
        return newest and (newest[0], newest[1].none_log_odds)

    assert await found("org/clip") is None
    for version, none in (("org/clip@1+a", 1.0), ("org/clip@2+a", 2.0), ("org/clip-large@1+a", 3.0)):
        weights = replace(PRIOR, none_log_odds=none)
        await scoring_models.save_for_all(owner_database_url, version, weights, {})
    await save(world.store, world.workspace.community, "org/clip@2+a", NOTHING_IS_SURE, {})
    assert await found("org/clip") == ("org/clip@2+a", 2.0)
    assert await found("org/clip@1+a") == ("org/clip@1+a", 1.0)
    assert await found("org/c") is None


async def test_a_comparison_in_memory_is_what_the_store_gives(world: World) -> None:
    found_reports = [await world.found(f"f{number}", colour, f"{colour} cup") for number, colour in enumerate(COLOURS)]
    found_reports.append(await world.found("f9", "red"))
    lost = await world.lost("l1", "a red umbrella and a blue cup", "yellow")
    await world.wait_until_idle()
    stored = await search(world, lost)
    items = {
        stored.query.report: stored.query,
        **{candidate.item.report: candidate.item for candidate in stored.candidates},
    }
    query, *others = [await embedded(world, items[report.id]) for report in (lost, *found_reports)]
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


async def embedded(world: World, item: Item) -> EmbeddedReport:
    async with world.store.transaction(world.workspace.community) as connection:
        query = b"SELECT photo_id, space, vector FROM embedding WHERE report_id = %s ORDER BY part"
        rows = await (await connection.execute(query, [item.report])).fetchall()
    sides: tuple[dict[str, list[Vectors]], dict[str, list[Vectors]]] = ({}, {})
    for row in rows:
        sides[row["photo_id"] is None].setdefault(row["space"], []).append(row["vector"].to_numpy())
    photos, text = ({space: np.stack(vectors) for space, vectors in side.items()} for side in sides)
    return EmbeddedReport(item, photos, text)


async def test_a_community_is_meant_by_its_name(world: World, database_url: str) -> None:
    await world.wait_until_idle()
    options = Options(None, world.name, None, from_verdicts=False, open_set=False, undo=True)
    where = Servers(database_url, database_url, "", "reunite")
    assert await _undo(where, options.community) == {"undone": []}
    with pytest.raises(UsageError, match="no such community"):
        await _undo(where, "elsewhere")
