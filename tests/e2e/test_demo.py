"""`reunite demo` from nothing: a home of its own, the page answers, and at the end nothing runs on."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

PATIENCE = 120.0


@pytest.mark.slow
@pytest.mark.encoder
@pytest.mark.parametrize("end_by", [signal.SIGTERM, signal.SIGKILL])
def test_the_demo_sets_itself_up_answers_and_leaves_nothing_running(
    end_by: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home: Path = tmp_path_factory.mktemp("demo")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)  # as root the servers run as another account, which must get through
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "REUNITE_HOME": str(home / "home"), "REUNITE_ENCODER": "concept"}
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "demo", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout
        said = ""
        for line in demo.stdout:
            said += line
            if "Reunite is ready" in line:
                break
        assert "the built-in offline encoder" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert page.status == 200
        family = psutil.Process(demo.pid).children(recursive=True)
        assert family
        demo.send_signal(end_by)
        assert demo.wait(PATIENCE) == (0 if end_by is signal.SIGTERM else -end_by)
    end = time.monotonic() + PATIENCE
    while any(process.is_running() for process in family) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [process for process in family if process.is_running()]
