"""The keeper process: starts both servers, and stops them when the last user has ended, even if that was killed.

It's separate from its users so that they can end in any order.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

from embedded.errors import EmbeddedServersError
from embedded.layout import Layout, choose_sockets, discard_sockets, lay_out
from embedded.locks import open_lock, try_lock
from embedded.postgres import Postgres
from embedded.process import ServerProcess
from embedded.redis import Redis

POLL_SECONDS: Final = 1.0


def main() -> None:
    """Fork: the child becomes the keeper; the parent reports the start through its exit status and stderr."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--not-durable", action="store_true")
    arguments = parser.parse_args()
    layout = lay_out(arguments.home)
    layout = Layout(layout.control, layout.folder.resolve())
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        problem = os.fdopen(reader).read()
        sys.stderr.write("" if problem == "ready" else problem or f"See {layout.log('keeper')}.")
        sys.stderr.flush()  # _exit doesn't flush buffers
        os._exit(0 if problem == "ready" else 1)
    os.close(reader)
    os.setsid()
    _leave_terminal(layout)
    _keep(layout, writer, durable=not arguments.not_durable)


def _leave_terminal(layout: Layout) -> None:
    devnull = os.open(os.devnull, os.O_RDONLY)
    log = os.open(layout.log("keeper"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, devnull), (1, log), (2, log)):
        os.dup2(source, target)


def _keep(layout: Layout, report: int, *, durable: bool) -> None:
    alive = open_lock(layout.keeper)
    if not try_lock(alive):
        os.write(report, b"Another keeper is already running.")
        return
    os.truncate(alive, 0)
    os.write(alive, str(os.getpid()).encode())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sockets = choose_sockets(layout)
    servers = [
        ServerProcess(Postgres(layout, sockets, durable=durable), layout),
        ServerProcess(Redis(layout, sockets), layout),
    ]
    try:
        try:
            for server in servers:
                server.ensure()
        except EmbeddedServersError as problem:
            os.write(report, str(problem).encode())
            return
        os.write(report, b"ready")
        os.close(report)
        _watch(layout, servers)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for server in reversed(servers):
            server.end()
        discard_sockets(layout, sockets)


def _watch(layout: Layout, servers: list[ServerProcess]) -> None:
    """Restart servers that die; return once there are no users left."""
    users = open_lock(layout.users)
    while True:
        time.sleep(POLL_SECONDS)
        if not layout.control.exists() or not layout.users.exists():  # the home folder was deleted
            return
        control = open_lock(layout.control)
        if try_lock(control):  # otherwise, a user is joining or leaving
            if try_lock(users):
                return  # still holding both locks, so a new user waits until this process has ended
            for server in servers:
                if not server.is_running():
                    server.ensure()
        os.close(control)


if __name__ == "__main__":
    main()
