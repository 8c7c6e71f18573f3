"""What `reunite doctor` says of platforms that it can't check."""

import socket
import ssl
import sys
from pathlib import Path

import pytest

from bot.discord.config import DiscordConfig
from bot.doctor import Finding, whole_cause
from bot.platforms import PLATFORMS, AdapterConfig, PlatformEntry
from bot.slack.config import SlackConfig
from cli.doctor import platform_findings, running
from cli.servers import Servers
from cli.status import Status
from db.monitoring import TaskCount
from reunite.certificates import causes
from reunite.errors import TryAgainError

NOWHERE = Servers("", "", "", "")


async def only_finding(name: str, config: AdapterConfig) -> Finding:
    [finding] = [finding async for finding in platform_findings(PLATFORMS[name], config, NOWHERE)]
    return finding


async def test_a_platform_that_is_not_set_up_is_no_problem() -> None:
    for name, config in (("discord", DiscordConfig()), ("slack", SlackConfig())):
        found = f"not set up (docs/{name}-in-ten-minutes.md says how)"
        assert await only_finding(name, config) == Finding(PLATFORMS[name].title, ok=None, found=found)


@pytest.mark.parametrize("entry", [entry for entry in PLATFORMS.values() if entry.has_doctor])
def test_every_platform_has_a_guide(entry: PlatformEntry) -> None:
    assert (Path(__file__).parents[2] / entry.guide).is_file()


async def test_settings_that_can_not_work_together_are_a_problem_with_its_remedy() -> None:
    finding = await only_finding("slack", SlackConfig(bot_token="xoxb-1"))
    assert finding.ok is False
    assert "REUNITE_SLACK_APP_TOKEN" in finding.remedy


async def test_a_missing_library_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bot.discord.doctor", None)
    finding = await only_finding("discord", DiscordConfig(token="token"))
    assert finding.ok is False
    assert "reunite[discord]" in finding.remedy


def test_the_whole_cause_of_an_error_is_reported() -> None:
    error = RuntimeError("Error connecting to redis")
    error.__cause__ = ConnectionRefusedError(111, "Connect call failed")
    assert whole_cause(error) == "Error connecting to redis (Connection refused)"
    unknown = TryAgainError("ClientConnectorDNSError")
    unknown.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert whole_cause(unknown) == "ClientConnectorDNSError (Name or service not known)"
    unsafe = TryAgainError("no connection")
    unsafe.__cause__ = ssl.SSLError(1, "wrong version number")
    assert whole_cause(unsafe) == "no connection (wrong version number)"


def test_what_an_error_hides_is_no_cause_of_it() -> None:
    shown, hidden = RuntimeError("no model"), RuntimeError("no model")
    shown.__context__ = hidden.__context__ = ssl.SSLCertVerificationError(1, "self-signed")
    hidden.__suppress_context__ = True  # as by `raise … from None`
    assert "certificate" in whole_cause(shown)
    assert whole_cause(hidden) == "no model"


def test_errors_that_cause_each_other_are_looked_at_once() -> None:
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__context__ = second, first
    assert list(causes(first)) == [first, second]


def test_work_that_waits_without_a_worker_is_a_problem() -> None:
    waits = TaskCount("", "due", 3, 400)
    processes, backlog = running(Status([], [waits], [], [], []))
    assert (processes.ok, backlog.ok) == (False, False)
    assert "reunite worker" in processes.remedy
    assert backlog.found == "waiting: 3 reports, 0 replies"
    begun = TaskCount("", "in progress", 1, 400)  # it has waited, but somebody is at it
    processes, backlog = running(Status([], [begun], [], [], []))
    assert (processes.ok, backlog.ok) == (None, True)
