"""Communities with many reports, which cost one statement each."""

from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.entities import Workspace
from reunite.handlers import Handlers
from reunite.messages.reply import Plain, Reply, to_json
from tests.support.queues import NoQueue


@dataclass
class Village:
    """Some communities, filled by the owner of the database."""

    store: Store
    owner: str
    workspaces: dict[str, Workspace] = field(default_factory=dict)

    async def reports(self, name: str, count: int) -> UUID:
        """Create reports, each with a thread of its own, and return their community."""
        handlers = Handlers(self.store, NoQueue())
        workspace = self.workspaces[name] = await handlers.join(JoinWorkspace("web", name, name))
        await self.do(
            """INSERT INTO report (community_id, workspace_id, source_key, kind, author_id, author_name, text, channel,
                                   message, expires_at)
               SELECT %s, %s, 'r' || n, 'found', 'ben', 'Ben', 'a cup', 'found', %s || n, now() + interval '9 days'
               FROM generate_series(1, %s) AS n""",
            workspace.community,
            workspace.id,
            name,
            count,
        )
        return workspace.community

    async def works(self, community: UUID) -> None:
        """Make work due for all reports of a community."""
        await self.do(
            "INSERT INTO work (community_id, report_id) SELECT community_id, id FROM report WHERE community_id = %s",
            community,
        )

    async def replies(self, community: UUID, each: int = 1, state: str = "queued") -> None:
        """Put numbered replies to all reports of a community into the outbox."""
        for number in range(each):
            await self.do(
                """INSERT INTO outbox (community_id, report_id, platform, key, reply, state)
                   SELECT community_id, id, 'web', id::text || %s, %s, %s FROM report WHERE community_id = %s""",
                f"{state}{number}",
                Jsonb(to_json(Reply("note", ((Plain(str(number)),),)))),
                state,
                community,
            )

    async def do(self, query: str, *values: object) -> None:
        async with await psycopg.AsyncConnection.connect(self.owner) as connection:
            await connection.execute(query.encode(), values)
