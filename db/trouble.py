"""Distinguishes temporary errors, such as an outage of the database, from errors in a statement or its data."""

from collections.abc import Iterator
from contextlib import contextmanager
from socket import gaierror
from typing import Final

import psycopg
from structlog.typing import FilteringBoundLogger

from reunite.errors import TryAgainError, UndeliverableError

TEMPORARY: Final = (
    TryAgainError,  # what a platform or a photo's host answers: adapters turn their libraries' errors into it
    psycopg.OperationalError,  # the database: away, full, or in a deadlock
    psycopg.InterfaceError,  # a connection to it that broke earlier
    ConnectionError,  # a connection that is refused or breaks
    TimeoutError,
    gaierror,  # a name can't be looked up
)
"""Errors that pass by themselves, so a step may be retried for as long as needed.

Any other OSError counts as a defect, with a limit on retries: it's mostly about this machine, such as a missing file.
"""

_OF_ONE_STEP: Final = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.QueryCanceled,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
"""Operational errors that stop only one statement: it was blocked by others or took too long."""


_SEVERITY_ENDS: Final = ":  "
"""What PostgreSQL writes after it, in all languages."""


def is_trouble(error: Exception) -> bool:
    """Return whether the database is at fault: the same step may succeed later."""
    return isinstance(error, psycopg.Error) and not isinstance(error, psycopg.DataError | psycopg.IntegrityError)


def is_away(error: Exception) -> bool:
    """Return whether the database can't be used: any other step would fail too."""
    is_trouble_of_all = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return is_trouble_of_all and not isinstance(error, _OF_ONE_STEP)


def is_exhausted(error: Exception) -> bool:
    """Return whether the database's server has run out of what any statement needs: disk space or connections.

    A lack of memory doesn't count: the statement may be why.
    """
    return isinstance(error, psycopg.errors.DiskFull | psycopg.errors.TooManyConnections)


def is_temporary(error: Exception) -> bool:
    """Return whether the database, a platform or the network is at fault: the same step may succeed later."""
    return isinstance(error, TEMPORARY) or is_trouble(error)


def kept_problem(error: Exception) -> str:
    """Return what may be stored: only temporary errors keep their words; those of others may quote a member."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, TEMPORARY) else name


def words_of(error: Exception) -> dict[str, str]:
    """Return what may be logged of an error's words, as `reason`: those of others may quote a member.

    It's all that our own errors say, and the first line of any that says that the database can't be used (`is_away`):
    why it lets nobody in, that a connection broke, or what its server lacks.
    """
    if isinstance(error, TryAgainError | UndeliverableError):
        return {"reason": str(error)}
    said = first_line(error) if is_away(error) else ""
    return {"reason": said} if said else {}


def first_line(error: Exception) -> str:
    """Return the first line of what PostgreSQL or else its client says, if anything; the others are hints for experts.

    Before it, the client says where the server is, and how severe it is: FATAL or the like, in the server's language.
    """
    line = next(iter(str(error).strip().splitlines()), "")
    before, severity, said = line.partition(_SEVERITY_ENDS)
    return said.strip() if severity else before


@contextmanager
def logging_failures(log: FilteringBoundLogger, event: str, **ids: object) -> Iterator[None]:
    """Log what goes wrong with one thing (`log_failure`), so that the others have their turn.

    Raises the error if the database is away: the others would fail too.
    """
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise
        log_failure(log, event, error, **ids)


def log_failure(log: FilteringBoundLogger, event: str, error: Exception, **ids: object) -> None:
    """Log temporary trouble as `{event}_interrupted`, and a defect with its traceback as `{event}_defect`.

    Of our own errors and of a database that is away, it logs the words too; others may have members' words in them.
    """
    interrupted, defect = f"{event}_interrupted", f"{event}_defect"
    # A migration may be why a statement is wrong, but if that's our mistake, it needs its traceback.
    if is_temporary(error) and not isinstance(error, psycopg.ProgrammingError):
        log.warning(interrupted, error=type(error).__name__, **words_of(error), **ids)
    else:
        log.error(defect, exc_info=error, **ids)
