"""Calls to Slack that fail for a while: the client's errors become ours, so none of them counts as a defect."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientPayloadError
from slack_sdk.errors import SlackApiError

from bot.slack.config import SlackConfig
from bot.slack.messages import version_now
from bot.slack.posts import photo_of
from bot.slack.settings_form import SettingsForm
from bot.slack.workspace import SlackWorkspace
from reunite.entities import Settings
from reunite.errors import MissingScopeError, TryAgainError

BUSY = SimpleNamespace(data={"ok": False, "error": "ratelimited"}, status_code=429, headers={"Retry-After": "7"})
LACKING = SimpleNamespace(data={"ok": False, "error": "missing_scope"}, status_code=200, headers={})
FAILURES: dict[str, tuple[Exception, type[Exception]]] = {
    "busy": (SlackApiError("busy", BUSY), TryAgainError),  # type: ignore[no-untyped-call] # slack_sdk has no type here
    "lacking": (SlackApiError("lacking", LACKING), MissingScopeError),  # type: ignore[no-untyped-call] # as above
    "cut off": (ClientPayloadError(), TryAgainError),
    "late": (TimeoutError(), TryAgainError),
}


class _Handlers:
    async def settings(self, *_: str) -> Settings:
        return Settings()


class _Client:
    """Every call fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, _: str) -> Callable[..., Awaitable[Any]]:
        async def fail(**_: object) -> None:
            raise self._error

        return fail


def workspace(error: Exception) -> SlackWorkspace:
    client: Any = _Client(error)
    handlers: Any = _Handlers()
    return SlackWorkspace(client, SlackConfig(), handlers, {"team_id": "T1", "user_id": "U1"})


@pytest.mark.parametrize("failure", FAILURES)
async def test_what_is_needed_is_ours_to_try_again(failure: str) -> None:
    error, ours = FAILURES[failure]
    slack = workspace(error)
    for call in (
        lambda: slack.direct("U2"),
        lambda: photo_of(slack, {"id": "F1", "file_access": "check_file_info"}),
        lambda: version_now(slack, "C1", {"ts": "1.0"}),
    ):
        with pytest.raises(ours):
            await call()


@pytest.mark.parametrize("failure", FAILURES)
async def test_what_is_not_needed_is_left_out(failure: str) -> None:
    slack = workspace(FAILURES[failure][0])
    assert await slack.words("my hat, <@U2>") == "my hat,"
    form = await SettingsForm(_handlers()).form(slack, "en")
    assert "groups" not in [block["block_id"] for block in form["blocks"]]


def _handlers() -> Any:
    return _Handlers()
