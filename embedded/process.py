"""A server process that we started, or that was still running after its keeper was killed."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from embedded.errors import EmbeddedServersError
from embedded.layout import Layout, as_service

START_SECONDS: Final = 60.0  # including recovery after a crash
STOP_SECONDS: Final = 20.0


class Server(Protocol):
    """What the keeper needs to know about a server."""

    name: str
    mark: str  # a part of its command line that no other process has

    @property
    def stop_signals(self) -> tuple[signal.Signals, ...]:
        """Signals that stop the server, gentlest first."""

    def command(self) -> list[str]:
        """Prepare the data if needed, and return the command line."""

    def prepare(self) -> bool:
        """Make the running server ready for clients; False if it doesn't respond yet."""

    def recorded_pid(self) -> int | None:
        """Read the process id from the server's own file, which may be stale."""

    def forget(self) -> None:
        """Remove the files of a process that has ended."""


class ServerProcess:
    """Starts, watches and stops one server."""

    def __init__(self, server: Server, layout: Layout) -> None:
        self.server = server
        self._layout = layout
        self._child: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Make sure that the server responds: take over a running one, or start it. Raises EmbeddedServersError."""
        if self._pid() is not None and self.server.prepare():
            return
        self.end()
        deadline = time.monotonic() + START_SECONDS
        while not self._start_once(deadline):
            if time.monotonic() > deadline:
                log = self._layout.log(self.server.name)
                raise EmbeddedServersError(
                    f"{self.server.name} didn't start within {START_SECONDS:.0f} seconds. See {log}."
                )
            time.sleep(0.3)

    def is_running(self) -> bool:
        """Whether the process is alive."""
        if self._child is not None:
            return self._child.poll() is None
        return self._pid() is not None

    def end(self) -> None:
        """Stop the server, escalating through its stop signals."""
        pid = self._pid()
        if pid is not None:
            for number in self.server.stop_signals:
                with suppress(ProcessLookupError):  # it has just ended
                    os.kill(pid, number)
                if self._has_stopped(pid):
                    break
        self._child = None
        self.server.forget()

    def _start_once(self, deadline: float) -> bool:
        """Start the process and wait until it responds; False if it exits first.

        PostgreSQL exits while child processes of a killed predecessor are still running.
        """
        command = self.server.command()
        with self._layout.log(self.server.name).open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 (our own programs)
                command,
                cwd=self._layout.data,
                env=plain_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
                **as_service(),
            )
        while self._child.poll() is None and time.monotonic() < deadline:
            if self.server.prepare():
                return True
            time.sleep(0.02)
        return False

    def _pid(self) -> int | None:
        """Return the running server's process id; None if the recorded id belongs to another program by now."""
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        pid = self.server.recorded_pid()
        return pid if pid is not None and self.server.mark in command_line(pid) else None

    def _has_stopped(self, pid: int) -> bool:
        """Wait for the process itself: servers remove their pid files a moment before they end."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._child.poll() is None if self._child else self.server.mark in command_line(pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def plain_environment() -> dict[str, str]:
    """Return an environment without the caller's settings (PGDATA, locale, preloads)."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def command_line(pid: int) -> str:
    """Return the command line of a process; empty if it has ended or is a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
