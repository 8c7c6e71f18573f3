"""The settings of the servers, and how every group of settings is read from the environment."""

import dataclasses
from pathlib import Path
from typing import Final

from pydantic import AliasGenerator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from db.keys import NO_KEYS, Keys

DEFAULT_QUEUE: Final = "reunite"


def from_environment(prefix: str) -> ConfigDict:
    """Return the configuration of a group of settings: a field's variable is `prefix` and its name in capitals.

    A field with an alias in lower case has no variable: it is a hook for tests.
    """
    variable = AliasGenerator(validation_alias=lambda name: prefix + name.upper())
    return ConfigDict(alias_generator=variable, populate_by_name=True)


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_DATABASE_"))
class DatabaseSettings:
    """PostgreSQL; None means the embedded server."""

    url: str | None = Field(default=None, repr=False)
    owner_url: str | None = Field(default=None, repr=False, validation_alias="REUNITE_OWNER_DATABASE_URL")


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_REDIS_"))
class RedisSettings:
    """Redis; None means the embedded server."""

    url: str | None = Field(default=None, repr=False)
    queue: str = Field(default=DEFAULT_QUEUE, validation_alias="REUNITE_QUEUE")


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_"))
class KeySettings:
    """The keys of what is encrypted, the newest first, or the file with them; None means the file `keys` at home."""

    keys: str | None = Field(default=None, repr=False)
    key_file: Path | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Where a worker or a bot finds its servers."""

    database_url: str = dataclasses.field(repr=False)
    redis_url: str = dataclasses.field(repr=False)
    queue: str = DEFAULT_QUEUE
    keys: Keys = NO_KEYS
