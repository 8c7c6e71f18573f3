"""Stopping embedded servers."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from embedded.layout import Layout
from embedded.process import ServerProcess, command_line
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
