"""What `reunite doctor` says of Slack, and a client that is ready made."""

from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.app import running
from bot.slack.config import SlackConfig
from bot.slack.doctor import check
from db.config import Connections
from db.store import Store
from reunite.handlers import Handlers
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN, SCOPES
from tests.support.queues import NoQueue
from tests.support.slack_adapter import by_http, config, no_proxy


async def findings(settings: SlackConfig) -> dict[str, tuple[str, str]]:
    with no_proxy():
        found = [finding async for finding in check(settings, Connections(database_url="", redis_url=""))]
    return {finding.what: (finding.found, finding.remedy) for finding in found}


async def test_doctor_says_where_the_bot_is_and_that_all_is_well() -> None:
    async with SlackDouble.running() as slack:
        for name in ("found", "lost", "general"):
            slack.admin.add_channel(name)
        assert await findings(config(slack)) == {
            "Slack": ("Testville, as reunite", ""),
            "its scopes": ("complete", ""),
            "its channels by name": ("lost: #lost · found: #found", ""),
            "Slack's Socket Mode": ("can connect", ""),
        }


async def test_doctor_says_which_scopes_and_channels_are_missing_and_what_to_do() -> None:
    async with SlackDouble.running() as slack:
        slack.admin.add_channel("found")
        slack.api.scopes = SCOPES.replace(",im:write,", ",")
        found = await findings(config(slack))
        assert found["its scopes"][0] == "im:write missing"
        assert "manifest" in found["its scopes"][1]
        assert found["its channels by name"][0] == "lost: none · found: #found"
        assert "/invite" in found["its channels by name"][1]


async def test_doctor_names_the_token_that_slack_refuses_and_shows_none() -> None:
    async with SlackDouble.running() as slack:
        wrong = await findings(config(slack, bot_token="xoxb-wrong", app_token="xapp-wrong"))
        assert wrong["Slack"][0] == "Slack says: invalid_auth"
        assert "REUNITE_SLACK_BOT_TOKEN" in wrong["Slack"][1]
        assert "REUNITE_SLACK_APP_TOKEN" in wrong["Slack's Socket Mode"][1]
        assert "wrong" not in str(wrong)
        by_request = await findings(config(slack, **by_http(slack)))
        assert by_request["Slack's events"] == (
            f"signed HTTP on {urlsplit(str(slack.delivery.address)).netloc}",
            "",
        )


async def test_doctor_says_that_slack_can_not_be_reached() -> None:
    settings = SlackConfig(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_base="http://127.0.0.1:9/api/")
    for found, remedy in (await findings(settings)).values():
        assert found.startswith("can't be reached: ")
        assert "Connection refused" in found
        assert "network" in remedy


async def test_doctor_blames_no_token_for_what_slack_does_not_take_now() -> None:
    async with SlackDouble.running() as slack:
        for method, refusal in (
            ("auth.test", {"status": 503}),
            ("apps.connections.open", {"status": 429, "error": "ratelimited", "retry_after": 30}),
        ):
            slack.api.fail_next(method, **refusal)
        assert await findings(config(slack)) == {
            "Slack": ("Slack answers 503", "Try again later."),
            "Slack's Socket Mode": ("Slack answers ratelimited", "Try again later."),
        }


@pytest.mark.parametrize("status", [200, 403, 407])
async def test_doctor_recognises_a_proxys_page(status: int) -> None:
    async with SlackDouble.running() as slack:
        slack.api.always["auth.test"] = lambda: web.Response(text="No.", status=status, content_type="text/html")
        found, remedy = (await findings(config(slack)))["Slack"]
    assert found == f"Slack answers {status} with a page that isn't Slack's, perhaps a proxy's"
    assert "proxy" in remedy


async def test_a_client_that_is_ready_made_is_used_for_all_that_is_asked_of_slack(database_url: str) -> None:
    async with SlackDouble.running() as slack, Store(database_url) as store, ClientSession() as session:
        ready = AsyncWebClient(base_url=slack.api_base, session=session)
        settings = SlackConfig(bot_token=BOT_TOKEN, app_token=APP_TOKEN)  # which names no address
        with no_proxy():
            async with running(Handlers(store, NoQueue()), store, settings, ready):
                assert slack.calls_of("auth.test")
                assert slack.delivery.connections == 1
