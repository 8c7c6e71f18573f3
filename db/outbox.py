"""The outbox: what is to be said, changed or taken away, and where it was said."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from db import rows
from db.queries import Queries
from reunite import rules
from reunite.messages.reply import Reply, from_json, to_json
from reunite.ports import Audience, KnownCard, KnownPost, Sent

CHANGED: Final = """version = version + 1, due_at = now(), attempts = 0, problem = NULL,
  task = CASE WHEN attempts > 0 OR sent_message IS NOT NULL THEN 'edit' ELSE task END,
  state = CASE WHEN state = 'failed' AND sent_message IS NULL THEN state ELSE 'queued' END"""
"""What follows from another `reply`: a reply that stands somewhere is edited, one that never could be sent is left."""


class OutboxQueries(Queries):
    """Replies within one community's transaction."""

    async def post(self, report: UUID, key: str, reply: Reply, audience: Audience = "thread") -> bool:
        """Put a reply into the outbox; false where `key` is there already, or the moderators have no channel."""
        # The report's row is locked first, so that the outbox's numbers follow the order of commits within a thread.
        added = await self._do(
            """WITH thread AS (SELECT r.id, w.platform FROM report r JOIN workspace w ON w.id = r.workspace_id
                               WHERE r.id = %(report)s AND (%(audience)s = 'thread' OR w.log_channel IS NOT NULL)
                               FOR NO KEY UPDATE OF r)
               INSERT INTO outbox (community_id, report_id, platform, key, reply, match_id, audience)
               SELECT %(community)s, id, platform, %(key)s, %(reply)s, %(match)s, %(audience)s FROM thread
               ON CONFLICT (community_id, key) DO NOTHING""",
            community=self.community,
            report=report,
            key=key,
            reply=Jsonb(to_json(reply)),
            match=reply.match,
            audience=audience,
        )
        return added == 1

    async def revise(self, key: str, reply: Reply) -> None:
        """Give a reply another form, whether it was sent already or not; one that is not there stays away."""
        await self._do(
            f"""UPDATE outbox SET reply = %(reply)s, {CHANGED}
                WHERE key = %(key)s AND task <> 'remove' AND reply <> %(reply)s""",
            key=key,
            reply=Jsonb(to_json(reply)),
        )

    async def reply(self, key: str) -> Reply | None:
        """Return a reply that stands or is about to, as it is to be by now."""
        row = await self._one("SELECT reply FROM outbox WHERE key = %(key)s AND task <> 'remove'", key=key)
        return from_json(row["reply"]) if row else None

    async def thread(self, report: UUID) -> list[Reply]:
        """Return what a report's thread has been told or is about to be, in order."""
        found = await self._all(
            "SELECT reply FROM outbox WHERE report_id = %(report)s AND audience = 'thread' AND task <> 'remove'"
            " ORDER BY seq",
            report=report,
        )
        return [from_json(row["reply"]) for row in found]

    async def outgoing(self, seq: int) -> dict[str, Any] | None:
        """Return a queued row of the outbox; None where it was deleted meanwhile."""
        return await self._one("SELECT * FROM outbox WHERE seq = %(seq)s AND state = 'queued'", seq=seq)

    async def mark_sent(self, seq: int, fence: int, version: int, sent: Sent | None) -> None:
        """Note that a task is done and where the reply is now; if it is the report's own post, its thread starts there.

        A task that was changed while it was done (its `version` is another) stays due.
        """
        done = await self._one(
            """UPDATE outbox SET state = CASE version WHEN %(version)s THEN 'sent' ELSE 'queued' END, problem = NULL,
                 leased_until = NULL, attempts = 0, sent_channel = %(channel)s, sent_message = %(message)s,
                 task = CASE WHEN version <> %(version)s AND task = 'send' THEN 'edit' ELSE task END
               WHERE seq = %(seq)s AND fence = %(fence)s RETURNING report_id, reply""",
            seq=seq,
            fence=fence,
            version=version,
            channel=sent.channel if sent else None,
            message=sent.message if sent else None,
        )
        if sent and done and done["reply"]["kind"] == "looking":
            await self._do(
                "UPDATE report SET message = %(message)s, channel = %(channel)s"
                " WHERE id = %(report)s AND message IS NULL",  # a post in a forum is a channel of its own
                channel=sent.channel,
                message=sent.message,
                report=done["report_id"],
            )

    async def mark_unsent(self, seq: int, fence: int, version: int, problem: str, after: float | None) -> None:
        """Note that a reply was not sent: it is due again in `after` seconds, or never where that is None.

        A task that was changed meanwhile (its `version` is another) is due as if nothing had been tried.
        """
        await self._do(
            """UPDATE outbox SET leased_until = NULL, problem = %(problem)s,
                 state = CASE WHEN version = %(version)s AND %(after)s::float IS NULL THEN 'failed' ELSE state END,
                 due_at = CASE version WHEN %(version)s
                   THEN now() + make_interval(secs => coalesce(%(after)s::float, 0)) ELSE due_at END
               WHERE seq = %(seq)s AND fence = %(fence)s""",
            seq=seq,
            fence=fence,
            version=version,
            problem=problem,
            after=after,
        )

    async def log_channel(self, report: UUID) -> str | None:
        """Return the moderators' channel of a report's workspace."""
        row = await self._one(
            "SELECT w.log_channel FROM report r JOIN workspace w ON w.id = r.workspace_id WHERE r.id = %(report)s",
            report=report,
        )
        return row["log_channel"] if row else None

    async def known_posts(self, workspace: UUID, since: datetime) -> list[KnownPost]:
        """Return the posts of a workspace's reports, without those whose reports are withdrawn."""
        found = await self._all(
            f"""SELECT known.*, EXISTS (SELECT FROM outbox o WHERE o.report_id = known.id
                                        AND o.reply ->> 'kind' = 'looking') AS by_bot
                FROM ({rows.REPORT}) AS known
                WHERE workspace_id = %(workspace)s AND created_at >= %(since)s AND message IS NOT NULL
                  AND state NOT IN ('withdrawn', 'expired') ORDER BY created_at""",
            workspace=workspace,
            since=since,
        )
        return [KnownPost(rows.report(row), row["by_bot"]) for row in found]

    async def known_cards(self, workspace: UUID, since: datetime) -> list[KnownCard]:
        """Return the match replies that were sent in a workspace, and whose verdicts stand."""
        found = await self._all(
            """SELECT o.sent_channel, o.sent_message, o.match_id FROM outbox o JOIN report r ON r.id = o.report_id
               WHERE r.workspace_id = %(workspace)s AND o.match_id IS NOT NULL AND o.sent_message IS NOT NULL
                 AND o.created_at >= %(since)s AND o.task <> 'remove' ORDER BY o.seq""",
            workspace=workspace,
            since=since,
        )
        cards = []
        for row in found:
            log = await self._all(
                "SELECT * FROM verdict WHERE match_id = %(match)s ORDER BY seq", match=row["match_id"]
            )
            standing = tuple(rules.standing([rows.verdict(each) for each in log]))
            cards.append(KnownCard(Sent(row["sent_channel"], row["sent_message"]), row["match_id"], standing))
        return cards
