"""The workers' sweep at another hour, of a stage on which no work is due."""

from datetime import UTC, datetime, timedelta

from db.queue import ArqQueue
from tests.contract.stages import Stage
from workers.sweep import Sweep


class NothingDue(ArqQueue):
    """A queue that finds no work."""

    def __init__(self) -> None:
        """Take no connection."""

    async def hint_due(self, *, silence: float) -> int:
        del silence
        return 0


def sweep_at(stage: Stage, hours: float) -> Sweep:
    at = datetime.now(UTC) + timedelta(hours=hours)
    return Sweep(stage.store, NothingDue(), 10, lambda: at)
