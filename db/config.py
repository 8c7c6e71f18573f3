"""The settings of the servers, and how every group of settings is read from the environment."""

import dataclasses
from typing import Final

from pydantic import AliasGenerator, ConfigDict, Field
from pydantic.dataclasses import dataclass

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


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Where a worker or a bot finds its servers."""

    database_url: str = dataclasses.field(repr=False)
    redis_url: str = dataclasses.field(repr=False)
    queue: str = DEFAULT_QUEUE
