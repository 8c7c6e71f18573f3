"""PostgreSQL and Redis for a machine that has none: started by the first user, stopped by the last."""

from embedded.errors import EmbeddedServersError
from embedded.servers import EmbeddedServers, Urls

__all__ = ["EmbeddedServers", "EmbeddedServersError", "Urls"]
