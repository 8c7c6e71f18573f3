"""What passes by itself, and what is about this machine."""

import errno

import psycopg
import pytest

from db.trouble import is_exhausted, is_temporary, kept_problem, words_of
from reunite.errors import TryAgainError
from tests.support.tables import for_each


@for_each(
    ("error", "temporary"),
    [
        (TryAgainError("later"), True),
        (psycopg.OperationalError("away"), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (OSError(errno.ENOSPC, "No space left on device"), False),
        (FileNotFoundError(), False),
        (PermissionError(), False),
        (psycopg.errors.UniqueViolation(), False),
        (RuntimeError(), False),
    ],
)
def test_a_full_disk_of_our_own_or_a_missing_file_is_a_defect(error: Exception, *, temporary: bool) -> None:
    assert is_temporary(error) is temporary


@pytest.mark.parametrize(
    ("error", "exhausted"),
    [
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.IoError(), False),
        (psycopg.errors.OutOfMemory(), False),
        (psycopg.errors.QueryCanceled(), False),
        (psycopg.errors.DeadlockDetected(), False),
        (psycopg.OperationalError("away"), False),
        (OSError(errno.ENOSPC, "No space left on device"), False),
    ],
    ids=repr,
)
def test_only_a_server_that_lacks_something_is_exhausted(error: Exception, *, exhausted: bool) -> None:
    assert is_exhausted(error) is exhausted


def test_no_members_words_are_stored_with_a_defect() -> None:
    assert kept_problem(TryAgainError("later")) == "TryAgainError: later"
    row = "null value in column\nDETAIL:  Failing row contains (my black wallet)."
    assert kept_problem(psycopg.errors.NotNullViolation(row)) == "NotNullViolation"
    assert kept_problem(KeyError("my black wallet")) == "KeyError"


@for_each(
    ("error", "logged"),
    [
        (
            psycopg.OperationalError('connection to server at "db" failed: FATAL:  it\'s starting up\nHINT: more'),
            "it's starting up",
        ),
        (psycopg.OperationalError('connection to server at "db" failed: 致命错误:  请稍后'), "请稍后"),
        (psycopg.OperationalError("connection failed: Connection refused"), "connection failed: Connection refused"),
        (psycopg.InterfaceError("the connection is closed"), "the connection is closed"),
        (psycopg.errors.DiskFull("could not extend file\nDETAIL:  more"), "could not extend file"),
        (psycopg.OperationalError(), None),
        (psycopg.errors.DeadlockDetected("my black wallet"), None),
    ],
)
def test_what_a_database_that_is_away_says_is_logged_in_a_line(error: Exception, logged: str | None) -> None:
    assert words_of(error).get("reason") == logged
