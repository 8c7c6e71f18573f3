"""The settings of metrics and heartbeats."""

from pydantic import Field
from pydantic.dataclasses import dataclass

from db.config import HomePath, from_environment


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_METRICS_"))
class MetricsSettings:
    """Where a process serves its metrics; nowhere without a port."""

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)
    health_file: HomePath | None = Field(default=None, validation_alias="REUNITE_HEALTH_FILE")
    """A file that is touched at each heartbeat, for a container's health check."""
