"""Several workspaces install the app by OAuth; one process serves them, and forgets each that takes it away."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.config import SlackConfig
from bot.slack.manifest import REDIRECT_PATH
from bot.slack.workspaces import Workspaces
from db.installations import Installations
from reunite.absence import GRACE
from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.messages import keys, wording
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import BOT_USER, TEAM, SlackDouble
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.support.slack_adapter import JPEG, World, by_http, no_proxy, world_on
from tests.support.slack_oauth import begin, get, install, is_gone, is_kept, leave
from tests.support.waiting import eventually

OTHER = "T0OTHER"


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        slack.admin.add_team(OTHER)
        oauth: dict[str, Any] = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        async with world_on(slack, database_url, **by_http(slack), **oauth) as opened:
            yield opened


async def test_two_workspaces_install_the_app_and_are_kept_apart(world: World) -> None:
    assert [await install(world, team) for team in (TEAM, OTHER)] == [200, 200]
    theirs = world.slack.admin.add_channel("found", team=OTHER)
    await world.slack.tell({"type": "channel_rename", "channel": theirs}, team=OTHER).acked.wait()
    zoe = world.slack.admin.add_member("Zoe", team=OTHER)
    await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ada, JPEG, "ours"))
    there = world.slack.post_photo(theirs, zoe, JPEG, "theirs")
    await eventually(lambda: world.reports(OTHER))
    assert [[report.text for report in await world.reports(team)] for team in (TEAM, OTHER)] == [["ours"], ["theirs"]]
    hello = Outgoing("k", ReplyTarget("slack", OTHER, theirs, there), Reply("nothing", ((Plain("hello"),),)))
    sent = await world.platform.send(hello)
    assert world.slack.message(sent.channel, sent.message)["user"] == world.slack.teams[OTHER].user  # type: ignore[index]


async def test_an_event_before_the_installation_changes_nothing(world: World) -> None:
    world.slack.post_photo(world.found, world.ada, JPEG, "ours")
    await world.slack.settle()
    assert await world.reports() == []


@pytest.mark.parametrize("lacks", ["cookie", "state", "secret of ours", "code of Slack's"])
async def test_an_installation_that_did_not_begin_here_is_refused(world: World, lacks: str) -> None:
    state, cookies = await begin(world)
    world.slack.api.codes["good"] = TEAM
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    query = {"code": "good", "state": state}
    if lacks == "secret of ours":
        query["state"], cookie = "forged", {"Cookie": cookie["Cookie"].replace(state, "forged")}
    elif lacks == "state":
        query.pop("state")
    elif lacks == "code of Slack's":
        query["code"] = "bad"
    status, _, _ = await get(world, REDIRECT_PATH, params=query, headers=cookie if lacks != "cookie" else {})
    assert status in {400, 401}
    assert not await is_kept(world, TEAM)


async def refused_page(world: World, **answer: Any) -> str:
    """Install the app with this in Slack's answer, and return what the second page says."""

    async def answered(_: object) -> web.Response:
        bot = {"access_token": world.slack.teams[TEAM].token, "bot_user_id": BOT_USER}
        return web.json_response({"ok": True, "is_enterprise_install": False, **bot, **answer})

    world.slack.api.before_answer["oauth.v2.access"] = answered
    state, cookies = await begin(world)
    world.slack.api.codes["good"] = TEAM
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    status, page, _ = await get(world, REDIRECT_PATH, params={"code": "good", "state": state}, headers=cookie)
    assert status == 400
    assert await Installations(world.store).all() == []
    return page


async def test_who_installs_the_app_for_an_organisation_reads_that_it_goes_by_workspace(world: World) -> None:
    """api.slack.com/enterprise/apps/reference, "oauth.v2.access response": `team` is null then (read 2026-11-28)."""
    organisation = {"id": "E0GRID", "name": "Grid"}
    page = await refused_page(world, team=None, enterprise=organisation, is_enterprise_install=True)
    assert "in each workspace" in page


async def test_who_installs_an_app_whose_tokens_expire_reads_that_at_once(world: World) -> None:
    """docs.slack.dev/authentication/using-token-rotation (read 2026-11-29)."""
    rotating = {"refresh_token": "xoxe-1-double", "expires_in": 43200}
    page = await refused_page(world, team={"id": TEAM, "name": "Testville"}, **rotating)
    assert "without token rotation" in page


async def test_the_secret_of_an_installation_can_be_used_once(world: World) -> None:
    installations = Installations(world.store)
    state = await installations.issue_state(600)
    assert [await installations.consume_state(state) for _ in range(2)] == [True, False]
    assert not await installations.consume_state(await installations.issue_state(-1))


@pytest.mark.parametrize(
    "events", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled"), ("tokens_revoked",)]
)
async def test_a_workspace_that_takes_the_app_away_is_forgotten_and_others_stay(
    world: World, events: tuple[str, ...]
) -> None:
    for team in (TEAM, OTHER):
        await install(world, team)
    await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ada, JPEG, "ours"))
    world.slack.teams[TEAM].installed = False
    await leave(world, TEAM, *events, at=time.time() + 1)
    await eventually(lambda: is_gone(world, TEAM))
    assert await is_kept(world, OTHER)
    assert await world.reports() == []
    with pytest.raises(UndeliverableError, match="no longer in workspace"):
        await world.platform.acknowledge(ReplyTarget("slack", TEAM, world.found, "1.1"))


async def test_a_workspace_that_left_can_come_back_and_start_afresh(world: World) -> None:
    await install(world, TEAM)
    await leave(world, TEAM, "app_uninstalled", at=time.time() + 1)
    await eventually(lambda: is_gone(world, TEAM))
    assert await install(world, TEAM) == 200
    await leave(world, TEAM, "tokens_revoked", at=time.time() - 60)  # of the earlier installation, late
    assert await is_kept(world, TEAM)
    await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ada, JPEG, "again"))
    assert [report.text for report in await world.reports()] == ["again"]


async def test_what_is_on_its_way_when_a_workspace_takes_the_app_away_is_never_sent(world: World) -> None:
    await install(world, TEAM)
    lost, found, match = await world.match()
    sent = len(world.slack.calls_of("chat.postMessage"))
    world.slack.teams[TEAM].installed = False
    async with world.store.session(lost.community) as session:
        card = wording.match_card(match, found, lost, None)
        await session.outbox.post(lost.id, keys.card(match.id, lost.kind), card)
    await eventually(lambda: len(world.slack.calls_of("chat.postMessage")) > sent)
    await leave(world, TEAM, "app_uninstalled", at=time.time() + 1)
    await eventually(lambda: is_gone(world, TEAM))
    async with world.store.session(lost.community) as session:
        assert await session._all("SELECT seq FROM outbox") == []

    assert await install(world, TEAM) == 200
    tries = len(world.slack.calls_of("chat.postMessage"))
    await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ada, JPEG, "again"))
    assert len(world.slack.calls_of("chat.postMessage")) == tries
    assert [report.text for report in await world.reports()] == ["again"]


async def test_a_members_own_token_is_no_reason_to_forget_a_workspace(world: World) -> None:
    await install(world, TEAM)
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [world.ada], "bot": []}}
    await world.slack.tell(revoked, team=TEAM, at=time.time() + 1).acked.wait()
    assert await is_kept(world, TEAM)


@pytest.mark.parametrize("event", ["tokens_revoked", "app_uninstalled"])
async def test_a_workspace_whose_own_token_still_works_is_kept(world: World, event: str) -> None:
    """Another token was revoked, or the installation for its whole organisation has ended."""
    await install(world, TEAM)
    revoked = {"type": event, **({"tokens": {"bot": ["U0ANOTHER"]}} if event == "tokens_revoked" else {})}
    told = world.slack.tell(revoked, team=TEAM, at=time.time() + 1)
    told.payload["authorizations"] = [{"team_id": TEAM, "enterprise_id": "E1", "is_enterprise_install": True}]
    await told.acked.wait()
    assert await is_kept(world, TEAM)


async def test_a_workspace_is_kept_while_slack_does_not_say_whether_its_token_works(world: World) -> None:
    await install(world, TEAM)
    world.slack.api.fail_next("auth.test", status=503)
    revoked = {"type": "tokens_revoked", "tokens": {"bot": ["U0ANOTHER"]}}
    await world.slack.tell(revoked, team=TEAM, at=time.time() + 1).acked.wait()
    assert await is_kept(world, TEAM)


async def test_a_workspace_that_took_the_app_away_while_the_bot_was_down_is_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.absence._CHECK_EVERY_SECONDS", 0.05)
    for team in (TEAM, OTHER):
        await install(world, team)
    known = await world.store.workspace("slack", TEAM)
    assert known
    world.slack.teams[TEAM].installed = False
    again = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    async with world_on(world.slack, world.store.url, again=world, **by_http(world.slack), **again):
        await eventually(lambda: _absent_since(world, TEAM))
        assert await is_kept(world, TEAM)
        await world.store.note_absence(known, datetime.now(UTC) - GRACE)
        await eventually(lambda: is_kept(world, TEAM), holds=lambda kept: not kept)
    assert await is_kept(world, OTHER)


@pytest.mark.parametrize("error", ["invalid_auth", "not_authed", "token_expired"])
async def test_a_token_that_is_refused_for_another_reason_deletes_nothing(world: World, error: str) -> None:
    """auth.test (read 2026-11-29): invalid_auth also meets an app's bot that calls from an address not on its list."""
    await install(world, TEAM)
    client = AsyncWebClient(base_url=world.slack.api_base)
    workspaces = Workspaces(world.handlers, SlackConfig(), client, Installations(world.store))
    is_there = await workspaces.membership()
    world.slack.api.fail_next("auth.test", error=error)
    with no_proxy():
        with pytest.raises(TryAgainError):
            await is_there(TEAM)
        assert await is_there(TEAM)
        world.slack.teams[TEAM].installed = False
        assert await is_there(TEAM) is False


async def _absent_since(world: World, team: str) -> object:
    return next(
        since for workspace, since in await world.store.known_workspaces("slack") if workspace.external_id == team
    )


async def test_tokens_are_in_no_log(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    await install(world, TEAM)
    await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ada, JPEG, "a hat"))
    await leave(world, TEAM, "app_uninstalled", at=time.time() + 1)
    await asyncio.sleep(0)
    seen = capsys.readouterr()
    for secret in (world.slack.teams[TEAM].token, CLIENT_SECRET, "a hat"):
        assert secret not in caplog.text + seen.out + seen.err


async def test_with_socket_mode_only_the_pages_of_the_installation_are_served(database_url: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        slack.admin.add_team(OTHER)
        port = by_http(slack)["port"]
        pages, slack.delivery.address = slack.delivery.address, None
        oauth: dict[str, Any] = {
            "bot_token": None,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "port": port,
        }
        async with world_on(slack, database_url, **oauth) as world:
            async with ClientSession() as session, session.post(str(pages), data="{}") as refused:
                assert refused.status == 404
            slack.delivery.address = pages
            assert await install(world, OTHER) == 200
            slack.delivery.address = None
            theirs = slack.admin.add_channel("found", team=OTHER)
            slack.admin.invite_bot(theirs)
            await slack.settle()
            ts = slack.post_photo(theirs, slack.admin.add_member("Zoe", team=OTHER), JPEG, "theirs")
            await eventually(lambda: world.reports(OTHER))
            assert slack.message(theirs, ts)
