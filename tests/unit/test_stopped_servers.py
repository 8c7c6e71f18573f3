"""Stopping embedded servers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from embedded import EmbeddedServersError, servers
from embedded.layout import Layout
from embedded.locks import open_lock, try_lock
from embedded.process import ServerProcess, command_line
from embedded.servers import _are_healthy, _end_keeper
from tests.support.waiting import wait_until


class Sleeping:
    """A server that its last keeper has left running."""

    name = "sleeping"
    mark = "sleep 86399"
    stop_signals = (signal.SIGTERM, signal.SIGKILL)
    is_forgotten = False

    def __init__(self) -> None:
        self.process = subprocess.Popen(self.command())
        wait_until(lambda: self.mark in command_line(self.process.pid))  # until then, it has none

    def command(self) -> list[str]:
        return self.mark.split()

    def prepare(self) -> bool:
        return False

    def recorded_pid(self) -> int | None:
        return self.process.pid

    def forget(self) -> None:
        self.is_forgotten = True


def test_a_server_that_has_just_ended_is_stopped_without_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Sleeping()
    signals: list[int] = []
    send = os.kill

    def send_too_late(pid: int, number: int) -> None:
        signals.append(number)
        send(pid, signal.SIGKILL)
        server.process.wait()
        send(pid, number)

    monkeypatch.setattr("os.kill", send_too_late)
    ServerProcess(server, Layout(tmp_path / "control", tmp_path)).end()
    assert signals == [signal.SIGTERM]
    assert server.is_forgotten


class Lingering(Sleeping):
    """A server that removes its pid file first and ends a moment later, as PostgreSQL and Redis do."""

    mark = "-c import signal"

    def command(self) -> list[str]:
        ending = "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1), sys.exit()))"
        return [sys.executable, "-c", f"import signal, sys, time; {ending}; print('ready', flush=True); time.sleep(60)"]

    def __init__(self) -> None:
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE)
        assert self.process.stdout
        assert self.process.stdout.readline() == b"ready\n"
        self._pids = iter([self.process.pid])

    def recorded_pid(self) -> int | None:
        return next(self._pids, None)


def test_a_server_has_ended_only_once_its_process_has(tmp_path: Path) -> None:
    server = Lingering()
    with server.process:
        try:
            ServerProcess(server, Layout(tmp_path / "control", tmp_path)).end()
            assert not command_line(server.process.pid)
        finally:
            server.process.kill()


_KEEPER = """
import fcntl, os, sys, time
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(0.3)
os.write(lock, str(os.getpid()).encode())
time.sleep(60)
"""


def test_a_keeper_that_has_just_begun_is_ended_once_it_says_who_it_is(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "control", tmp_path)
    with subprocess.Popen([sys.executable, "-c", _KEEPER, str(layout.keeper)], stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout
        assert keeper.stdout.readline() == b"held\n"
        try:
            assert not _are_healthy(layout), "it has no sockets yet"
            _end_keeper(layout)
            assert keeper.wait() == -signal.SIGTERM
        finally:
            keeper.kill()


def test_a_keeper_that_never_says_who_it_is_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "STOP_SECONDS", 0.1)
    layout = Layout(tmp_path / "control", tmp_path)
    held = open_lock(layout.keeper)
    assert try_lock(held)
    with pytest.raises(EmbeddedServersError, match="don't stop"):
        _end_keeper(layout)
    os.close(held)
