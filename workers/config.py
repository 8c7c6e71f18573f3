"""The settings of the encoder and of photos. Imports no encoder, so that any process may read them."""

import dataclasses
from typing import Final, Literal

from pydantic import Field, field_validator
from pydantic.dataclasses import dataclass

from db.config import Hosts, Listed, address, from_environment

DEFAULT_MODEL: Final = "openai/clip-vit-base-patch32"


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_"))
class EncoderSettings:
    """The encoder and its threads: by default, `torch_threads` is one per core; workers on one machine share its cores.

    With `compare_details`, similar photos are compared in detail if the packages for it are installed. With `give_way`,
    workers and re-embedding run at a lower priority than bots and other programs.
    """

    kind: Literal["auto", "clip", "concept"] = Field(default="auto", validation_alias="REUNITE_ENCODER")
    model: str = DEFAULT_MODEL
    torch_threads: int | None = Field(default=None, ge=1)
    compare_details: bool = True
    give_way: bool = True


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_PHOTO_"))
class PhotoSettings:
    """`hosts` may serve photos in addition to the platforms', and `http_hosts` (host:port) without TLS, for tests.

    With `cover_faces`, faces are covered in all photos, and the print on cards if the extra `cards` is installed.
    """

    hosts: Hosts = frozenset()
    http_hosts: Listed = frozenset()
    cover_faces: bool = False


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_OPEN_SET_"))
class OpenSetSettings:
    """The open set, on which an encoder without weights is calibrated."""

    url: str = "https://raw.githubusercontent.com"
    """Where to fetch its photos, or `off`."""

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        try:
            return url if url.casefold() == "off" else address(url)
        except ValueError:
            raise ValueError("it must be an address that begins with https://, or off") from None

    @property
    def is_on(self) -> bool:
        return self.url.casefold() != "off"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PhotoHosts:
    """Where photos may come from: with TLS from `hosts`, without it from `http_hosts` (host:port).

    Only `slack_hosts` are sent a token: `slack_token`, or else the workspace's own.
    """

    hosts: frozenset[str] = frozenset()
    http_hosts: frozenset[str] = frozenset()
    slack_hosts: frozenset[str] = frozenset()
    slack_token: str | None = dataclasses.field(default=None, repr=False)
