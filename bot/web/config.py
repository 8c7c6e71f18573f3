"""The local page's settings."""

from pydantic import AliasChoices, Field
from pydantic.dataclasses import dataclass

from db.config import from_environment


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_"))
class WebConfig:
    """Where the page listens; port 0 takes a free one.

    Anyone who reaches the page may act as anyone, moderators included, so it listens on this machine only.
    """

    port: int = Field(default=8700, ge=0, le=65535, validation_alias=AliasChoices("REUNITE_PORT", "PORT"))

    # Hook for tests
    host: str = Field(default="127.0.0.1", validation_alias="host")

    @property
    def is_set(self) -> bool:
        """Whether anything is set up for the page: it needs nothing."""
        return True

    def check(self) -> None:
        """Raise SetupError if a setting is missing: none can be."""
