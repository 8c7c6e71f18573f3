"""Tells trouble with the database from errors in what it was given."""

from socket import gaierror

import psycopg

from reunite.errors import TryAgainError


def is_trouble(error: Exception) -> bool:
    """Return whether the database is at fault: the same step may succeed later."""
    return isinstance(error, psycopg.Error) and not isinstance(error, psycopg.DataError | psycopg.IntegrityError)


def is_temporary(error: Exception) -> bool:
    """Return whether the database, a platform or the way to them is at fault."""
    return isinstance(error, TryAgainError | ConnectionError | TimeoutError | gaierror) or is_trouble(error)
