"""The encoders behind `reunite.encoder.Encoder`, and the choice between them."""


class EncoderUnavailableError(Exception):
    """The encoder can't be loaded; the message says why, and what to do."""


class ModelOutOfReachError(EncoderUnavailableError):
    """The model isn't available locally, and the hub can't be reached."""
