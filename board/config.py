"""The board's settings."""

from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic.dataclasses import dataclass
from yarl import URL

from db.config import from_environment
from http_server.loopback import is_local

DEFAULT_PORT: Final = 8720


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_BOARD_"))
class BoardConfig:
    """Where the board listens (port 0 takes a free one), and the address by which moderators reach it.

    Bots link to the board only where `url` is set.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535)
    url: str | None = None

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str | None) -> str | None:
        if not url:
            return None
        try:
            named, address = urlsplit(url), URL(url)
        except ValueError:
            raise ValueError("this isn't an address, such as https://board.example.org") from None
        if not is_local(url) and not (named.scheme == "https" and named.hostname):
            raise ValueError("the board's address must begin with https://; http:// works on this machine only")
        if named.path.strip("/") or named.query or named.fragment:
            raise ValueError("the board's address must have no path: give the board a host name of its own")
        return str(address.origin())  # as browsers send it: lower case, without a default port

    @property
    def public_url(self) -> str:
        return self.url or f"http://127.0.0.1:{self.port}"
