"""Errors of the embedded servers."""


class EmbeddedServersError(Exception):
    """The embedded servers could not be started; the message tells the operator what to do, in one sentence."""
