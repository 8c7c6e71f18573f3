"""Stopping embedded servers."""

import signal
from pathlib import Path

import pytest

from embedded import process
from embedded.layout import Layout
from embedded.process import ServerProcess


class Ending:
    """A server that ends by itself just before it gets its signal."""

    name = "ending"
    mark = "ending-server"
    stop_signals = (signal.SIGTERM, signal.SIGKILL)
    is_forgotten = False

    def command(self) -> list[str]:
        raise NotImplementedError

    def prepare(self) -> bool:
        return False

    def recorded_pid(self) -> int:
        return 12345

    def forget(self) -> None:
        self.is_forgotten = True


def test_a_server_that_has_just_ended_is_stopped_without_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command_lines = ["ending-server"]  # once; then the process is gone
    monkeypatch.setattr(process, "command_line", lambda _: command_lines.pop() if command_lines else "")
    signals: list[int] = []

    def kill(_: int, number: int) -> None:
        signals.append(number)
        raise ProcessLookupError

    monkeypatch.setattr("os.kill", kill)
    server = Ending()
    ServerProcess(server, Layout(tmp_path / "control", tmp_path)).end()
    assert signals == [signal.SIGTERM]
    assert server.is_forgotten
