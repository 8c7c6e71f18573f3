"""The demo looks at its port before it installs or starts anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.demo import with_ports
from cli.port import problem
from cli.settings import Settings

ROOT = Path(__file__).parents[2]


def test_a_free_port_is_no_problem(taken_port: int) -> None:
    assert problem(taken_port) == f"Port {taken_port} is already in use. Choose another with PORT=."
    assert problem(0) is None


def test_port_0_takes_free_ports_that_the_links_name() -> None:
    ports = with_ports(Settings(), 0)
    chosen = [ports.web.port, ports.api.port, ports.board.port]
    assert (len(set(chosen)), 0 in chosen) == (3, False)
    assert ports.board.public_url == f"http://127.0.0.1:{ports.board.port}"


def test_there_are_65535_ports() -> None:
    assert problem(65536) == "There's no port 65536. Choose another with PORT=."


@pytest.mark.untraced
def test_make_demo_asks_before_it_installs(taken_port: int, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("scripts", "cli"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    command = ["make", "demo", f"PORT={taken_port}", f"PYTHON={sys.executable}"]
    alone = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    made = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert made.returncode != 0
    assert made.stderr.splitlines()[0] == problem(taken_port)
    assert not (tmp_path / ".venv").exists()


@pytest.mark.untraced
def test_the_command_asks_before_it_starts_servers(taken_port: int, tmp_path: Path) -> None:
    environment = {**os.environ, "REUNITE_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "cli.main", "demo", "--port", str(taken_port)]
    demo = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (demo.returncode, demo.stderr.strip()) == (1, problem(taken_port))
    assert not (tmp_path / "home").exists()
