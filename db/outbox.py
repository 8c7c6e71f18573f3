"""The outbox in PostgreSQL: replies to send, edit or remove, and where they were sent."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from db.queries import Queries
from reunite import rules
from reunite.entities import ReplyTarget, ReportState
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply, from_json, to_json
from reunite.ports import Audience, Ping, Sent

CHANGED: Final = """version = version + 1, due_at = now(), attempts = 0, tried_again = 0, problem = NULL,
  task = CASE WHEN attempts > 0 OR sent_message IS NOT NULL THEN 'edit' ELSE task END,
  state = CASE WHEN state = 'failed' AND sent_message IS NULL THEN state ELSE 'queued' END"""
"""What a change of `reply` requires: a sent reply is edited, and one that failed to be sent stays failed."""

REFRESH: Final = f"""UPDATE outbox SET {CHANGED} WHERE report_id = %(report)s AND audience <> 'moderators'
  AND task <> 'remove' AND (reply->'buttons' <> '[]' OR reply->'choices' <> '[]')
  AND (reply->>'asked' IS NULL
    OR EXISTS (SELECT FROM report r WHERE r.id = outbox.report_id AND r.question_answer IS NULL))"""
"""Edits what a thread asks for, which depends on its report's state (`Reply.in_report_state`). An answered question
stays, with its answer."""


_SILENT: Final = """CASE %(ping)s WHEN 'never' THEN true WHEN 'always' THEN false ELSE EXISTS (
  SELECT FROM outbox o JOIN match m ON m.id = o.match_id JOIN report f ON f.id = m.found_id
  WHERE o.report_id = thread.id AND o.audience = 'thread' AND o.reply->>'kind' = 'match' AND NOT o.silent
    AND o.state <> 'failed' AND o.task <> 'remove'
    AND o.created_at BETWEEN now() - %(ping_again)s AND clock_timestamp()
    AND (thread.changed_at IS NULL OR thread.changed_at <= o.created_at)
    AND m.state = 'undecided' AND NOT m.picked AND NOT m.declined AND NOT m.faded AND f.state = 'open'
    AND NOT EXISTS (SELECT FROM claim c WHERE c.match_id = m.id)) END"""
"""Whether a reply pings nobody (`Ping`). A match waits for its owner until they or a moderator say something about it,
they change their report, it loses its label, or `rules.PING_AGAIN` has passed. The card of a transaction that began
later, and had the lock first, counts too."""


def stored(reply: Reply) -> dict[str, Any]:
    """Return a reply as it's stored, the reports that it quotes, and the people whom it names."""
    return {"reply": Jsonb(to_json(reply)), "quotes": list(reply.quotes), "people": list(reply.named)}


class SqlOutbox(Queries):
    """`reunite.ports.outbox.Outbox`, and what else delivery needs."""

    async def post(
        self, report: UUID, key: ReplyKey, reply: Reply, audience: Audience = "thread", ping: Ping = "always"
    ) -> bool:
        # The report's row is locked first, so that the outbox's numbers follow the order of commits within a thread.
        added = await self._do(
            f"""WITH thread AS (SELECT r.id, r.changed_at, w.platform
                               FROM report r JOIN workspace w ON w.id = r.workspace_id
                               WHERE r.id = %(report)s AND (%(audience)s <> 'moderators' OR w.log_channel IS NOT NULL)
                               FOR NO KEY UPDATE OF r)
               INSERT INTO outbox (community_id, report_id, platform, key, reply, match_id, audience, opens_thread,
                                   quotes, people, silent)
               SELECT %(community)s, id, platform, %(key)s, %(reply)s, %(match)s, %(audience)s, %(opens_thread)s,
                      %(quotes)s::uuid[], %(people)s, {_SILENT} FROM thread
               ON CONFLICT (community_id, key) DO NOTHING""",
            report=report,
            key=key,
            match=reply.match,
            audience=audience,
            opens_thread=reply.opens_thread,
            ping=ping,
            ping_again=rules.PING_AGAIN,
            **stored(reply),
        )
        return added == 1

    async def revise(self, key: ReplyKey, reply: Reply) -> None:
        await self._do(
            f"""UPDATE outbox SET reply = %(reply)s, quotes = %(quotes)s::uuid[], people = %(people)s, {CHANGED}
                WHERE key = %(key)s AND task <> 'remove' AND reply <> %(reply)s""",
            key=key,
            **stored(reply),
        )

    async def note_answered(self, report: UUID) -> None:
        await self._do("UPDATE report SET answered = true WHERE id = %(report)s", report=report)

    async def refresh(self, report: UUID) -> None:
        await self._do(REFRESH, report=report)

    async def get(self, key: ReplyKey) -> Reply | None:
        row = await self._one(
            "SELECT reply FROM outbox WHERE key = %(key)s AND task <> 'remove'"
            " AND (state <> 'failed' OR sent_message IS NOT NULL)",
            key=key,
        )
        return from_json(row["reply"]) if row else None

    async def is_shown(self, match: UUID, report: UUID) -> bool:
        row = await self._one(
            "SELECT 1 FROM outbox WHERE match_id = %(match)s AND report_id = %(report)s AND audience = 'thread'"
            " AND task <> 'remove'",
            match=match,
            report=report,
        )
        return row is not None

    async def is_sent(self, key: ReplyKey) -> bool:
        row = await self._one("SELECT 1 FROM outbox WHERE key = %(key)s AND sent_message IS NOT NULL", key=key)
        return row is not None

    async def came_silently(self, key: ReplyKey) -> bool:
        row = await self._one("SELECT silent FROM outbox WHERE key = %(key)s AND task <> 'remove'", key=key)
        return row is not None and row["silent"]

    async def is_of_open_report(self, target: ReplyTarget) -> bool:
        row = await self._one(
            """SELECT 1 FROM outbox o JOIN report r ON r.id = o.report_id AND r.state = 'open'
               WHERE o.platform = %(platform)s::platform AND o.sent_channel = %(channel)s
                 -- a match's card may have been recorded since shown_at looked
                 AND o.sent_message = %(message)s AND o.match_id IS NULL
               LIMIT 1""",
            **asdict(target),
        )
        return row is not None

    async def quoting(self, *reports: UUID) -> Mapping[ReplyKey, Reply]:
        rows = await self._all(
            "SELECT key, reply FROM outbox WHERE seq IN (SELECT replies_quoting(id) FROM unnest(%(reports)s) id)"
            " AND task <> 'remove' ORDER BY seq FOR UPDATE",
            reports=list(reports),
        )
        return {row["key"]: from_json(row["reply"]) for row in rows}

    async def thread(self, report: UUID, audience: Audience = "thread") -> list[Reply]:
        """Return what a report's thread, or its moderators, are shown, sent or queued, in order."""
        rows = await self._all(
            "SELECT o.reply, r.state FROM outbox o JOIN report r ON r.id = o.report_id"
            " WHERE r.id = %(report)s AND o.audience = %(audience)s AND o.task <> 'remove' ORDER BY o.seq",
            report=report,
            audience=audience,
        )
        replies = [(from_json(row["reply"]), ReportState(row["state"])) for row in rows]
        return [reply if audience == "moderators" else reply.in_report_state(state) for reply, state in replies]

    async def outgoing(self, seqs: Collection[int]) -> list[dict[str, Any]]:
        """Return rows of the outbox that are still queued, each with its workspace's moderator channel."""
        return await self._all(
            """SELECT o.*, w.log_channel FROM outbox o JOIN report r ON r.id = o.report_id
               JOIN workspace w ON w.id = r.workspace_id WHERE o.seq = ANY(%(seqs)s) AND o.state = 'queued'""",
            seqs=list(seqs),
        )

    async def mark_sent(self, seq: int, fence: int, version: int, sent: Sent | None) -> None:
        """Record that a task is done and where the reply is now; a report post also starts the report's thread.

        A task that was changed meanwhile (another `version`) stays due.
        """
        done = await self._one(
            """UPDATE outbox SET state = CASE version WHEN %(version)s THEN 'sent' ELSE 'queued' END, problem = NULL,
                 leased_until = NULL, attempts = 0, tried_again = 0,
                 sent_channel = %(channel)s, sent_message = %(message)s,
                 task = CASE WHEN version <> %(version)s AND task = 'send' THEN 'edit' ELSE task END
               WHERE seq = %(seq)s AND fence = %(fence)s RETURNING report_id, opens_thread""",
            seq=seq,
            fence=fence,
            version=version,
            channel=sent.channel if sent else None,
            message=sent.message if sent else None,
        )
        if sent and done and done["opens_thread"]:
            await self._do(
                "UPDATE report SET message = %(message)s, channel = %(channel)s"
                " WHERE id = %(report)s AND message IS NULL",  # a post in a forum is a channel of its own
                channel=sent.channel,
                message=sent.message,
                report=done["report_id"],
            )

    async def mark_unsent(self, seq: int, fence: int, version: int, problem: str, after: float | None) -> bool:
        """Record a failed attempt; it's retried in `after` seconds, or never if that is None.

        A task that was changed meanwhile (another `version`) is due as if it hadn't been tried. Return whether the task
        has failed permanently.
        """
        changed = await self._one(
            """UPDATE outbox SET leased_until = NULL, problem = %(problem)s,
                 state = CASE WHEN version = %(version)s AND %(after)s::float IS NULL THEN 'failed' ELSE state END,
                 due_at = CASE version WHEN %(version)s
                   THEN now() + make_interval(secs => coalesce(%(after)s::float, 0)) ELSE due_at END
               WHERE seq = %(seq)s AND fence = %(fence)s RETURNING state""",
            seq=seq,
            fence=fence,
            version=version,
            problem=problem,
            after=after,
        )
        return changed is not None and changed["state"] == "failed"
