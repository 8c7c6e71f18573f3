"""Errors of the embedded servers."""


class EmbeddedServersError(Exception):
    """The embedded servers couldn't be started; the message says what to do."""
