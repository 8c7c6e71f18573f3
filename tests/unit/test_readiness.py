"""What a service does once it is ready."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from cli.services import announce_ready

FULL_COLLECTIONS = """import gc
kept = [[] for _ in range(300_000)]
before = len(gc.get_objects())  # those that a full collection looks through
from cli.services import announce_ready
announce_ready("ready")
print(before > 300_000 > 10 * len(gc.get_objects()))"""


def test_readiness_is_told_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_READY_FILE", str(tmp_path / "ready"))
    announce_ready("web")
    gc.unfreeze()  # this process goes on to other tests
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("ready", "web")]


@pytest.mark.untraced
def test_a_full_collection_looks_only_through_what_came_after_the_start() -> None:
    done = subprocess.run([sys.executable, "-c", FULL_COLLECTIONS], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
