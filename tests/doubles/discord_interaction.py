"""One use of a command, a button or a modal, and what the bot has answered."""

from dataclasses import dataclass, field
from typing import Literal

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_shapes import Json


@dataclass
class Interaction:
    """A command in use, a button pressed or a modal filled in, and what the bot has answered so far."""

    id: str
    token: str
    kind: int
    user: str
    where: str
    since: float
    message: str | None = None
    """Below which the button is."""
    state: Literal["new", "deferred", "updating", "answered", "modal"] = "new"
    ephemeral: bool = False
    responses: list[Json] = field(default_factory=list)
    """The messages that were answered, in order."""
    modal: Json | None = None

    @property
    def answer(self) -> str | None:
        """What is to be read in the latest answer."""
        return shapes.text(self.responses[-1]) if self.responses else None
