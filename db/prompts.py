"""Prompts in PostgreSQL: questions, reminders, greetings and digests."""

from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from db.queries import Queries
from reunite.entities import Question
from reunite.ports.prompts import GreetingState


class SqlPrompts(Queries):
    """`reunite.ports.prompts.Prompts`."""

    async def ask(self, report: UUID, question: Question) -> None:
        await self._do(
            "UPDATE report SET question = %(question)s WHERE id = %(report)s AND question IS NULL",
            report=report,
            question=Jsonb(
                {
                    "aspect": question.aspect,
                    "options": list(question.options),
                    "sources": [str(source) for source in question.sources],
                }
            ),
        )

    async def answer(self, report: UUID, answer: str) -> None:
        await self._do(
            "UPDATE report SET question_answer = %(answer)s WHERE id = %(report)s", report=report, answer=answer
        )

    async def note_report_reminder(self, report: UUID) -> None:
        await self._do("UPDATE report SET reminded = true WHERE id = %(report)s", report=report)

    async def note_claim_reminder(self, claim: UUID, *, sent: bool = True) -> None:
        await self._do(
            "UPDATE claim SET reminded = CASE WHEN %(sent)s THEN state ELSE '' END WHERE id = %(claim)s",
            claim=claim,
            sent=sent,
        )

    async def note_claim_seen(self, claim: UUID) -> None:
        await self._do("UPDATE claim SET seen_at = coalesce(seen_at, now()) WHERE id = %(claim)s", claim=claim)

    async def are_reminders_off(self, report: UUID) -> bool:
        row = await self._one(
            "SELECT 1 FROM report r JOIN workspace w ON w.id = r.workspace_id"
            " WHERE r.id = %(report)s AND r.author_id = ANY(w.quiet_members)",
            report=report,
        )
        return row is not None

    async def wants_no_reminders(self, workspace: UUID, member: str) -> bool:
        row = await self._one(
            "SELECT 1 FROM workspace WHERE id = %(workspace)s AND %(member)s = ANY(quiet_members)",
            workspace=workspace,
            member=member,
        )
        return row is not None

    async def switch_reminders(self, workspace: UUID, member: str, *, on: bool) -> None:
        await self._do(
            "UPDATE workspace SET quiet_members = array_remove(quiet_members, %(member)s)"
            " || CASE WHEN %(on)s THEN '{}' ELSE ARRAY[%(member)s] END WHERE id = %(workspace)s",
            workspace=workspace,
            member=member,
            on=on,
        )

    async def note_invitation(self, workspace: UUID, channel: str, *, if_first: bool = False) -> None:
        await self._do(
            """UPDATE workspace SET greeting_channel = %(channel)s
               WHERE id = %(workspace)s AND greeted_at IS NULL AND greeting_tried_at IS NULL
                 AND NOT (%(if_first)s AND EXISTS (SELECT FROM channel WHERE workspace_id = %(workspace)s))""",
            workspace=workspace,
            channel=channel,
            if_first=if_first,
        )

    async def due_greeting(self, workspace: UUID) -> tuple[str, datetime | None] | None:
        row = await self._one(
            "SELECT greeting_channel, greeting_tried_at FROM workspace WHERE id = %(workspace)s AND greeted_at IS NULL",
            workspace=workspace,
        )
        return (row["greeting_channel"] or "", row["greeting_tried_at"]) if row else None

    async def note_greeting(self, workspace: UUID, state: GreetingState) -> None:
        await self._do(
            """UPDATE workspace SET greeted_at = CASE WHEN %(state)s::text = 'sent' THEN now() ELSE greeted_at END,
                 greeting_tried_at = CASE WHEN %(state)s::text <> 'refused' THEN coalesce(greeting_tried_at, now()) END
               WHERE id = %(workspace)s""",
            workspace=workspace,
            state=state,
        )

    async def note_digest(self, workspace: UUID, at: datetime) -> None:
        await self._do("UPDATE workspace SET digested_at = %(at)s WHERE id = %(workspace)s", workspace=workspace, at=at)
