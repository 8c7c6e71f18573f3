"""Reports in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from db import mapping
from db.keys import Keys
from db.queries import Connection, Queries
from reunite import rules
from reunite.commands import NewReport
from reunite.entities import ReplyTarget, Report, ReportState
from reunite.errors import TryAgainError
from reunite.text.content import significant_words

# A single statement, because every post waits for it. Uploads are sent in binary (b): as text they take 14 ms longer.
_ADD: Final = """
WITH added AS (
  INSERT INTO report (community_id, workspace_id, source_key, kind, author_id, author_name, text, words, place,
    state, happened_at, happened_on, posted_at, channel, message, expires_at, sealed, private, category,
    proof_question, sample, quiet, answered, language, kind_in_doubt)
  SELECT community_id, id, %(key)s, %(kind)s, %(author)s, %(name)s, %(text)s, %(words)s, %(place)s,
    %(state)s, %(at)s, %(day)s, %(posted)s, %(channel)s, %(message)s, %(expires)s,
    %(sealed)s, %(private)s, %(category)s, %(proof_question)s, %(sample)s, %(quiet)s, %(answered)s, %(language)s,
    %(kind_in_doubt)s
  FROM workspace WHERE platform = %(platform)s::platform AND external_id = %(workspace)s
  ON CONFLICT (workspace_id, source_key) DO NOTHING RETURNING *
),
photos AS (
  INSERT INTO photo (community_id, report_id, position, name, url, upload, hidden)
  SELECT added.community_id, added.id, sent.position - 1, sent.name, sent.url, sent.upload, sent.hidden
  FROM added, unnest(%(names)s::text[], %(urls)s::text[], %(uploads)b::bytea[], %(hidden)s::boolean[])
    WITH ORDINALITY AS sent (name, url, upload, hidden, position)
),
work AS (
  INSERT INTO work (community_id, report_id) SELECT community_id, id FROM added RETURNING id
)
SELECT added.*, work.id AS work, coalesce(added.language, w.language) AS language, w.language AS others_language,
  w.timezone, w.address
FROM added, work, workspace w WHERE w.id = added.workspace_id
"""

_LOCK_AUTHOR: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%(author)s, 0))"
_SENT_BEFORE: Final = f"""{mapping.REPORT}
WHERE w.platform = %(platform)s::platform AND w.external_id = %(workspace)s AND r.author_id = %(author)s
  AND NOT r.answered AND r.created_at > now() - %(within)s::interval AND r.state IN ('pending', 'open')
  AND r.kind = %(kind)s AND r.text = %(text)s AND r.text <> '' AND r.place = %(place)s
  AND (r.happened_at IS NULL AND %(at)s::timestamptz IS NULL
    OR r.happened_at BETWEEN %(at)s::timestamptz - %(within)s::interval AND %(at)s::timestamptz + %(within)s::interval)
  AND r.sealed = %(sealed)s AND r.private = %(private)s AND r.category = %(category)s
  AND ARRAY(SELECT p.name FROM photo p WHERE p.report_id = r.id ORDER BY p.position) = %(photos)s::text[]
ORDER BY r.created_at DESC LIMIT 1
"""


_LOCKED: Final = f"""{mapping.REPORT}
WHERE r.id = ANY(%(reports)s::uuid[] || ARRAY(
  SELECT CASE WHEN lost_id = %(labelled_with)s THEN found_id ELSE lost_id END FROM match
  WHERE (lost_id = %(labelled_with)s OR found_id = %(labelled_with)s) AND label IS NOT NULL))
ORDER BY r.id FOR NO KEY UPDATE OF r
"""
_IN_WORKSPACE: Final = "w.platform = %(platform)s::platform AND w.external_id = %(workspace)s"


class SqlReports(Queries):
    """`reunite.ports.reports.Reports`, and what else delivery and workers need."""

    def __init__(self, connection: Connection, community: UUID, keys: Keys) -> None:
        super().__init__(connection, community)
        self._keys = keys

    async def add(self, command: NewReport, expires_at: datetime) -> tuple[Report, UUID | None]:
        target, photos = command.target, command.photos
        if not command.answered:
            # Of two at the same moment, the second waits here until it sees the first.
            await self._do(_LOCK_AUTHOR, author=f"report {target.platform} {target.workspace} {command.author.id}")
            if sent_before := await self._sent_before(command):
                return sent_before, None
        row = await self._one(
            _ADD,
            key=command.source_key,
            kind=command.kind,
            state=command.state,
            author=command.author.id,
            name=command.author.name,
            text=command.text,
            words=[] if command.sample else list(significant_words(command.text)),
            place=command.place,
            at=command.happened_at,
            day=command.happened_on,
            posted=command.posted_at,
            expires=expires_at,
            sealed=command.sealed,
            private=command.private,
            category=command.category,
            quiet=command.quiet,
            kind_in_doubt=command.kind_in_doubt,
            answered=command.answered,
            language=command.language if command.private else None,
            proof_question=self._keys.encrypt(command.proof_question),
            sample=command.sample,
            names=[photo.name for photo in photos],
            urls=[photo.url for photo in photos],
            uploads=[photo.data for photo in photos],
            hidden=[photo.hidden for photo in photos],
            **asdict(target),
        )
        if row:
            return mapping.report({**row, "platform": target.platform, "workspace": target.workspace}), row["work"]
        return await self._added_before(command.source_key, target), None

    async def _added_before(self, source_key: str, target: ReplyTarget) -> Report:
        found = await self._where(f"{_IN_WORKSPACE} AND r.source_key = %(key)s", key=source_key, **asdict(target))
        if not found:
            raise TryAgainError("the workspace has moved to another community")
        return found[0]

    async def _sent_before(self, command: NewReport) -> Report | None:
        row = await self._one(
            _SENT_BEFORE,
            platform=command.target.platform,
            workspace=command.target.workspace,
            author=command.author.id,
            within=rules.REPEAT_WITHIN,
            at=command.happened_at,
            kind=command.kind,
            text=command.text,
            place=command.place,
            sealed=command.sealed,
            private=command.private,
            category=command.category,
            photos=[photo.name for photo in command.photos],
        )
        is_same = row is not None and self._keys.decrypt(row["proof_question"]) == command.proof_question
        return mapping.report(row) if row and is_same else None

    async def get(self, report: UUID) -> Report | None:
        return next(iter(await self._where("r.id = %(report)s", report=report)), None)

    async def by_ids(self, reports: Collection[UUID]) -> Mapping[UUID, Report]:
        read = {report.id: report for report in await self._where("r.id = ANY(%(reports)s)", reports=list(reports))}
        return {report: read[report] for report in reports if report in read}

    async def at(self, target: ReplyTarget) -> Report | None:
        found = await self._where(
            f"{_IN_WORKSPACE} AND r.channel = %(channel)s"
            " AND (r.message = %(message)s OR %(message)s::text IS NULL) LIMIT 1",
            **asdict(target),
        )
        return next(iter(found), None)

    async def by_author(self, workspace: UUID, member: str) -> Sequence[Report]:
        return await self._where(
            "r.workspace_id = %(workspace)s AND r.author_id = %(member)s AND r.purged_at IS NULL"
            " ORDER BY coalesce(r.posted_at, r.created_at)",
            workspace=workspace,
            member=member,
        )

    async def samples(self, target: ReplyTarget) -> Sequence[Report]:
        return await self._where(f"{_IN_WORKSPACE} AND r.sample ORDER BY r.created_at, r.kind", **asdict(target))

    async def lock(self, reports: Collection[UUID], *, labelled_with: UUID | None = None) -> Mapping[UUID, Report]:
        rows = await self._all(_LOCKED, reports=list(reports), labelled_with=labelled_with)
        return {row["id"]: mapping.report(row) for row in rows}

    async def set_state(self, report: UUID, state: ReportState) -> None:
        await self._do("UPDATE report SET state = %(state)s WHERE id = %(report)s", report=report, state=state)

    async def mark_first_reply(self, report: UUID) -> None:
        await self._do(
            """WITH marked AS (UPDATE report SET has_first_reply = true WHERE id = %(report)s RETURNING id, state)
               SELECT pg_notify('reunite_look', id::text) FROM marked WHERE state = 'look'""",
            report=report,
        )

    async def set_text(self, report: UUID, text: str, details: str) -> None:
        await self._do(
            "UPDATE report SET text = %(text)s, words = %(words)s, details = %(details)s WHERE id = %(report)s",
            text=text,
            details=details,
            words=list(significant_words(text)),
            report=report,
        )
        await self._do("DELETE FROM embedding WHERE report_id = %(report)s AND photo_id IS NULL", report=report)

    async def note_change(self, report: UUID, *, settles_kind: bool = False) -> None:
        await self._do(
            """UPDATE report SET quiet = false, kind_in_doubt = kind_in_doubt AND NOT %(settles)s, changed_at = now()
               WHERE id = %(report)s""",
            report=report,
            settles=settles_kind,
        )

    async def set_expiry(self, report: UUID, expires_at: datetime) -> None:
        await self._do(
            "UPDATE report SET expires_at = %(at)s, reminded = reminded AND expires_at = %(at)s WHERE id = %(report)s",
            at=expires_at,
            report=report,
        )

    async def targets(self, reports: Collection[UUID]) -> Mapping[UUID, ReplyTarget]:
        """Return the reports' threads, if they have one."""
        if not reports:
            return {}
        found = await self._where("r.id = ANY(%(reports)s) AND r.message IS NOT NULL", reports=list(reports))
        return {report.id: report.target for report in found}

    async def _where(self, condition: LiteralString, **params: object) -> list[Report]:
        """Return the reports `r` of workspaces `w` that a condition holds for."""
        rows = await self._all(f"{mapping.REPORT} WHERE {condition}", **params)
        return [mapping.report(row) for row in rows]
