"""The encoders behind `reunite.encoder.Encoder`, and the choice between them."""


class EncoderUnavailableError(Exception):
    """The encoder can't be loaded; the message says why and what the operator can do."""


class ModelOutOfReachError(EncoderUnavailableError):
    """The model's files are on a hub that can't be reached now."""
