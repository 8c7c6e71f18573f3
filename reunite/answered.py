"""Whether a report by command has been answered: until then, sending it again makes no second report."""

from reunite.entities import Report
from reunite.ports import Store


class AnsweredHandlers:
    """Records whose private answers have arrived."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, report: Report) -> None:
        """Record that a report is answered: from now on, the same words make a new one."""
        async with self._store.session(report.community) as session:
            await session.outbox.note_answered(report.id)
