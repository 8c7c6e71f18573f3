"""The encoder that searches use. If an update has changed it, a worker can embed everything again by itself."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Final

from db.embedding_models import EmbeddingModel
from db.store import Store
from reunite.plurals import counted
from workers.batching import BatchingEncoder
from workers.encoders.catalogue import is_same_model
from workers.encoders.choose import Choice
from workers.reembedding import Progress, Reembedding

Report = Callable[[str], None]
OUTDATED: Final = "Update Reunite here too, or run `reunite reembed --switch` to go back."
_LOCK: Final = 0x454D4245
"""An arbitrary number for the advisory lock: one worker at a time embeds everything again."""
_UPDATED: Final = "An update has changed the encoder. Embedding {} again …"
_MISSED: Final = "Embedding {} that came in before this encoder was in use …"
_LOCK_POLL_SECONDS: Final = 1.0
_LINE_SECONDS: Final = 30.0


class ModelMismatchError(Exception):
    """The live model isn't the one that the settings ask for."""


def is_update(live: EmbeddingModel, chosen: EmbeddingModel) -> bool:
    """Whether `chosen` is a later version of the live encoder: Reunite was updated, with the same settings.

    An earlier version never counts; otherwise a worker that hasn't been updated yet would undo the update.
    """
    return live.encoder == chosen.encoder and is_same_model(live.version, chosen.version) and chosen.id > live.id


async def live_encoder(
    store: Store, choice: Choice, report: Report, *, reembed: bool
) -> tuple[BatchingEncoder, EmbeddingModel]:
    """Return the chosen encoder if searches use it. With `reembed`, an updated encoder takes over first.

    Raises ModelMismatchError; its message says what to do.
    """
    chosen = await store.embedding_models.register(choice.kind, choice.encoder.version, choice.encoder.spaces)
    encoder = BatchingEncoder(choice.encoder)
    try:
        if reembed:
            await _follow_update(Reembedding(store, encoder, chosen, patience=0), report)
        _check(await store.embedding_models.live(), chosen)
    except BaseException:
        await encoder.close()
        raise
    return encoder, chosen


def _check(live: EmbeddingModel | None, chosen: EmbeddingModel) -> None:
    if live is None or live.id == chosen.id:
        return
    if is_update(live, chosen):
        raise ModelMismatchError(
            f"This database uses {live.version}, which an update of Reunite has replaced by {chosen.version}. Run"
            " `reunite reembed --switch`, or start the worker with --reembed: it embeds everything again first."
        )
    if is_update(chosen, live):
        raise ModelMismatchError(f"This database uses {live.version}, this worker has {chosen.version}. {OUTDATED}")
    raise ModelMismatchError(
        f"This database uses {live.version}, but the settings ask for {chosen.version}."
        " Change REUNITE_ENCODER and REUNITE_MODEL back, or run `reunite reembed --switch`."
    )


async def _follow_update(work: Reembedding, report: Report) -> None:
    """Embed everything with the updated model and make it live, unless another worker does so.

    Then embed the reports that came in before the switch, even if an earlier run was interrupted there.
    """
    while True:
        async with work.store.try_lock(_LOCK) as has_lock:
            if has_lock:
                if await _is_behind(work):  # another worker may have been faster, perhaps with a later version
                    await work.embed_all(_Lines(report, _UPDATED).show)
                    await work.take_over()
                if await _is_live(work):
                    await replace(work, missed=True).embed_all(_Lines(report, _MISSED).show)
                return
        if not await _is_behind(work):
            return
        await asyncio.sleep(_LOCK_POLL_SECONDS)


async def _is_behind(work: Reembedding) -> bool:
    live = await work.store.embedding_models.live()
    return live is not None and is_update(live, work.model)


async def _is_live(work: Reembedding) -> bool:
    live = await work.store.embedding_models.live()
    return live is not None and live.id == work.model.id


class _Lines:
    """Reports the start, and the progress from time to time."""

    def __init__(self, report: Report, first: str) -> None:
        self._report = report
        self._first = first
        self._printed_at: float | None = None

    def show(self, now: Progress) -> None:
        if self._printed_at is None and now.total:
            self._report(self._first.format(counted(now.total, "report")))
            self._printed_at = monotonic()
        elif self._printed_at is not None and monotonic() >= self._printed_at + _LINE_SECONDS:
            self._report(f"{now.done} of {counted(now.total, 'report')} embedded.")
            self._printed_at = monotonic()
