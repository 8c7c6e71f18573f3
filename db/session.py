"""One transaction within one community: reports, photos, matches, verdicts, replies. Searching is in `db.search`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from db import rows, search
from reunite.commands import NewReport
from reunite.errors import DefectError
from reunite.matching import words
from reunite.matching.evidence import Search
from reunite.model import (
    Channel,
    Match,
    MatchState,
    Member,
    Photo,
    Question,
    ReplyTarget,
    Report,
    ReportKind,
    ReportState,
    Verdict,
    VerdictKind,
)
from reunite.ports import ScoredPair
from reunite.reply import Reply, from_json, to_json

Connection = AsyncConnection[DictRow]

_OF_REPORT = "(SELECT id FROM match WHERE lost_id = %(report)s OR found_id = %(report)s)"
_ASKED_OF_PLACES = """(SELECT r.id FROM report r JOIN match m ON r.id = m.lost_id
                       WHERE m.found_id = %(report)s AND r.question ->> 'aspect' = 'place')"""
_PURGE_QUESTIONS = (  # the place of a withdrawn find may be one of the answers that others were offered
    f"""UPDATE outbox SET reply = reply || '{{"choices": []}}'
        WHERE reply ->> 'kind' = 'question' AND report_id IN {_ASKED_OF_PLACES}""",
    f"""UPDATE report SET question = question || '{{"options": []}}' WHERE id IN {_ASKED_OF_PLACES}""",
)
_MATCHED = """(SELECT CASE WHEN lost_id = %(report)s THEN found_id ELSE lost_id END FROM match
               WHERE lost_id = %(report)s OR found_id = %(report)s)"""
_PURGE = (
    f"""UPDATE report SET said = '' WHERE id IN {_MATCHED}
          AND said = (SELECT nullif(place, '') FROM report WHERE id = %(report)s)""",
    f"""DELETE FROM web_message WHERE root_id IS NOT NULL AND key IN (SELECT key FROM outbox
          WHERE match_id IN {_OF_REPORT} OR (reply ->> 'kind' = 'thanks' AND report_id IN {_MATCHED}))""",
    """UPDATE web_message SET text = '', author_name = '' WHERE author_id IS NOT NULL AND id::text =
         (SELECT r.message FROM report r JOIN workspace w ON w.id = r.workspace_id
          WHERE r.id = %(report)s AND w.platform = 'web')""",
    f"DELETE FROM outbox WHERE reply ->> 'kind' = 'thanks' AND report_id IN {_MATCHED}",
    "DELETE FROM photo WHERE report_id = %(report)s",
    "DELETE FROM embedding WHERE report_id = %(report)s",
    f"DELETE FROM outbox WHERE state = 'queued' AND (report_id = %(report)s OR match_id IN {_OF_REPORT})",
    f"""UPDATE outbox SET reply = reply || '{{"lines": [], "picture": null, "choices": []}}'
        WHERE report_id = %(report)s OR match_id IN {_OF_REPORT}""",
    "UPDATE match SET why = '[]', evidence = '{}' WHERE lost_id = %(report)s OR found_id = %(report)s",
    """UPDATE report SET purged_at = now(), text = '', words = '{}', place = '', author_name = '', question = NULL,
         said = NULL WHERE id = %(report)s""",
    *_PURGE_QUESTIONS,
)


class CommunitySession:
    """The store within one community's transaction (`reunite.ports.Session` and what workers and bots need besides)."""

    def __init__(self, connection: Connection, community: UUID) -> None:
        """`connection` is in a transaction in which row-level security lets only `community` be seen."""
        self._connection = connection
        self.community = community

    async def _one(self, query: str, **params: object) -> rows.Row | None:
        cursor = await self._connection.execute(query.encode(), params)
        return await cursor.fetchone()

    async def _all(self, query: str, **params: object) -> list[rows.Row]:
        cursor = await self._connection.execute(query.encode(), params)
        return await cursor.fetchall()

    async def _do(self, query: str, **params: object) -> int:
        return (await self._connection.execute(query.encode(), params)).rowcount

    # Reports

    async def add_report(self, command: NewReport, expires_at: datetime) -> tuple[Report, bool]:
        """Write report and photos, and tell whether they are new; a known `source_key` changes nothing."""
        target = command.target
        row = await self._one(
            """INSERT INTO report (community_id, workspace_id, source_key, kind, author_id, author_name, text, words,
                                   place, happened_at, channel, message, expires_at)
               SELECT community_id, id, %(key)s, %(kind)s, %(author)s, %(name)s, %(text)s, %(words)s,
                      %(place)s, %(at)s, %(channel)s, %(message)s, %(expires)s
               FROM workspace WHERE platform = %(platform)s::platform AND external_id = %(workspace)s
               ON CONFLICT (workspace_id, source_key) DO NOTHING RETURNING id""",
            key=command.source_key,
            kind=command.kind,
            author=command.author.id,
            name=command.author.name,
            text=command.text,
            words=words.tokens(command.text),
            place=command.place,
            at=command.happened_at,
            channel=target.channel,
            message=target.message,
            expires=expires_at,
            platform=target.platform,
            workspace=target.workspace,
        )
        if row:
            await self._add_photos(row["id"], command)
        known = await self._one(
            f"{rows.REPORT} WHERE r.source_key = %(key)s AND w.platform = %(platform)s::platform"
            " AND w.external_id = %(workspace)s",
            key=command.source_key,
            platform=target.platform,
            workspace=target.workspace,
        )
        if known is None:
            msg = f"workspace {target.platform}:{target.workspace} was never joined"
            raise DefectError(msg)
        return rows.report(known), row is not None

    async def _add_photos(self, report: UUID, command: NewReport) -> None:
        for position, photo in enumerate(command.photos):
            await self._do(
                "INSERT INTO photo (community_id, report_id, position, name, url, upload)"
                " VALUES (%(community)s, %(report)s, %(position)s, %(name)s, %(url)s, %(upload)s)",
                community=self.community,
                report=report,
                position=position,
                name=photo.name,
                url=photo.url,
                upload=photo.data,
            )

    async def report(self, report: UUID) -> Report | None:
        """Return a report as it stands now."""
        row = await self._one(f"{rows.REPORT} WHERE r.id = %(report)s", report=report)
        return rows.report(row) if row else None

    async def lock(self, reports: Collection[UUID]) -> Mapping[UUID, Report]:
        """Return reports, locked to the end of the transaction, in an order in which no two can wait for each other."""
        found = await self._all(
            f"{rows.REPORT} WHERE r.id = ANY(%(reports)s) ORDER BY r.id FOR NO KEY UPDATE OF r", reports=list(reports)
        )
        return {row["id"]: rows.report(row) for row in found}

    async def report_at(self, target: ReplyTarget) -> Report | None:
        """Return the report whose post is `target.message`, as it stands now."""
        row = await self._one(
            f"{rows.REPORT} WHERE w.platform = %(platform)s::platform AND w.external_id = %(workspace)s"
            " AND r.channel = %(channel)s AND r.message = %(message)s",
            **asdict(target),
        )
        return rows.report(row) if row else None

    async def set_state(self, report: UUID, state: ReportState) -> None:
        """Move a report to another state."""
        await self._do("UPDATE report SET state = %(state)s WHERE id = %(report)s", report=report, state=state)

    async def ask(self, report: UUID, question: Question) -> None:
        """Note what a report's author is asked; a question that was asked before stays."""
        await self._do(
            "UPDATE report SET question = %(question)s WHERE id = %(report)s AND question IS NULL",
            report=report,
            question=Jsonb(asdict(question)),
        )

    async def set_said(self, report: UUID, said: str) -> None:
        """Note the answer to a report's question, empty for "not sure"."""
        await self._do("UPDATE report SET said = %(said)s WHERE id = %(report)s", report=report, said=said)

    async def mark_answered(self, report: UUID) -> None:
        """Note that a report's thread has its first answer."""
        await self._do("UPDATE report SET answered = true WHERE id = %(report)s", report=report)

    async def stop_work(self, report: UUID) -> None:
        """Delete the work on a report; a worker that is at it writes nothing more.

        Before the report is locked, for a worker locks its work first: the other way round they wait for each other.
        """
        await self._do("DELETE FROM work WHERE report_id = %(report)s", report=report)

    async def purge(self, report: UUID) -> None:
        """Delete a report's words, photos, vectors and unsent replies, also where another's thread quotes them.

        Its empty row stays, so that it can't come again; so do those of what was sent, without their words.
        """
        for statement in _PURGE:
            await self._do(statement, report=report)

    async def targets(self, reports: Collection[UUID]) -> Mapping[UUID, ReplyTarget]:
        """Return where the threads of reports are, as far as they have one yet."""
        found = await self._all(
            f"{rows.REPORT} WHERE r.id = ANY(%(reports)s) AND r.message IS NOT NULL", reports=list(reports)
        )
        return {row["id"]: rows.target(row) for row in found}

    # Photos

    async def photos(self, report: UUID) -> Sequence[Photo]:
        """Return a report's photos in order."""
        found = await self._all(f"{rows.PHOTO} WHERE report_id = %(report)s ORDER BY position", report=report)
        return [rows.photo(row) for row in found]

    async def photo_bytes(self, photo: UUID, column: str = "copy") -> bytes | None:
        """Return a photo's stored `copy`, or the `upload` that it is still to be made from."""
        row = await self._one("SELECT copy, upload FROM photo WHERE id = %(photo)s", photo=photo)
        return row[column] if row else None

    # Matches and verdicts

    async def search(self, report: Report, limit: int) -> Search:
        """Return open reports of the opposite kind that may fit, with what was measured on each pair."""
        return await search.search(self._connection, report, limit)

    async def save_match(self, pair: ScoredPair) -> Match:
        """Write a pair, or bring a known one up to date; its verdicts stay."""
        row = await self._one(
            """INSERT INTO match (community_id, lost_id, found_id, model_id, probability, label, why, evidence)
               SELECT %(community)s, %(lost)s, %(found)s, id, %(probability)s, %(label)s, %(why)s, %(evidence)s
               FROM model WHERE live
               ON CONFLICT (lost_id, found_id) DO UPDATE SET model_id = excluded.model_id,
                 probability = excluded.probability, label = excluded.label, why = excluded.why,
                 evidence = excluded.evidence
               RETURNING *""",
            community=self.community,
            lost=pair.lost,
            found=pair.found,
            probability=pair.probability,
            label=pair.label,
            why=Jsonb([asdict(why) for why in pair.why]),
            evidence=Jsonb(dict(pair.evidence)),
        )
        if row is None:
            msg = "a match was to be saved before any model is live"
            raise DefectError(msg)
        return rows.match(row)

    async def match(self, match: UUID) -> Match | None:
        """Return a match."""
        row = await self._one("SELECT * FROM match WHERE id = %(match)s", match=match)
        return rows.match(row) if row else None

    async def match_shown_at(self, target: ReplyTarget) -> Match | None:
        """Return the match that the sent reply `target.message` shows."""
        row = await self._one(
            """SELECT m.* FROM match m JOIN outbox o ON o.match_id = m.id
               WHERE o.platform = %(platform)s::platform AND o.sent_channel = %(channel)s
                 AND o.sent_message = %(message)s""",
            platform=target.platform,
            channel=target.channel,
            message=target.message,
        )
        return rows.match(row) if row else None

    async def is_shown(self, match: UUID, report: UUID) -> bool:
        """Tell whether a report's thread shows a match, or is about to."""
        row = await self._one(
            "SELECT 1 FROM outbox WHERE match_id = %(match)s AND report_id = %(report)s", match=match, report=report
        )
        return row is not None

    async def matches_of(self, report: UUID) -> Sequence[Match]:
        """Return every match of a report, most probable first."""
        found = await self._all(
            "SELECT * FROM match WHERE lost_id = %(report)s OR found_id = %(report)s ORDER BY probability DESC, id",
            report=report,
        )
        return [rows.match(row) for row in found]

    async def set_match_state(self, match: UUID, state: MatchState) -> None:
        """Record what the standing verdicts make of a match."""
        await self._do("UPDATE match SET state = %(state)s WHERE id = %(match)s", match=match, state=state)

    async def add_verdict(self, match: UUID, member: Member, kind: VerdictKind, *, given: bool) -> None:
        """Append to the log of verdicts."""
        await self._do(
            "INSERT INTO verdict (community_id, match_id, moderator_id, moderator_name, kind, given)"
            " VALUES (%(community)s, %(match)s, %(id)s, %(name)s, %(kind)s, %(given)s)",
            community=self.community,
            match=match,
            id=member.id,
            name=member.name,
            kind=kind,
            given=given,
        )

    async def verdicts(self, match: UUID) -> Sequence[Verdict]:
        """Return a match's log of verdicts, oldest first."""
        found = await self._all("SELECT * FROM verdict WHERE match_id = %(match)s ORDER BY seq", match=match)
        return [rows.verdict(row) for row in found]

    # Work and replies

    async def add_work(self, report: UUID) -> UUID:
        """Note that a report is to be (re)processed, and return the work's id."""
        row = await self._one(
            "INSERT INTO work (community_id, report_id) VALUES (%(community)s, %(report)s) RETURNING id",
            community=self.community,
            report=report,
        )
        return UUID(str((row or {})["id"]))

    async def post(self, report: UUID, key: str, reply: Reply) -> bool:
        """Put a reply for a report's thread into the outbox; false where `key` is there already."""
        # The report's row is locked first, so that the outbox's numbers follow the order of commits within a thread.
        added = await self._do(
            """WITH thread AS (SELECT r.id, w.platform FROM report r JOIN workspace w ON w.id = r.workspace_id
                               WHERE r.id = %(report)s FOR NO KEY UPDATE OF r)
               INSERT INTO outbox (community_id, report_id, platform, key, reply, match_id)
               SELECT %(community)s, id, platform, %(key)s, %(reply)s, %(match)s FROM thread
               ON CONFLICT (community_id, key) DO NOTHING""",
            community=self.community,
            report=report,
            key=key,
            reply=Jsonb(to_json(reply)),
            match=reply.match,
        )
        return added == 1

    async def unfinished_work(self) -> int:
        """Return how many pieces of work of the community are not done yet."""
        row = await self._one("SELECT count(*) AS n FROM work WHERE state = 'due'")
        return int(row["n"]) if row else 0

    async def thread(self, report: UUID) -> list[Reply]:
        """Return what a report's thread has been told or is about to be, in order."""
        found = await self._all("SELECT reply FROM outbox WHERE report_id = %(report)s ORDER BY seq", report=report)
        return [from_json(row["reply"]) for row in found]

    async def outgoing(self, seq: int) -> tuple[str, dict[str, Any]] | None:
        """Return a queued reply's idempotency key and its JSON; None where it was deleted meanwhile."""
        row = await self._one("SELECT key, reply FROM outbox WHERE seq = %(seq)s AND state = 'queued'", seq=seq)
        return (row["key"], row["reply"]) if row else None

    async def mark_sent(self, seq: int, fence: int, channel: str, message: str) -> None:
        """Note where a reply was posted; if it is the report's own post, its thread starts there."""
        sent = await self._one(
            """UPDATE outbox SET state = 'sent', leased_until = NULL, problem = NULL, sent_channel = %(channel)s,
                 sent_message = %(message)s WHERE seq = %(seq)s AND fence = %(fence)s RETURNING report_id, reply""",
            seq=seq,
            fence=fence,
            channel=channel,
            message=message,
        )
        if sent and sent["reply"]["kind"] == "looking":
            await self._do(
                "UPDATE report SET message = %(message)s WHERE id = %(report)s AND message IS NULL",
                message=message,
                report=sent["report_id"],
            )

    async def mark_unsent(self, seq: int, fence: int, problem: str, after: float | None) -> None:
        """Note that a reply was not sent: it is due again in `after` seconds, or never where that is None."""
        await self._do(
            """UPDATE outbox SET leased_until = NULL, problem = %(problem)s,
                 state = CASE WHEN %(after)s::float IS NULL THEN 'failed' ELSE state END,
                 due_at = now() + make_interval(secs => coalesce(%(after)s::float, 0))
               WHERE seq = %(seq)s AND fence = %(fence)s""",
            seq=seq,
            fence=fence,
            problem=problem,
            after=after,
        )

    async def channels(self, workspace: UUID) -> Sequence[Channel]:
        """Return the known channels of a workspace."""
        found = await self._all("SELECT * FROM channel WHERE workspace_id = %(workspace)s", workspace=workspace)
        return [_channel(row) for row in found]


def _channel(row: Mapping[str, Any]) -> Channel:
    return Channel(row["external_id"], row["name"], ReportKind(row["role"]) if row["role"] else None)
