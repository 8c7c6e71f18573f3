"""The encoder that searches use. After an update that changed it, a worker can embed everything again by itself."""

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
"""Any number, the same everywhere: one worker at a time embeds again."""
_UPDATED: Final = "An update has changed the encoder. Embedding {} again …"
_LEFT: Final = "Embedding {} that came in before this encoder was in use …"
_LOOK_AGAIN: Final = 1.0
_LINE_EVERY: Final = 30.0


class ModelMismatchError(Exception):
    """The live model isn't the one that the settings ask for."""


def is_update(live: EmbeddingModel, chosen: EmbeddingModel) -> bool:
    """Whether `chosen` is a later version of the live encoder: Reunite has changed, the settings haven't.

    An earlier version never takes over, or a worker that hasn't been updated yet would undo the update.
    """
    return live.encoder == chosen.encoder and is_same_model(live.version, chosen.version) and chosen.id > live.id


async def live_encoder(
    store: Store, choice: Choice, report: Report, *, reembed: bool
) -> tuple[BatchingEncoder, EmbeddingModel]:
    """Return the chosen encoder, if searches use it. With `reembed`, an updated one takes over first.

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

    Reports that came in before it was live are embedded last, also if that was interrupted before.
    """
    while True:
        async with work.store.try_lock(_LOCK) as has_lock:
            if has_lock:
                if await _is_behind(work):  # another worker may have been faster, perhaps with a later version
                    await work.embed_all(_Lines(report, _UPDATED).show)
                    await work.take_over()
                if await _is_live(work):
                    await replace(work, missed=True).embed_all(_Lines(report, _LEFT).show)
                return
        if not await _is_behind(work):
            return
        await asyncio.sleep(_LOOK_AGAIN)


async def _is_behind(work: Reembedding) -> bool:
    live = await work.store.embedding_models.live()
    return live is not None and is_update(live, work.model)


async def _is_live(work: Reembedding) -> bool:
    live = await work.store.embedding_models.live()
    return live is not None and live.id == work.model.id


class _Lines:
    """Says what is being done, and from time to time how much of it is."""

    def __init__(self, report: Report, first: str) -> None:
        self._report = report
        self._first = first
        self._said: float | None = None

    def show(self, now: Progress) -> None:
        if self._said is None and now.total:
            self._report(self._first.format(counted(now.total, "report")))
            self._said = monotonic()
        elif self._said is not None and monotonic() >= self._said + _LINE_EVERY:
            self._report(f"{now.done} of {counted(now.total, 'report')} embedded.")
            self._said = monotonic()
