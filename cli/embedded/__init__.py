"""PostgreSQL and Redis of the program's own, for a machine that has none."""

from cli.embedded.errors import EmbeddedServersError
from cli.embedded.servers import EmbeddedServers, Urls

__all__ = ["EmbeddedServers", "EmbeddedServersError", "Urls"]
