"""Distinguishes temporary errors, such as an outage of the database, from errors in a statement or its data."""

from socket import gaierror

import psycopg
from structlog.typing import FilteringBoundLogger

from reunite.errors import TryAgainError


def is_trouble(error: Exception) -> bool:
    """Return whether the database is at fault: the same step may succeed later."""
    return isinstance(error, psycopg.Error) and not isinstance(error, psycopg.DataError | psycopg.IntegrityError)


def is_temporary(error: Exception) -> bool:
    """Return whether the database, a platform or the network is at fault: the same step may succeed later."""
    return isinstance(error, TryAgainError | ConnectionError | TimeoutError | gaierror) or is_trouble(error)


def log_failure(log: FilteringBoundLogger, event: str, error: Exception, **ids: object) -> None:
    """Log temporary trouble as `{event}_interrupted`, and a defect with its traceback as `{event}_defect`."""
    interrupted, defect = f"{event}_interrupted", f"{event}_defect"
    # A migration may be why a statement is wrong, but if that's our mistake, it needs its traceback.
    if is_temporary(error) and not isinstance(error, psycopg.ProgrammingError):
        log.warning(interrupted, error=type(error).__name__, **ids)
    else:
        log.error(defect, exc_info=error, **ids)
