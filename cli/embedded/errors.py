class EmbeddedServersError(RuntimeError):
    """The embedded servers could not be started; the message is one sentence for the operator."""
