"""Reports and their photos."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from db import rows
from db.matches import FORGOTTEN
from db.outbox import CHANGED
from db.queries import Queries
from reunite.commands import NewReport
from reunite.entities import IncomingPhoto, Photo, Question, ReplyTarget, Report, ReportState
from reunite.errors import TryAgainError
from reunite.messages.reply import Reply, to_json
from reunite.text.content import significant_words

_OF_REPORT = "(SELECT id FROM match WHERE lost_id = %(report)s OR found_id = %(report)s)"
_ASKED_OF_PLACES = """(SELECT r.id FROM report r JOIN match m ON r.id = m.lost_id
                       WHERE m.found_id = %(report)s AND r.question ->> 'aspect' = 'place')"""
_NO_CHOICES = f"""UPDATE outbox SET reply = reply || '{{"choices": []}}', {CHANGED}
  WHERE reply ->> 'kind' = 'question' AND task <> 'remove' AND reply -> 'choices' <> '[]'"""
_PURGE_QUESTIONS = (  # the place of a withdrawn find may be one of the answers that others were offered
    f"{_NO_CHOICES} AND report_id IN {_ASKED_OF_PLACES}",
    f"""UPDATE report SET question = question || '{{"options": []}}' WHERE id IN {_ASKED_OF_PLACES}""",
)
_MATCHED = """(SELECT CASE WHEN lost_id = %(report)s THEN found_id ELSE lost_id END FROM match
               WHERE lost_id = %(report)s OR found_id = %(report)s)"""
_EMPTY = """'{"lines": [], "picture": null, "choices": [], "buttons": []}'"""
_REMOVE = f"""task = 'remove', state = 'queued', version = version + 1, attempts = 0, due_at = now(), problem = NULL,
  reply = reply || {_EMPTY}"""
_QUOTES = f"""(match_id IN {_OF_REPORT} OR (reply ->> 'kind' = 'thanks' AND report_id IN {_MATCHED})
  OR (report_id = %(report)s AND reply ->> 'kind' IN ('answer', 'question', 'problem', 'claim', 'log', 'note')))"""
# Something may have been sent by a try whose end is not known, or by one before a failure: then it is looked for.
_NEVER_SENT = "sent_message IS NULL AND task = 'send' AND attempts = 0"  # a change begins the attempts anew
_PURGE_OUTBOX: Final = (
    f"DELETE FROM outbox WHERE {_QUOTES} AND {_NEVER_SENT}",
    f"UPDATE outbox SET {_REMOVE} WHERE {_QUOTES} AND task <> 'remove'",
    f"""UPDATE outbox SET reply = %(ended)s, {CHANGED}
        WHERE report_id = %(report)s AND reply ->> 'kind' = 'looking' AND reply <> %(ended)s""",
)
_PURGE: Final = (
    f"""UPDATE report SET said = '' WHERE id IN {_MATCHED}
          AND said = (SELECT nullif(place, '') FROM report WHERE id = %(report)s)""",
    """UPDATE web_message SET text = '', author_name = '' WHERE author_id IS NOT NULL AND id::text =
         (SELECT r.message FROM report r JOIN workspace w ON w.id = r.workspace_id
          WHERE r.id = %(report)s AND w.platform = 'web')""",
    f"DELETE FROM web_message WHERE root_id IS NOT NULL AND key IN (SELECT key FROM outbox WHERE {_QUOTES})",
    "DELETE FROM photo WHERE report_id = %(report)s",
    "DELETE FROM embedding WHERE report_id = %(report)s",
    "DELETE FROM claim WHERE match_id IN (SELECT id FROM match WHERE found_id = %(report)s)",
    f"UPDATE claim SET {FORGOTTEN} WHERE match_id IN (SELECT id FROM match WHERE lost_id = %(report)s)",
    *_PURGE_OUTBOX,
    "UPDATE match SET why = '[]', evidence = '{}' WHERE lost_id = %(report)s OR found_id = %(report)s",
    """UPDATE report SET purged_at = now(), text = '', words = '{}', place = '', author_name = '', question = NULL,
         said = NULL, secret = '', details = '' WHERE id = %(report)s""",
    *_PURGE_QUESTIONS,
)
_ACROSS = """(SELECT m.id FROM match m JOIN report l ON l.id = m.lost_id JOIN report f ON f.id = m.found_id
  WHERE (m.lost_id = %(report)s OR m.found_id = %(report)s) AND l.workspace_id <> f.workspace_id)"""
_OWNERS_ACROSS = f"(SELECT lost_id FROM match WHERE id IN {_ACROSS})"
_PART: Final = (
    f"DELETE FROM outbox WHERE match_id IN {_ACROSS} AND {_NEVER_SENT}",
    f"""UPDATE outbox SET {_REMOVE} WHERE task <> 'remove'
          AND (match_id IN {_ACROSS} OR (reply ->> 'kind' = 'thanks' AND report_id IN {_OWNERS_ACROSS}))""",
    f"{_NO_CHOICES} AND report_id IN {_OWNERS_ACROSS}",
    f"""UPDATE report l SET said = '' WHERE said IN (SELECT nullif(f.place, '') FROM match m
          JOIN report f ON f.id = m.found_id WHERE m.lost_id = l.id AND m.id IN {_ACROSS})""",
    f"""UPDATE report SET question = question || '{{"options": []}}' WHERE id IN {_OWNERS_ACROSS}""",
    f"DELETE FROM match WHERE id IN {_ACROSS}",
)


# One statement, for every post waits for it.
_ADD: Final = """
WITH added AS (
  INSERT INTO report (community_id, workspace_id, source_key, kind, author_id, author_name, text, words, place,
    happened_at, channel, message, expires_at, sealed, private, category, secret)
  SELECT community_id, id, %(key)s, %(kind)s, %(author)s, %(name)s, %(text)s, %(words)s, %(place)s,
    %(at)s, %(channel)s, %(message)s, %(expires)s, %(sealed)s, %(private)s, %(category)s, %(secret)s
  FROM workspace WHERE platform = %(platform)s::platform AND external_id = %(workspace)s
  ON CONFLICT (workspace_id, source_key) DO NOTHING RETURNING *
),
photos AS (
  INSERT INTO photo (community_id, report_id, position, name, url, upload)
  SELECT added.community_id, added.id, sent.position - 1, sent.name, sent.url, sent.upload
  FROM added, unnest(%(names)s::text[], %(urls)s::text[], %(uploads)s::bytea[])
    WITH ORDINALITY AS sent (name, url, upload, position)
),
work AS (
  INSERT INTO work (community_id, report_id) SELECT community_id, id FROM added RETURNING id
)
SELECT added.*, work.id AS work, w.language FROM added, work, workspace w WHERE w.id = added.workspace_id
"""


class ReportQueries(Queries):
    """Reports within one community's transaction."""

    async def add_report(self, command: NewReport, expires_at: datetime) -> tuple[Report, UUID | None]:
        """Write a report, its photos and the work to do; return that work, None where the `source_key` is known."""
        target, photos = command.target, command.photos
        row = await self._one(
            _ADD,
            key=command.source_key,
            kind=command.kind,
            author=command.author.id,
            name=command.author.name,
            text=command.text,
            words=list(significant_words(command.text)),
            place=command.place,
            at=command.happened_at,
            channel=target.channel,
            message=target.message,
            expires=expires_at,
            sealed=command.sealed,
            private=command.private,
            category=command.category,
            secret=command.secret,
            platform=target.platform,
            workspace=target.workspace,
            names=[photo.name for photo in photos],
            urls=[photo.url for photo in photos],
            uploads=[photo.data for photo in photos],
        )
        if row:
            return rows.report({**row, "platform": target.platform, "workspace": target.workspace}), row["work"]
        known = await self._one(
            f"{rows.REPORT} WHERE r.source_key = %(key)s AND w.platform = %(platform)s::platform"
            " AND w.external_id = %(workspace)s",
            key=command.source_key,
            platform=target.platform,
            workspace=target.workspace,
        )
        if known is None:
            raise TryAgainError("the workspace has moved to another community")
        return rows.report(known), None

    async def add_photos(self, report: UUID, photos: Sequence[IncomingPhoto], key: str = "") -> None:
        """Add photos to a report; those that came with the same `key` before are not added again."""
        row = await self._one(
            """SELECT coalesce(max(position) + 1, 0) AS next, coalesce(bool_or(added_by = nullif(%(key)s, '')), false)
               AS known FROM photo WHERE report_id = %(report)s""",
            report=report,
            key=key,
        )
        if row is None or row["known"]:
            return
        for position, photo in enumerate(photos, start=row["next"]):
            await self._do(
                "INSERT INTO photo (community_id, report_id, position, name, url, upload, added_by)"
                " VALUES (%(community)s, %(report)s, %(position)s, %(name)s, %(url)s, %(upload)s, nullif(%(key)s, ''))",
                community=self.community,
                report=report,
                position=position,
                name=photo.name,
                url=photo.url,
                upload=photo.data,
                key=key,
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

    async def purge(self, report: UUID, ended: Reply) -> None:
        """Delete a report's words, photos, vectors and unsent replies, also where another's thread quotes them.

        Its empty row stays, so that it can't come again. What was sent is taken away; the report's own post, where the
        bot wrote it, becomes `ended`.
        """
        for statement in _PURGE:
            await self._do(statement, report=report, ended=Jsonb(to_json(ended)))

    async def set_text(self, report: UUID, text: str, details: str) -> None:
        """Change a report's words, of which `details` are the last; the vectors of the old ones go."""
        await self._do(
            "UPDATE report SET text = %(text)s, words = %(words)s, details = %(details)s WHERE id = %(report)s",
            text=text,
            details=details,
            words=list(significant_words(text)),
            report=report,
        )
        await self._do("DELETE FROM embedding WHERE report_id = %(report)s AND photo_id IS NULL", report=report)

    async def secret(self, report: UUID) -> str:
        """Return what the finder says that only the owner can know."""
        row = await self._one("SELECT secret FROM report WHERE id = %(report)s", report=report)
        return str(row["secret"]) if row else ""

    async def set_secret(self, report: UUID, secret: str) -> None:
        """Note what only the owner can know."""
        await self._do("UPDATE report SET secret = %(secret)s WHERE id = %(report)s", secret=secret, report=report)

    async def set_expiry(self, report: UUID, expires_at: datetime) -> None:
        """Let a report end at another time."""
        await self._do("UPDATE report SET expires_at = %(at)s WHERE id = %(report)s", at=expires_at, report=report)

    async def reports_of(self, workspace: UUID, member: str) -> Sequence[Report]:
        """Return what is still known of a member's reports, oldest first."""
        found = await self._all(
            f"{rows.REPORT} WHERE r.workspace_id = %(workspace)s AND r.author_id = %(member)s AND r.purged_at IS NULL"
            " ORDER BY r.created_at",
            workspace=workspace,
            member=member,
        )
        return [rows.report(row) for row in found]

    async def reports_in(self, workspace: UUID) -> Sequence[UUID]:
        """Return the reports of a workspace of which something is still known."""
        found = await self._all(
            "SELECT id FROM report WHERE workspace_id = %(workspace)s AND purged_at IS NULL ORDER BY id",
            workspace=workspace,
        )
        return [row["id"] for row in found]

    async def open_losses(self) -> Sequence[UUID]:
        """Return the open losses of the community."""
        found = await self._all("SELECT id FROM report WHERE kind = 'lost' AND state = 'open' ORDER BY id")
        return [row["id"] for row in found]

    async def part_from_others(self, report: UUID) -> None:
        """Delete a report's matches with other workspaces, and have what was said of them taken away."""
        for statement in _PART:
            await self._do(statement, report=report)

    async def has_sealed(self) -> bool:
        """Tell whether the community has open finds that are sealed."""
        return bool(await self._one("SELECT 1 FROM report WHERE sealed AND state = 'open' LIMIT 1"))

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

    async def photo(self, photo: UUID) -> Photo | None:
        """Return a photo."""
        row = await self._one(f"{rows.PHOTO} WHERE id = %(photo)s", photo=photo)
        return rows.photo(row) if row else None

    async def refresh_photo(self, photo: UUID, url: str | None) -> None:
        """Note a photo's fresh link, or that its post is gone: its report's work is due at once."""
        await self._do(
            "UPDATE photo SET url = coalesce(%(url)s, url), stale_since = NULL, refreshed = true"
            " WHERE id = %(photo)s AND state = 'pending'",
            photo=photo,
            url=url,
        )
        await self._do(
            "UPDATE work SET due_at = now() WHERE state = 'due' AND leased_until IS NULL AND report_id ="
            " (SELECT report_id FROM photo WHERE id = %(photo)s)",
            photo=photo,
        )

    async def photo_bytes(self, photo: UUID, column: str = "copy") -> bytes | None:
        """Return a photo's stored `copy`, or the `upload` that it is still to be made from."""
        row = await self._one("SELECT copy, upload FROM photo WHERE id = %(photo)s", photo=photo)
        return row[column] if row else None
