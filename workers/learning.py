"""Lets communities learn from their feedback, a few at a time."""

from functools import partial
from typing import Final
from uuid import UUID

import structlog

from db.embedding_models import EmbeddingModel
from db.learning import communities_to_teach, learn, note_nothing_learned
from db.repeating import repeat
from db.store import Store
from db.trouble import logging_failures
from reunite.tuning.calibration import TooLittleDataError

_EVERY_SECONDS: Final = 600.0
_AT_ONCE: Final = 5

_log = structlog.get_logger(__name__)


async def keep_learning(store: Store, model: EmbeddingModel) -> None:
    """Learn from new feedback until cancelled."""
    await repeat(partial(learn_once, store, model), _EVERY_SECONDS, "learning")


async def learn_once(store: Store, model: EmbeddingModel) -> None:
    """Fit a few of the communities that have enough new feedback."""
    for community in await communities_to_teach(store, _AT_ONCE):
        with logging_failures(_log, "learning", community=str(community)):
            await _learn(store, community, model)


async def _learn(store: Store, community: UUID, model: EmbeddingModel) -> None:
    try:
        fitted = await learn(store, community, model)
    except TooLittleDataError as reason:
        await note_nothing_learned(store, community)
        _log.info("nothing_learned", community=str(community), reason=str(reason))
    else:
        before, after = round(fitted.log_loss_before, 3), round(fitted.log_loss, 3)
        _log.info("learned", community=str(community), answers=fitted.searches, before=before, after=after)
