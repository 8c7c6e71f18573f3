"""What all tests share: servers, commands, one thread for each worker, a browser."""

import os
import shutil
import sys
from importlib import import_module
from typing import Final

import pytest

pytest.register_assert_rewrite("tests.contract", "tests.doubles", "tests.support")

from tests.support.untraced import untraced  # noqa: E402 - its asserts are rewritten

pytest_plugins = [
    f"tests.support.{name}"
    for name in ("collection", "databases", "distribution", "processes", "time_limit", "untraced")
]
with untraced():  # under coverage's tracer, to import all this takes twice as long
    import structlog
    from hypothesis import settings

    from cli import ending, logs

    for plugin in pytest_plugins:
        import_module(plugin)
settings.register_profile("default", deadline=None, max_examples=50)  # a busy machine is no failure
settings.register_profile("quick", deadline=None, max_examples=15)
settings.load_profile("default")
# structlog's own tracebacks show all variables, in colour, and took a seventh of the CPU time
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
os.environ["OMP_NUM_THREADS"] = "1"  # read when numpy and torch are imported; workers and processes inherit it
ending.ends_with_command = False  # else the first command that fails here would end the tests two minutes later

IMPORTED: Final = pytest.StashKey[set[str]]()
"""Which heavy libraries the collection of the tests has imported."""
_HEAVY: Final = {"torch", "transformers", "matplotlib"}


def pytest_collection_finish(session: pytest.Session) -> None:
    session.config.stash[IMPORTED] = _HEAVY & sys.modules.keys()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium; without one the browser's tests say so."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip("no Chromium found: the page's browser tests are left out")


@pytest.fixture(autouse=True)
def logs_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a command that runs in this process from sending later tests' logs into its closed output."""
    monkeypatch.setattr(logs, "configure", lambda *_, **__: None)
