"""The embedded servers from their users' point of view: start, use, stop."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from embedded import postgres, redis
from embedded.errors import EmbeddedServersError
from embedded.layout import Layout, discard_sockets, lay_out, make_folders
from embedded.locks import is_held, lock_shared, locked, open_lock, try_lock, wait_until_free
from embedded.postgres import Postgres
from embedded.process import ServerProcess
from embedded.redis import Redis

STOP_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True)
class Urls:
    """The URLs for the application's role, for the owner who migrates, and for Redis."""

    database_url: str
    owner_database_url: str
    redis_url: str


class EmbeddedServers:
    """PostgreSQL and Redis in `home`, shared by all programs that use this home at the same time.

    They run while at least one program uses them. `durable=False` is faster but may lose data in a power cut; the
    choice of the program that starts the servers applies.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._layout = lay_out(home)
        self._durable = durable
        self._users_lock: int | None = None

    def start(self) -> Urls:
        """Start the servers, or join the running ones. Raises EmbeddedServersError."""
        with locked(self._layout.control):
            layout = make_folders(self._layout)
            if self._users_lock is None:
                self._users_lock = open_lock(layout.users)
            lock_shared(self._users_lock)
            try:
                if not _are_healthy(layout):
                    _end_keeper(layout)
                    self._begin_keeper()
                return _urls(layout.sockets())
            except BaseException:
                os.close(self._users_lock)
                self._users_lock = None
                raise

    def stop(self) -> None:
        """Stop using the servers; the last user stops them and waits until they have exited."""
        if self._users_lock is None:
            return
        use, self._users_lock = self._users_lock, None
        try:
            if not self._layout.users.exists():  # the home was deleted, which the keeper notices
                return
            with locked(self._layout.control):
                if try_lock(use):
                    _end_everything(Layout(self._layout.control, self._layout.folder.resolve()))
        finally:
            os.close(use)

    def __enter__(self) -> Urls:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _begin_keeper(self) -> None:
        command = [sys.executable, "-P", "-m", "embedded.keeper", str(self._layout.control.parent)]
        begun = subprocess.run(  # noqa: S603 (ourselves)
            command if self._durable else [*command, "--not-durable"],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if begun.returncode != 0:
            raise EmbeddedServersError(begun.stderr.strip())


def _are_healthy(layout: Layout) -> bool:
    if not is_held(layout.keeper):
        return False
    try:
        sockets = layout.sockets()
    except FileNotFoundError:  # the keeper has just begun, and its starter was killed
        return False
    return Postgres(layout, sockets, durable=True).prepare() and Redis(layout, sockets).prepare()


def _end_keeper(layout: Layout) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while is_held(layout.keeper) and not layout.keeper.read_text() and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)  # it writes its process id once it holds the lock
    if not is_held(layout.keeper):
        return
    if pid := layout.keeper.read_text():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGTERM)
    if not wait_until_free(layout.keeper, deadline - time.monotonic()):
        raise EmbeddedServersError(f"The embedded servers don't stop. See {layout.log('keeper')}.")


def _end_everything(layout: Layout) -> None:
    _end_keeper(layout)
    sockets = layout.sockets()
    for server in (Redis(layout, sockets), Postgres(layout, sockets, durable=True)):
        ServerProcess(server, layout).end()  # a no-op unless the keeper was killed
    discard_sockets(layout, sockets)


def _urls(sockets: Path) -> Urls:
    return Urls(
        database_url=postgres.url(postgres.APPLICATION, sockets),
        owner_database_url=postgres.url(postgres.OWNER, sockets),
        redis_url=redis.url(sockets),
    )
