"""The settings of the servers, and how every group of settings is read from the environment."""

import dataclasses
from pathlib import Path
from typing import Annotated, Final

from psycopg import ProgrammingError, conninfo
from pydantic import AliasGenerator, BeforeValidator, ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

from db.keys import NO_KEYS, Keys

DEFAULT_QUEUE: Final = "reunite"
_REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://")


def _split(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


Listed = Annotated[frozenset[str], BeforeValidator(_split)]
"""Words with commas or spaces between them."""


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

    @field_validator("url", "owner_url")
    @classmethod
    def _is_of_postgresql(cls, url: str | None) -> str | None:
        try:
            conninfo.conninfo_to_dict(url or "")
        except ProgrammingError:
            raise ValueError("this is no PostgreSQL URL; it begins with postgresql://") from None
        return url


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_REDIS_"))
class RedisSettings:
    """Redis; None means the embedded server."""

    url: str | None = Field(default=None, repr=False)
    queue: str = Field(default=DEFAULT_QUEUE, validation_alias="REUNITE_QUEUE")

    @field_validator("url")
    @classmethod
    def _is_of_redis(cls, url: str | None) -> str | None:
        if url and not url.startswith(_REDIS_SCHEMES):
            raise ValueError(f"this is no Redis URL; it begins with {', '.join(_REDIS_SCHEMES)}")
        return url


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_"))
class KeySettings:
    """The encryption keys, the newest first, or the file with them; None means the file `keys` at home."""

    keys: str | None = Field(default=None, repr=False)
    key_file: Path | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """The addresses of the servers for a worker or a bot."""

    database_url: str = dataclasses.field(repr=False)
    redis_url: str = dataclasses.field(repr=False)
    queue: str = DEFAULT_QUEUE
    keys: Keys = NO_KEYS
