"""The encoder that the settings name, for commands that embed by themselves."""

from typing import TYPE_CHECKING

from cli.progress import say
from workers.config import EncoderSettings

if TYPE_CHECKING:
    from workers.encoders.choose import Choice


def chosen(settings: EncoderSettings, recorded: str | None = None) -> "Choice":
    """Load the encoder; a previously `recorded` kind is kept. Raises EncoderUnavailableError."""
    from workers.encoders.choose import choose

    return choose(settings.kind, recorded, settings.model, say, threads=settings.torch_threads)
