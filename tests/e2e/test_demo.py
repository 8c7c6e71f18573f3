"""`reunite demo` from nothing: a home of its own, the page answers, and at the end nothing runs on."""

import os
import signal
import subprocess
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.support.processes import REUNITE, free_port
from tests.support.waiting import PATIENCE, wait_until


@pytest.mark.slow
@pytest.mark.encoder
@pytest.mark.parametrize("end_by", [signal.SIGTERM, signal.SIGKILL])
def test_the_demo_sets_itself_up_answers_and_leaves_nothing_running(
    end_by: signal.Signals, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home: Path = tmp_path_factory.mktemp("demo")
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)  # as root the servers run as another account, which must get through
    port = free_port()
    environment = {
        **os.environ,
        "REUNITE_HOME": str(home / "home"),
        "REUNITE_ENCODER": "concept",
        "REUNITE_API_PORT": str(free_port()),
        "REUNITE_BOARD_PORT": str(free_port()),
        # To load the networks for it once is enough.
        "REUNITE_COMPARE_DETAILS": str(end_by is signal.SIGTERM),
    }
    with subprocess.Popen(
        [*REUNITE, "demo", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout
        text = ""
        for line in demo.stdout:
            text += line
            if "Reunite is ready" in line:
                break
        if "Encoder: concept (" not in text:
            demo.kill()  # or the end of the block would wait for it
        assert "Encoder: concept (" in text
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as page:
            assert page.status == 200
        family = psutil.Process(demo.pid).children(recursive=True)
        assert family
        demo.send_signal(end_by)
        assert demo.wait() == (0 if end_by is signal.SIGTERM else -end_by)
    wait_until(lambda: not any(process.is_running() for process in family))
