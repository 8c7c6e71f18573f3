"""Whether the author of a report by command knows that it is stored: until then, the same words again are no other."""

from reunite.entities import Report
from reunite.ports import Store


class ToldHandlers:
    """Notes whose private answers have arrived."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, report: Report) -> None:
        """Note that a report's author knows of it: the same words again are another report from now on."""
        async with self._store.session(report.community) as session:
            await session.outbox.note_told(report.id)
