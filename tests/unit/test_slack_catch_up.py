"""Reading a channel's history takes nothing that comes in meanwhile for deleted."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from bot.slack.catch_up import CatchUp
from db.slack_windows import Window
from reunite.errors import MissingScopeError, TryAgainError, UndeliverableError

_WINDOW = Window(1, "C1", "100.000000", "100.000000", "900.000000", datetime.now(UTC))


class _Slack:
    """A channel, what is known of it, and what was taken for deleted."""

    def __init__(self, *known: str) -> None:
        self.known, self.withdrawn, self.windows = list(known), list[str](), [_WINDOW]
        self.team, self.channels, self.client = "T1", {"C1": None}, self

    async def conversations_history(self, **_: object) -> dict[str, Any]:
        self.known.append("400.000000")  # posted and reported while the page is on its way
        return {"messages": []}

    async def reactions_get(self, **_: object) -> None:
        answer = SimpleNamespace(data={"error": "message_not_found"}, status_code=200, headers={})
        raise SlackApiError("refused", answer)  # type: ignore[no-untyped-call] # slack_sdk has no type here

    async def known_posts(self, *_: object) -> list[Any]:
        return [SimpleNamespace(target=SimpleNamespace(channel="C1", message=ts)) for ts in self.known]

    async def deleted(self, _: object, __: str, ts: str) -> None:
        self.withdrawn.append(ts)

    async def roles_since(self, _: str) -> dict[str, datetime]:
        return {}

    async def change_again(self, *_: object, **__: object) -> None:
        """No reply of the bot's is here."""

    async def of(self, _: str) -> list[Window]:
        return self.windows

    async def next(self, _: str, *, never: str, older: bool, without: Collection[str]) -> Window | None:
        windows = [window for window in self.windows if window.channel not in without]
        return next((window for window in windows if (window.since == never) is older), None)

    async def open(self, _: str, channel: str, *, oldest: str, since: str, latest: str) -> None:
        self.windows.append(Window(0, channel, oldest, since, latest, datetime.now(UTC)))

    async def close(self, _: int) -> None:
        self.windows = []

    async def has_channel(self, channel: str) -> bool:
        return channel in self.channels


async def test_a_post_that_comes_in_while_a_page_is_read_is_not_withdrawn() -> None:
    slack: Any = _Slack("300.000000")
    await CatchUp(slack, slack, slack, slack).read_gap(slack, datetime.fromtimestamp(0, UTC), {})
    assert slack.withdrawn == ["300.000000"]


class _Nameless(_Slack):
    """A channel that Slack doesn't describe at the moment."""

    async def has_channel(self, _: str) -> bool:
        raise TryAgainError("Slack doesn't say what a channel is")


async def test_what_is_unread_in_a_channel_is_kept_while_slack_does_not_say_whether_it_is_ours() -> None:
    slack: Any = _Nameless()
    with pytest.raises(TryAgainError):
        await CatchUp(slack, slack, slack, slack).read_gap(slack, datetime.fromtimestamp(0, UTC), {})
    assert slack.windows


class _Troubled(_Slack):
    """A channel with two new posts; taking the first one fails."""

    bot_user = "UBOT"

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error, self.taken = error, list[str]()

    async def conversations_history(self, **_: object) -> dict[str, Any]:
        files = [{"id": "F1", "mimetype": "image/jpeg"}]
        return {"messages": [{"ts": f"{ts}.000000", "user": "U1", "files": files} for ts in (300, 200)]}

    async def posted(self, _: object, __: str, message: dict[str, Any]) -> None:
        if message["ts"] == "300.000000":
            raise self.error
        self.taken.append(message["ts"])


@pytest.mark.parametrize(
    "error", [ValueError("a defect"), UndeliverableError("user_not_visible"), psycopg.DataError("a NUL byte")]
)
async def test_a_post_that_cannot_be_taken_holds_up_no_other(error: Exception) -> None:
    slack: Any = _Troubled(error)
    await CatchUp(slack, slack, slack, slack).read_gap(slack, datetime.fromtimestamp(0, UTC), {})
    assert (slack.taken, slack.windows) == (["200.000000"], [])


@pytest.mark.parametrize(
    "error",
    [
        TryAgainError("too fast"),
        psycopg.InterfaceError("the connection is closed"),
        psycopg.errors.ReadOnlySqlTransaction("a standby"),
        psycopg.errors.UndefinedColumn("in a migration"),
    ],
)
async def test_a_page_is_read_again_after_temporary_trouble(error: Exception) -> None:
    slack: Any = _Troubled(error)
    with pytest.raises(type(error)):
        await CatchUp(slack, slack, slack, slack).read_gap(slack, datetime.fromtimestamp(0, UTC), {})
    assert slack.windows


async def test_a_page_is_read_again_once_the_app_has_the_permission() -> None:
    answer = SimpleNamespace(data={"error": "missing_scope"}, status_code=200, headers={})
    error = SlackApiError("refused", answer)  # type: ignore[no-untyped-call] # slack_sdk has no type here
    slack: Any = _Troubled(error)
    hidden: dict[str, Any] = {}
    await CatchUp(slack, slack, slack, slack).read_gap(slack, datetime.fromtimestamp(0, UTC), hidden)
    assert isinstance(hidden["C1"], MissingScopeError)
    assert slack.windows


class _Channels(_Slack):
    """Ten channels with something unread, none of which Slack shows."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.windows = [replace(_WINDOW, channel=f"C{number}") for number in range(10)]
        self.channels = {window.channel: None for window in self.windows}
        self.code, self.asked = code, 0

    async def conversations_history(self, **_: object) -> dict[str, Any]:
        self.asked += 1
        answer = SimpleNamespace(data={"error": self.code}, status_code=200, headers={})
        raise SlackApiError("refused", answer)  # type: ignore[no-untyped-call] # slack_sdk has no type here


async def test_in_an_outage_not_all_channels_are_asked() -> None:
    slack: Any = _Channels("internal_error")
    with pytest.raises(TryAgainError):
        await CatchUp(slack, slack, slack, slack).read_gap(slack, datetime.fromtimestamp(0, UTC), {})
    assert slack.asked < 5


async def test_channels_that_slack_does_not_show_are_named_once() -> None:
    slack: Any = _Channels("channel_is_limited_access")
    catch_up = CatchUp(slack, slack, slack, slack)
    with capture_logs() as logs:
        for _ in range(2):
            hidden: dict[str, Any] = {}
            for _ in range(2):
                await catch_up.read_gap(slack, datetime.fromtimestamp(0, UTC), hidden)
    assert slack.asked == 20
    assert [log["channel"] for log in logs] == [window.channel for window in slack.windows]


async def unread(catch_up: CatchUp, slack: _Channels) -> int:
    """Read what is new and then the older posts, and return how many channels are logged as unread."""
    hidden: dict[str, Any] = {}
    with capture_logs() as logs:
        for older in (False, True):
            await catch_up.read_gap(cast("Any", slack), datetime.fromtimestamp(0, UTC), hidden, older=older)
    return len([log for log in logs if log["event"] == "slack_channel_unread"])


async def test_a_channel_that_was_left_is_named_again_if_slack_hides_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    slack: Any = _Channels("channel_is_limited_access")
    catch_up, windows = CatchUp(slack, slack, slack, slack), slack.windows
    assert [await unread(catch_up, slack) for _ in range(2)] == [10, 0]
    monkeypatch.setattr(slack, "code", "channel_not_found")
    assert await unread(catch_up, slack) == 0
    monkeypatch.setattr(slack, "code", "channel_is_limited_access")
    slack.windows = windows
    assert await unread(catch_up, slack) == 10


async def test_a_channel_is_named_for_each_workspace_that_shares_it_and_anew_once_one_is_back() -> None:
    slack: Any = _Channels("channel_is_limited_access")
    catch_up = CatchUp(slack, slack, slack, slack)
    named = []
    for team in ("T1", "T2", "T1"):
        slack.team = team
        named.append(await unread(catch_up, slack))
    catch_up.keep({"T2"})
    assert [*named, await unread(catch_up, slack)] == [10, 10, 0, 10]


async def test_posts_that_slack_has_not_shown_for_too_long_are_logged() -> None:
    slack: Any = _Channels("channel_is_limited_access")
    catch_up = CatchUp(slack, slack, slack, slack)
    await catch_up.read_gap(slack, datetime.fromtimestamp(0, UTC), {})
    with capture_logs() as logs:
        await catch_up.read_gap(slack, datetime.fromtimestamp(950, UTC), {})
    assert {log["event"] for log in logs} == {"slack_posts_lost"}


async def test_older_posts_that_are_near_each_other_are_looked_at_together_and_once() -> None:
    near = [f"{1100000000 + 600 * number}.000000" for number in range(200)]
    slack: Any = _Slack(*near, "1500000000.000000")
    slack.windows.clear()
    slack.channels["C1"] = SimpleNamespace(id="C1", role=None)
    now = datetime.now(UTC)
    for _ in range(2):
        await CatchUp(slack, slack, slack, slack.roles_since).note_gap(slack, now - timedelta(hours=1), now, now)
    assert [(window.oldest, window.latest) for window in slack.windows] == [
        ("1099999999.999999", "1100119400.000001"),
        ("1499999999.999999", "1500000000.000001"),
    ]
