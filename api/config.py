"""The HTTP API's settings."""

from typing import Final

from pydantic import Field
from pydantic.dataclasses import dataclass

from db.config import from_environment

DEFAULT_PORT: Final = 8710


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_API_"))
class ApiConfig:
    """Where the API listens, and how many requests a minute each token may make. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535)
    requests_per_minute: int = Field(default=300, ge=1)
