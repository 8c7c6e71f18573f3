"""The Discord adapter's settings. Imports no Discord library, so that any process may read them."""

from datetime import timedelta

from pydantic import Field
from pydantic.dataclasses import dataclass

from bot.errors import SetupError
from db.config import from_environment


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_DISCORD_"))
class DiscordConfig:
    """`api_base` and `gateway` replace Discord's own addresses.

    Without `message_content` the bot sees no photos in ordinary messages; commands and message menus still work.
    """

    token: str | None = Field(default=None, repr=False)
    api_base: str | None = None
    gateway: str | None = None
    message_content: bool = True

    # Hooks for tests
    look_back: timedelta = Field(default=timedelta(days=7), validation_alias="look_back")
    """How far back the bot looks for missed posts."""
    between_pages: float = Field(default=2.0, validation_alias="between_pages")
    """The least number of seconds between two pages of past posts."""
    pause_after_trouble: float = Field(default=60.0, validation_alias="pause_after_trouble")
    """Seconds until the bot looks again for an event that it couldn't process."""
    guilds_wait: float = Field(default=2.0, validation_alias="guilds_wait")
    """Seconds without another guild after which the start is complete; Discord doesn't say which is the last."""

    @property
    def is_set(self) -> bool:
        """Whether anything is set up for Discord."""
        return self.token is not None

    def check(self) -> None:
        """Raise SetupError if a setting is missing."""
        if not self.token:
            raise SetupError(
                "Set REUNITE_DISCORD_TOKEN to the bot's token; docs/discord-in-ten-minutes.md says where to find it."
            )
        if not (self.token.isascii() and self.token.isprintable()) or " " in self.token:
            raise SetupError("REUNITE_DISCORD_TOKEN must be the token alone, as Discord shows it, without blanks.")
