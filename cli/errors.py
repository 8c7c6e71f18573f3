"""Errors that end a command with one sentence instead of a traceback."""


class UsageError(Exception):
    """Wrong usage or setup; the message says how to fix it."""
