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
from embedded.servers import _end_keeper, _healthy
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

    def recorded_pid(self) -> int:
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
            assert not _healthy(layout), "it has no sockets yet"
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
