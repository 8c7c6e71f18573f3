"""Distinguishes temporary errors, such as an outage of the database, from errors in a statement or its data."""

from socket import gaierror

import psycopg

from reunite.errors import TryAgainError


def is_trouble(error: Exception) -> bool:
    """Return whether the database is at fault: the same step may succeed later."""
    return isinstance(error, psycopg.Error) and not isinstance(error, psycopg.DataError | psycopg.IntegrityError)


def is_temporary(error: Exception) -> bool:
    """Return whether the database, a platform or the network is at fault: the same step may succeed later."""
    return isinstance(error, TryAgainError | ConnectionError | TimeoutError | gaierror) or is_trouble(error)
