"""Errors that every adapter may raise at its start."""


class SetupError(Exception):
    """The platform can't be used as it is set up; the message is one sentence with the remedy."""
