"""Says what a failure means for the person: whether what they sent is saved, or to be sent again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from db.trouble import TEMPORARY
from reunite.errors import MissingScopeError, TellUserError, TokenRefusedError
from reunite.handlers import Handlers
from reunite.messages.reply import Action
from reunite.posts import Receipt

SAVED: Final = "saved_all_the_same"
"""The sentence after a failure in answering what is saved."""
WENT_WRONG: Final = "went_wrong"
_SHOW: Final[frozenset[Action | None]] = frozenset({"see_claim", "where_is_it", "look_page"})
"""The presses that change nothing."""
_log = structlog.get_logger(__name__)


class AnswerFailedError(Exception):
    """What someone sent is saved, but something went wrong with its answer: the `cause`."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.cause = cause


@contextmanager
def answering(press: Action | None = None) -> Iterator[None]:
    """Turn errors into AnswerFailedError: what was sent is saved, unless the `press` only shows something."""
    try:
        yield
    except TellUserError:
        raise
    except Exception as error:
        if press in _SHOW:
            raise
        raise AnswerFailedError(error) from error


def unsaved(error: Exception, defect: str = WENT_WRONG) -> str:
    """Return the sentence for a failure before anything was saved: to try again in a minute, or else `defect`."""
    passes = isinstance(error, TEMPORARY) and not isinstance(error, MissingScopeError | TokenRefusedError)
    return "busy" if passes else defect


async def note_answered(handlers: Handlers, receipt: Receipt) -> None:
    """Record that a report is answered. If that fails, a second one in the same words may have to be sent twice."""
    try:
        await handlers.answered.note(receipt.report)
    except Exception as error:  # noqa: BLE001 - the answer has arrived
        _log.warning("report_answer_not_recorded", report=str(receipt.report.id), error=type(error).__name__)
