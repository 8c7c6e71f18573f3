"""What a command says in one sentence instead of a traceback."""


class UsageError(Exception):
    """Something about how the command was called or set up; the sentence says what to do."""
