"""Whether a report by command has been answered: until then, the same report sent again is this one."""

from reunite.entities import Report
from reunite.ports import Store


class AnsweredHandlers:
    """Records whose private answers have arrived."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, report: Report) -> None:
        """Record that a report is answered: the same one sent again is another from now on."""
        async with self._store.session(report.community) as session:
            await session.outbox.note_answered(report.id)
