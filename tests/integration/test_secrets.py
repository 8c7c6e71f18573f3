"""Secrets are in no output, log, error or report of a command, whatever goes wrong."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil
import pytest

from db.keys import new_key
from tests.support.processes import REUNITE, free_port, process
from tests.support.slack_adapter import PROXIES
from tests.support.waiting import eventually

pytestmark = pytest.mark.untraced

KEY: Final = new_key()
CANARIES: Final = {
    "REUNITE_DISCORD_TOKEN": "canary-discord-token",
    "REUNITE_SLACK_BOT_TOKEN": "xoxb-canary-bot",
    "REUNITE_SLACK_APP_TOKEN": "xapp-canary-app",
    "REUNITE_SLACK_SIGNING_SECRET": "canary-signing-secret",
    "REUNITE_KEYS": KEY,
    "REUNITE_LOG_LEVEL": "debug",
}
PASSWORD: Final = "canary-password"


def leaks(text: str) -> list[str]:
    secrets = [value for name, value in CANARIES.items() if name != "REUNITE_LOG_LEVEL"]
    return [secret for secret in [*secrets, PASSWORD] if secret in text]


@pytest.fixture
def shell(environment: dict[str, str]) -> dict[str, str]:
    """An operator's shell with every secret set, and platforms that can't be reached."""
    nowhere = f"http://127.0.0.1:{free_port()}/api"
    kept = {name: value for name, value in environment.items() if name not in PROXIES}
    return {**kept, **CANARIES, "REUNITE_DISCORD_API_BASE": nowhere, "REUNITE_SLACK_API_BASE": f"{nowhere}/"}


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("doctor --json", {}),
        ("doctor", {"REUNITE_KEYS": f"{KEY}x"}),
        ("bot discord", {}),
        ("bot slack", {}),
        ("keys rotate", {"REUNITE_KEYS": f"{KEY[:-3]}"}),
        ("migrate", {"REUNITE_DATABASE_URL": f"reunite:{PASSWORD}@127.0.0.1/x"}),
        ("migrate", {"REUNITE_OWNER_DATABASE_URL": f"postgresql://a:{PASSWORD}@127.0.0.1:port/x"}),
        ("migrate", {"REUNITE_OWNER_DATABASE_URL": f"postgresql://a:{PASSWORD}@127.0.0.1:1/x"}),
        ("doctor", {"REUNITE_DATABASE_URL": f"postgresql://a:{PASSWORD}@127.0.0.1:1/x"}),
        ("doctor", {"REUNITE_REDIS_URL": f"a:{PASSWORD}@127.0.0.1:1"}),
        ("worker", {"REUNITE_TORCH_THREADS": PASSWORD[:6], "REUNITE_DATABASE_URL": f"x:{PASSWORD}"}),
    ],
)
def test_no_command_says_a_secret(shell: dict[str, str], command: str, more: Mapping[str, str]) -> None:
    command_line, env = [*REUNITE, *command.split()], {**os.environ, **shell, **more}
    done = subprocess.run(command_line, env=env, capture_output=True, check=False)
    text = (done.stdout + done.stderr).decode()
    assert text
    assert leaks(text) == []
    assert "Traceback" not in text


async def test_no_process_has_a_secret_among_its_arguments(shell: dict[str, str], tmp_path: Path) -> None:
    ready, port = tmp_path / "ready", str(free_port())
    env = {**os.environ, **shell, "REUNITE_READY_FILE": str(ready), "REUNITE_PORT": port}
    async with process(*REUNITE, "bot", "web", env=env) as started:
        await eventually(ready.exists)
        family = [psutil.Process(started.pid), *psutil.Process(started.pid).children(recursive=True)]
        assert leaks(" ".join(" ".join(process.cmdline()) for process in family)) == []
