"""The demo looks at its port before it installs or starts anything."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.demo import with_ports
from cli.port import problem
from cli.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_free_port_is_no_problem(taken: int) -> None:
    assert problem(taken) == f"Port {taken} is already in use. Choose another with PORT=."
    assert problem(0) is None


def test_port_0_takes_free_ports_that_the_links_name() -> None:
    ports = with_ports(Settings(), 0)
    chosen = [ports.web.port, ports.api.port, ports.board.port]
    assert (len(set(chosen)), 0 in chosen) == (3, False)
    assert ports.board.public_url == f"http://127.0.0.1:{ports.board.port}"


def test_there_are_65535_ports() -> None:
    assert problem(65536) == "There is no port 65536. Choose another with PORT=."


def test_make_demo_asks_before_it_installs(taken: int, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("scripts", "cli"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    command = ["make", "demo", f"PORT={taken}", f"PYTHON={sys.executable}"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert made.stderr.splitlines()[0] == problem(taken)
    assert not (tmp_path / ".venv").exists()


def test_the_command_asks_before_it_starts_servers(taken: int, tmp_path: Path) -> None:
    environment = {**os.environ, "REUNITE_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "cli.main", "demo", "--port", str(taken)]
    demo = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (demo.returncode, demo.stderr.strip()) == (1, problem(taken))
    assert not (tmp_path / "home").exists()
