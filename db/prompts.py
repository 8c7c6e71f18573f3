"""Prompts in PostgreSQL."""

from uuid import UUID

from psycopg.types.json import Jsonb

from db.reminders import SqlReminders
from reunite.entities import Question


class SqlPrompts(SqlReminders):
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
