"""PostgreSQL and Redis for machines without them: the first program starts them, the last one stops them."""

from embedded.errors import EmbeddedServersError
from embedded.servers import EmbeddedServers, Urls

__all__ = ["EmbeddedServers", "EmbeddedServersError", "Urls"]
