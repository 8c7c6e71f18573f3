"""The servers' settings, and how all groups of settings are read from the environment."""

import dataclasses
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from psycopg import ProgrammingError, conninfo
from pydantic import AfterValidator, AliasGenerator, BeforeValidator, ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

from db.keys import NO_KEYS, Keys

DEFAULT_QUEUE: Final = "reunite"
_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)*\.?")
_DATABASE: Final = re.compile(r"/?\d*/?")
"""The path of a Redis URL."""
_PORTS: Final = range(1, 65536)
_ENCODED: Final = "in its password, write @ as %40, : as %3A, / as %2F, # as %23 and % as %25"
_REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://")
_WEB_SCHEMES: Final = ("https", "http")


def _split(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _hosts(named: frozenset[str]) -> frozenset[str]:
    return frozenset(_host(name) for name in sorted(named))


def _host(name: str) -> str:
    """Return a host as links' hosts are compared: in lower case, and an IPv6 address without brackets."""
    if _HOST.fullmatch(name):
        return name.lower()
    try:
        return str(ip_address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        raise ValueError(
            f"{name} isn't a host: give its name, such as photos.example.org, without https://, a port or a path"
        ) from None


def address(url: str) -> str:
    """Return a web address as it is. Raises ValueError if it isn't one; an empty one counts as not set."""
    try:
        named = urlsplit(url)
        is_address = named.scheme in _WEB_SCHEMES and bool(named.hostname) and named.port != 0
    except ValueError:
        is_address = False
    if url and not is_address:
        raise ValueError("this isn't an address, such as https://chat.example.org/reunite")
    return url


def _is_port(named: str) -> bool:
    """Return whether libpq takes this as a port: it ignores spaces around it, and has its own if it's empty."""
    port = named.strip()
    return not port or (port.isascii() and port.isdigit() and int(port) in _PORTS)


def _in_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(f"there's no home folder for {path.parts[0]}; write the whole path") from None


HomePath = Annotated[Path, AfterValidator(_in_home)]
"""A path, in which ~ is the home folder: only shells expand it, not files with settings."""
Listed = Annotated[frozenset[str], BeforeValidator(_split)]
"""A list, separated by commas or spaces."""
Address = Annotated[str, AfterValidator(address)]
Hosts = Annotated[Listed, AfterValidator(_hosts)]
"""A list of hosts."""


def from_environment(prefix: str) -> ConfigDict:
    """Configure a group of settings: each field is read from the variable `prefix` + its name in capitals.

    A field with a lower-case alias isn't a setting but a hook for tests.
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
    def _check_postgresql_url(cls, url: str | None) -> str | None:
        try:
            named = conninfo.conninfo_to_dict(url or "")
        except ProgrammingError:
            raise ValueError(f"this isn't a PostgreSQL URL: it must begin with postgresql://; {_ENCODED}") from None
        if not all(_is_port(port) for port in str(named.get("port", "")).split(",")):  # one for each host
            raise ValueError(f"its port must be a number up to 65535; {_ENCODED}")  # it may be part of a password
        if "@" in str(named.get("host", "")) and "://" in (url or ""):
            raise ValueError(_ENCODED)
        return url


def _check_numbers(address: SplitResult) -> None:
    """Raise ValueError if the port or the database of a Redis isn't a number: its client would take database 0."""
    try:
        _ = address.port
    except ValueError:
        raise ValueError(f"its port must be a number up to 65535; {_ENCODED}") from None
    if not _DATABASE.fullmatch(address.path):
        raise ValueError("its database must be a number")


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_REDIS_"))
class RedisSettings:
    """Redis; None means the embedded server."""

    url: str | None = Field(default=None, repr=False)
    queue: str = Field(default=DEFAULT_QUEUE, validation_alias="REUNITE_QUEUE")

    @field_validator("url")
    @classmethod
    def _check_redis_url(cls, url: str | None) -> str | None:
        if url and not url.startswith(_REDIS_SCHEMES):
            raise ValueError(f"this isn't a Redis URL: it must begin with {', '.join(_REDIS_SCHEMES)}")
        if url and not url.startswith("unix://"):
            _check_numbers(urlsplit(url))
        return url


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_"))
class KeySettings:
    """The encryption keys, newest first, or the file that contains them: by default `keys` in REUNITE_HOME."""

    keys: str | None = Field(default=None, repr=False)
    key_file: HomePath | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """The servers that a worker or a bot connects to."""

    database_url: str = dataclasses.field(repr=False)
    redis_url: str = dataclasses.field(repr=False)
    queue: str = DEFAULT_QUEUE
    keys: Keys = NO_KEYS
