"""Communities learn from what people say about matches, and forget it on request."""

import re
from uuid import UUID

import psycopg
import pytest

from db.embedding_models import EmbeddingModel
from db.learning import communities_to_teach, decided_pairs, learn, undo
from db.store import Store
from reunite.entities import ClaimState, MatchState, Report
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import PairKind
from reunite.matching.weights import ScoringModel
from reunite.ports import ScoredPair
from reunite.tuning.calibration import FitResult, TooLittleDataError
from tests.support.scoring_models import newest
from tests.support.world import ADA, World, world_without_a_worker
from workers import learning
from workers.learning import learn_once

pytestmark = pytest.mark.untraced

EVIDENCE = {str(PairKind.TEXT_PHOTO): 2.5}


world_fixture = pytest.fixture(world_without_a_worker, name="world")


@pytest.fixture
async def model(world: World) -> EmbeddingModel:
    return await world.store.embedding_models.register("clip", "known-1", {"shared": 6})


async def decided(world: World, lost: Report, found: Report, probability: float, state: MatchState) -> UUID:
    async with world.store.session(world.workspace.community) as session:
        pair = ScoredPair(lost.id, found.id, probability, None, (), evidence=EVIDENCE)
        [match] = await session.matches.save([pair])
        await session.matches.set_state(match.id, state)
    return match.id


async def decide_many(world: World, confirmed: int, rejected: int, *, first: int = 0, probability: float = 0.9) -> None:
    """Store matches that were stated at some probability, with what was said about them."""
    states = [MatchState.CONFIRMED] * confirmed + [MatchState.REJECTED] * rejected
    for number, state in enumerate(states, start=first):
        lost, found = await world.lost(f"l{number}", "cup"), await world.found(f"f{number}", text="cup")
        await decided(world, lost, found, probability, state)


async def weights(world: World) -> ScoringModel | None:
    return await newest(world.store, world.workspace.community, "known-1")


async def test_feedback_is_learned_automatically_and_can_be_undone(world: World, model: EmbeddingModel) -> None:
    own = world.workspace.community
    await decide_many(world, 5, 14)
    assert await communities_to_teach(world.store, 5) == []
    await decide_many(world, 1, 0, first=100)
    assert await communities_to_teach(world.store, 5) == [own]
    await learn_once(world.store, model)
    learned = await weights(world)
    assert learned is not None
    assert learned.calibrated
    async with world.store.session(own) as session:
        numbers = await session.workspaces.statistics()
    assert numbers.kept.learned_from == 20
    assert await communities_to_teach(world.store, 5) == []  # it needs new feedback

    assert await undo(world.store, own, "known-1")
    assert await weights(world) is None
    assert not await undo(world.store, own, "known-1")
    assert await communities_to_teach(world.store, 5) == []
    with pytest.raises(TooLittleDataError):
        await learn(world.store, own, model)


async def test_feedback_that_changes_nothing_is_not_tried_again(world: World, model: EmbeddingModel) -> None:
    own = world.workspace.community
    await decide_many(world, 20, 5, probability=0.8)
    assert await communities_to_teach(world.store, 5) == [own]
    await learn_once(world.store, model)
    assert await weights(world) is None
    assert await communities_to_teach(world.store, 5) == []
    await decide_many(world, 0, 20, first=100)
    assert await communities_to_teach(world.store, 5) == [own]


async def test_a_second_lesson_starts_from_the_first(world: World, model: EmbeddingModel) -> None:
    own = world.workspace.community
    await decide_many(world, 6, 14)
    await learn(world.store, own, model)
    first = await weights(world)
    await decide_many(world, 5, 40, first=30)
    await learn(world.store, own, model)
    second = await weights(world)
    assert first is not None
    assert second is not None
    assert second.none_log_odds > first.none_log_odds > 0.9  # CLIP's


@pytest.mark.usefixtures("model")
async def test_nothing_is_learned_from_sealed_reports_before_their_release(world: World) -> None:
    own = world.workspace.community
    await world.set_up(log_channel="log")
    await decide_many(world, 6, 13)
    lost, found = await world.lost("l", "cup"), await world.found("f", text="cup", sealed=True, category="other")
    match = await decided(world, lost, found, 0.9, MatchState.REJECTED)
    assert await communities_to_teach(world.store, 5) == []
    async with world.store.session(own) as session:
        await session.matches.release(match)
    assert await communities_to_teach(world.store, 5) == [own]


async def test_only_scores_are_learned_from(world: World, model: EmbeddingModel) -> None:
    await decide_many(world, 6, 14)
    await learn(world.store, world.workspace.community, model)
    rows = await stored(world)
    assert rows[0]["parameters"].keys() == for_encoder("clip").to_json().keys()
    numbers = rows[0]["summary"]
    assert {key for key, value in numbers.items() if isinstance(value, str)} == {"source", "encoder"}


async def stored(world: World) -> list[dict[str, dict[str, object]]]:
    async with world.store.transaction(world.workspace.community) as connection:
        cursor = await connection.execute(b"SELECT parameters, summary FROM calibration")
        return [dict(row) for row in await cursor.fetchall()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing", []),
        ("confirm", [(True, 1.0)]),
        ("reject", [(False, 1.0)]),
        ("decline", [(False, 0.5)]),
        ("pick", [(True, 0.5)]),
        ("decline, pick", [(True, 0.5)]),
        ("pick, decline", [(False, 0.5)]),
        ("claim", []),
        ("claim, accept", [(True, 1.0)]),
        ("claim, accept, reject", [(False, 1.0)]),
        ("claim, accept, decline", [(False, 0.5)]),
    ],
)
async def test_what_counts_as_feedback(
    world: World, model: EmbeddingModel, text: str, expected: list[tuple[bool, float]]
) -> None:
    lost, found = await world.lost("l", "cup"), await world.found("f", text="cup")
    match = await decided(world, lost, found, 0.5, MatchState.UNDECIDED)
    own = world.workspace.community
    async with world.store.session(own) as session:
        for part in text.split(", "):
            match part:
                case "confirm" | "reject":
                    state = MatchState.CONFIRMED if part == "confirm" else MatchState.REJECTED
                    await session.matches.set_state(match, state)
                case "decline":
                    await session.matches.decline(match, declined=True)
                case "pick":
                    await session.matches.pick(match)
                case "claim":
                    claim = await session.claims.add(match, ADA, "a chip in the rim")
                case "accept":
                    await session.claims.set_state(claim.id, ClaimState.ACCEPTED)
    async with world.store.transaction(own) as connection:
        pairs = await decided_pairs(connection, model.version)
    assert [(pair.right, pair.weight) for pair in pairs] == expected


async def test_feedback_of_a_community_is_read_from_indexes(world: World, owner_database_url: str) -> None:
    query = "EXPLAIN SELECT is_right FROM feedback WHERE community_id = %s AND created_at > now()"
    with psycopg.connect(owner_database_url) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = "\n".join(line for (line,) in connection.execute(query, [world.workspace.community]))
    assert re.search(r"match_feedback_newest.*\n.*Cond: \(\(community_id = .* AND \(created_at > now", plan)
    assert re.search(r"claim_accepted.*\n(.*\n)?.*Cond: \(.*community_id = ", plan)
    assert "Seq Scan" not in plan


@pytest.mark.usefixtures("model")
async def test_only_the_newest_feedback_decides_whether_a_community_is_taught(world: World) -> None:
    await decide_many(world, 6, 14)
    taught = "SELECT * FROM communities_to_teach(%s, %s, %s, 5)"
    assert await world.store.rows(taught, 20, 5, 20)
    assert not await world.store.rows(taught, 15, 5, 15)  # of these, one was right


async def test_a_defect_in_one_community_leaves_the_others_to_learn(
    world: World, model: EmbeddingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = world.workspace.community
    await decide_many(world, 6, 14)

    async def with_another(*_: object) -> list[UUID]:
        return [UUID(int=1), own]

    async def learned(store: Store, community: UUID, model: EmbeddingModel) -> FitResult:
        if community != own:
            raise ValueError("defect")
        return await learn(store, community, model)

    monkeypatch.setattr(learning, "communities_to_teach", with_another)
    monkeypatch.setattr(learning, "learn", learned)
    await learn_once(world.store, model)
    assert await weights(world) is not None
