"""Errors that any adapter may raise when it starts."""


class SetupError(Exception):
    """The platform can't be used as it is set up; the message is one sentence with the remedy."""
