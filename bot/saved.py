"""Tells failures after something was saved from earlier ones, because people need to know which it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages.reply import Action
from reunite.posts import Receipt

SAVED: Final = "saved_all_the_same"
"""The sentence after such a failure."""
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


async def note_answered(handlers: Handlers, receipt: Receipt) -> None:
    """Record that a report is answered. If that fails, its author may only have to send a second one twice."""
    try:
        await handlers.answered.note(receipt.report)
    except Exception as error:  # noqa: BLE001 - the answer has arrived
        _log.warning("report_answer_unnoted", report=str(receipt.report.id), error=type(error).__name__)
