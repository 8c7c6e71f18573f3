"""The encoders behind `reunite.encoder.Encoder`, and the choice between them."""


class EncoderUnavailableError(Exception):
    """The wanted encoder can't be loaded here; the message says why and what the operator can do."""


class ModelOutOfReachError(EncoderUnavailableError):
    """The model's files are on a hub that doesn't give them now; with a hub in reach the encoder could be loaded."""
