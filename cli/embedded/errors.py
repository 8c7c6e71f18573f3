from cli.errors import UsageError


class EmbeddedServersError(UsageError):
    """The embedded servers could not be started; the message is one sentence for the operator."""
