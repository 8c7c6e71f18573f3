"""`reunite bot slack` and `reunite doctor` as an operator runs them: processes of their own, set up by variables."""

import asyncio
import json
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.doubles.slack import BOT_USER, SlackDouble
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN
from tests.doubles.slack_delivery import SIGNING_SECRET
from tests.support.pictures import drawing
from tests.support.processes import REUNITE, process
from tests.support.slack_adapter import PROXIES, by_http
from tests.support.waiting import PATIENCE, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble.running() as double:
        yield double


@pytest.fixture
def environment(slack: SlackDouble, environment: dict[str, str]) -> dict[str, str]:
    settings = {"REUNITE_SLACK_API_BASE": slack.api_base, "REUNITE_SLACK_BOT_TOKEN": BOT_TOKEN}
    return {**{name: value for name, value in environment.items() if name not in PROXIES}, **settings}


@asynccontextmanager
async def bot(environment: dict[str, str], ready: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the bot; ask it to stop at the end."""
    own = {**environment, "REUNITE_READY_FILE": str(ready)}
    async with process(*REUNITE, "bot", "slack", env=own) as started:
        await eventually(ready.exists)
        yield started
        started.send_signal(signal.SIGTERM)
        await asyncio.wait_for(started.wait(), PATIENCE)


@pytest.mark.parametrize("way", ["Socket Mode", "HTTP"])
async def test_the_bot_that_the_guide_starts_takes_a_post_and_ends_when_it_is_told_to(
    slack: SlackDouble, environment: dict[str, str], tmp_path: Path, way: str
) -> None:
    if way == "HTTP":
        by_http(slack)
        port = str(urlsplit(slack.delivery.address).port)
        environment |= {"REUNITE_SLACK_SIGNING_SECRET": SIGNING_SECRET, "REUNITE_SLACK_PORT": port}
    else:
        environment |= {"REUNITE_SLACK_APP_TOKEN": APP_TOKEN}
    found, ada = slack.admin.add_channel("found"), slack.admin.add_member("Ada")
    async with bot(environment, tmp_path / "ready") as started:
        ts = slack.post_photo(found, ada, drawing("red"), "umbrella")
        await eventually(lambda: (slack.message(found, ts) or {}).get("reactions", {}).get("eyes") == [BOT_USER])
    assert started.returncode == 0


async def test_doctor_tells_of_slack_and_the_rest(slack: SlackDouble, environment: dict[str, str]) -> None:
    slack.admin.add_channel("found")
    environment |= {"REUNITE_SLACK_APP_TOKEN": APP_TOKEN}
    async with process(*REUNITE, "doctor", "--json", env=environment, stdout=PIPE) as doctor:
        output, _ = await asyncio.wait_for(doctor.communicate(), PATIENCE)
    findings = {finding["what"]: finding for finding in json.loads(output)}
    assert findings["Slack"] == {"what": "Slack", "ok": True, "found": "Testville, as reunite", "remedy": ""}
    assert findings["Slack's Socket Mode"]["ok"]
    assert "/invite" in findings["its channels by name"]["remedy"]
    assert doctor.returncode == 1  # as there is something to do
    assert BOT_TOKEN.encode() not in output
