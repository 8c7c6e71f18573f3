"""All settings, read from the environment."""

import os
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def default_home() -> Path:
    """Folder of the embedded servers; root's lies where the servers' unprivileged account may enter."""
    return Path("/var/lib/reunite") if os.geteuid() == 0 else user_data_path("reunite")


class Settings(BaseSettings):
    """Every name is REUNITE_ and the field's name in capitals; an empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix="REUNITE_", env_ignore_empty=True, populate_by_name=True, frozen=True)

    home: Path = Field(default_factory=default_home)
    database_url: str | None = None
    owner_database_url: str | None = None
    redis_url: str | None = None
    queue: str = "reunite"

    encoder: Literal["auto", "clip", "concept"] = "auto"
    model: str = "openai/clip-vit-base-patch32"
    torch_threads: int | None = Field(default=None, ge=1)
    """Threads that a worker's encoder computes with; by default one for each core that the process may use. Several
    workers on one machine share its cores."""

    port: int = Field(default=8700, ge=0, le=65535, validation_alias=AliasChoices("REUNITE_PORT", "PORT"))

    discord_token: SecretStr | None = None
    discord_api_base: str | None = None
    discord_gateway: str | None = None
    discord_message_content: bool = True
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_host: str = "127.0.0.1"
    slack_port: int = Field(default=8701, ge=0, le=65535)
    slack_api_base: str | None = None
    slack_moderators: Annotated[tuple[str, ...], NoDecode] = ()

    photo_http_hosts: Annotated[tuple[str, ...], NoDecode] = ()

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool = False

    @field_validator("slack_moderators", "photo_http_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Ids and hosts stand with commas or blanks between them."""
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value
