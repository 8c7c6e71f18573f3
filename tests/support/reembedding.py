"""Reports without embeddings, and what has become of them."""

from uuid import UUID

from reunite.entities import Report, ReportKind
from tests.doubles.colour_encoder import COLOURS
from tests.support.world import World


async def posted(world: World, kind: ReportKind, number: int) -> list[Report]:
    """Store open reports whose texts name the colours in turn."""
    async with world.store.session(world.workspace.community) as session:
        rows = await session._all(
            """INSERT INTO report (community_id, workspace_id, source_key, kind, state, author_id, author_name, text,
                 channel, expires_at)
               SELECT %(community)s, %(workspace)s, %(kind)s || n, %(kind)s::report_kind, 'open', %(kind)s, 'Ben',
                 (%(colours)s::text[])[1 + n %% 6] || ' thing ' || n, 'found', now() + interval '9 days'
               FROM generate_series(1, %(number)s) AS n RETURNING id, source_key""",
            community=world.workspace.community,
            workspace=world.workspace.id,
            kind=kind,
            colours=list(COLOURS),
            number=number,
        )
        found = [await session.reports.get(row["id"]) for row in rows]
    return [report for report in found if report]


async def embedded_with(world: World, version: str) -> list[UUID]:
    """Return the reports that have embeddings of a model, each once for each of them."""
    async with world.store.session(world.workspace.community) as session:
        rows = await session._all(
            "SELECT report_id AS id FROM embedding JOIN embedding_model m ON m.id = model_id WHERE m.version = %(v)s",
            v=version,
        )
    return sorted(row["id"] for row in rows)
