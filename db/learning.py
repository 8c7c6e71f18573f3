"""Communities' feedback, and what they learn from it: scores only, no content."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from db.calibrations import SqlCalibrations
from db.embedding_models import EmbeddingModel
from db.queries import Connection
from db.store import Store
from reunite.matching.defaults import for_encoder
from reunite.matching.weights import ScoringModel
from reunite.tuning.calibration import FitResult
from reunite.tuning.platt import MIN_ANSWERS, MIN_OF_EACH, Feedback, Learned, from_feedback

FEEDBACK, UNDONE = "feedback", "undone"
_MAX_PAIRS: Final = 1000
"""The number of pairs that count, newest first."""

_PAIRS: Final = """SELECT f.evidence, f.probability, f.is_right, f.weight, f.lost_id FROM feedback f
  JOIN embedding_model e ON e.id = f.model_id AND e.version = %(version)s
  WHERE f.evidence <> '{}' AND f.created_at > coalesce((SELECT created_at FROM calibration
    WHERE model_version = %(version)s ORDER BY community_id IS NULL, seq DESC LIMIT 1), '-infinity')
  ORDER BY f.created_at DESC, f.id LIMIT %(most)s"""


async def communities_to_teach(store: Store, limit: int) -> list[UUID]:
    """Return at most `limit` communities with enough new feedback."""
    rows = await store.rows(
        "SELECT communities_to_teach AS id FROM communities_to_teach(%s, %s, %s, %s)",
        MIN_ANSWERS,
        MIN_OF_EACH,
        _MAX_PAIRS,
        limit,
    )
    return [row["id"] for row in rows]


async def note_nothing_learned(store: Store, community: UUID) -> None:
    """Wait with the community's next lesson until there is enough feedback on newer matches."""
    await store.rows_in(community, "UPDATE community SET learned_nothing_at = now() WHERE id = %s", community)


async def learn(store: Store, community: UUID, model: EmbeddingModel) -> FitResult:
    """Fit a community's weights to its new feedback, and use them from now on.

    Raises TooLittleDataError if there is too little feedback, or if it changes nothing.
    """
    async with store.transaction(community) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"learn {community}"])
        calibrations = SqlCalibrations(connection, community)
        base, before, base_row = await _base_and_learned(calibrations, model)
        fitted, learned = from_feedback(await decided_pairs(connection, model.version), base, before)
        summary = {**fitted.summary(FEEDBACK, model.version), "learned": learned.to_json(), "base": base_row}
        await calibrations.add(model.version, fitted.scoring_model.to_json(), summary)
    return fitted


async def _base_and_learned(
    calibrations: SqlCalibrations, model: EmbeddingModel
) -> tuple[ScoringModel, Learned, int | None]:
    """Return the base weights, what the community has learned on top, and the base's row (None for the defaults)."""
    row = await calibrations.newest_row(model.version)
    shared = await calibrations.newest_row(model.version, shared=True)
    base = ScoringModel.from_json(shared["parameters"]) if shared else for_encoder(model.encoder)
    base_row = shared["seq"] if shared else None
    if row is None or row["community_id"] is None:
        return base, Learned(), base_row
    summary: Mapping[str, Any] = row["summary"]
    if "learned" in summary and summary["base"] == base_row:
        return base, Learned.from_json(summary["learned"]), base_row
    return ScoringModel.from_json(row["parameters"]), Learned(), row["seq"]


async def decided_pairs(connection: Connection, version: str) -> list[Feedback]:
    """Return a community's newest feedback on matches that the current weights have scored."""
    cursor = await connection.execute(_PAIRS, {"version": version, "most": _MAX_PAIRS})
    return [
        Feedback(row["evidence"], row["probability"], row["is_right"], float(row["weight"]), row["lost_id"])
        for row in await cursor.fetchall()
    ]


async def undo(store: Store, community: UUID, version: str) -> bool:
    """Return a community to the deployment's weights; False if it has none of its own."""
    async with store.session(community) as session:
        row = await session.calibrations.newest_row(version)
        if row is None or row["community_id"] is None:
            return False
        await session.calibrations.add(version, {}, {"source": UNDONE})
        return True
