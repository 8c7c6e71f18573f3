"""Several workspaces install the app by OAuth; one process serves them, and forgets each that takes it away."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession

from bot.slack.config import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from db.installations import Installations
from reunite.entities import ReplyTarget
from reunite.errors import UndeliverableError
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM, SlackDouble
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.support.slack_adapter import JPEG, Scene, by_http, scene_on
from tests.support.waiting import eventually

OTHER = "T0OTHER"


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with SlackDouble.running(acknowledge_within=2) as slack:
        slack.add_team(OTHER)
        oauth: dict[str, Any] = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        async with scene_on(slack, database_url, **by_http(slack), **oauth) as opened:
            yield opened


async def get(scene: Scene, path: str, **more: Any) -> tuple[int, str, dict[str, str]]:
    origin = str(scene.slack.delivery.address).removesuffix(EVENTS_PATH)
    async with ClientSession() as browser, browser.get(f"{origin}{path}", **more) as page:
        return page.status, await page.text(), {name: cookie.value for name, cookie in page.cookies.items()}


async def begin(scene: Scene) -> tuple[str, dict[str, str]]:
    """Open the first page; return the secret in its link to Slack, and the browser's cookies."""
    status, page, cookies = await get(scene, INSTALL_PATH)
    assert status == 200
    link = re.search(r'href="(https://slack.com/oauth[^"]+)"', page)
    assert link
    query = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert query["client_id"] == [CLIENT_ID]
    assert "chat:write" in query["scope"][0]
    return query["state"][0], cookies


async def install(scene: Scene, team: str) -> int:
    """Go through both pages as someone in a workspace does, and return how the second one was answered."""
    state, cookies = await begin(scene)
    scene.slack.api.codes[f"code-{team}"] = team
    query = {"code": f"code-{team}", "state": state}
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    status, _, _ = await get(scene, REDIRECT_PATH, params=query, headers=cookie)
    return status


async def leave(scene: Scene, team: str, *events: str, at: float | None = None) -> None:
    told: dict[str, dict[str, Any]] = {
        "app_uninstalled": {"type": "app_uninstalled"},
        "tokens_revoked": {"type": "tokens_revoked", "tokens": {"bot": [scene.slack.teams[team].user], "oauth": []}},
    }
    for name in events:
        await scene.slack.tell(told[name], team=team, at=at).acked.wait()


async def is_kept(scene: Scene, team: str) -> bool:
    known = await scene.store.workspace("slack", team)
    return known is not None or await Installations(scene.store).of(team) is not None


async def test_two_workspaces_install_the_app_and_are_kept_apart(scene: Scene) -> None:
    assert [await install(scene, team) for team in (TEAM, OTHER)] == [200, 200]
    theirs = scene.slack.add_channel("found", team=OTHER)
    await scene.slack.tell({"type": "channel_rename", "channel": theirs}, team=OTHER).acked.wait()
    zoe = scene.slack.add_member("Zoe", team=OTHER)
    await scene.acknowledged(scene.found, scene.slack.post_photo(scene.found, scene.ada, JPEG, "ours"))
    there = scene.slack.post_photo(theirs, zoe, JPEG, "theirs")
    await eventually(lambda: scene.reports(OTHER))
    assert [[each.text for each in await scene.reports(team)] for team in (TEAM, OTHER)] == [["ours"], ["theirs"]]
    hello = Outgoing("k", ReplyTarget("slack", OTHER, theirs, there), Reply("nothing", ((Plain("hello"),),)))
    sent = await scene.platform.send(hello)
    assert scene.slack.message(sent.channel, sent.message)["user"] == scene.slack.teams[OTHER].user  # type: ignore[index]


async def test_an_event_before_the_installation_changes_nothing(scene: Scene) -> None:
    scene.slack.post_photo(scene.found, scene.ada, JPEG, "ours")
    await scene.slack.settle()
    assert await scene.reports() == []


@pytest.mark.parametrize("lacks", ["cookie", "state", "secret of ours", "code of Slack's"])
async def test_an_installation_that_did_not_begin_here_is_refused(scene: Scene, lacks: str) -> None:
    state, cookies = await begin(scene)
    scene.slack.api.codes["good"] = TEAM
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    query = {"code": "good", "state": state}
    if lacks == "secret of ours":
        query["state"], cookie = "forged", {"Cookie": cookie["Cookie"].replace(state, "forged")}
    elif lacks == "state":
        query.pop("state")
    elif lacks == "code of Slack's":
        query["code"] = "bad"
    status, _, _ = await get(scene, REDIRECT_PATH, params=query, headers=cookie if lacks != "cookie" else {})
    assert status in {400, 401}
    assert not await is_kept(scene, TEAM)


async def test_the_secret_of_an_installation_can_be_used_once(scene: Scene) -> None:
    installations = Installations(scene.store)
    state = await installations.issue_state(600)
    assert [await installations.consume_state(state) for _ in range(2)] == [True, False]
    assert not await installations.consume_state(await installations.issue_state(-1))


@pytest.mark.parametrize(
    "events", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled"), ("tokens_revoked",)]
)
async def test_a_workspace_that_takes_the_app_away_is_forgotten_and_others_stay(
    scene: Scene, events: tuple[str, ...]
) -> None:
    for team in (TEAM, OTHER):
        await install(scene, team)
    await scene.acknowledged(scene.found, scene.slack.post_photo(scene.found, scene.ada, JPEG, "ours"))
    scene.slack.teams[TEAM].installed = False
    await leave(scene, TEAM, *events, at=time.time() + 1)
    assert [await is_kept(scene, team) for team in (TEAM, OTHER)] == [False, True]
    assert await scene.reports() == []
    with pytest.raises(UndeliverableError, match="not in workspace"):
        await scene.platform.acknowledge(ReplyTarget("slack", TEAM, scene.found, "1.1"))


async def test_a_workspace_that_left_can_come_back_and_begins_anew(scene: Scene) -> None:
    await install(scene, TEAM)
    await leave(scene, TEAM, "app_uninstalled", at=time.time() + 1)
    assert await install(scene, TEAM) == 200
    await leave(scene, TEAM, "tokens_revoked", at=time.time() - 60)  # of the earlier installation, late
    assert await is_kept(scene, TEAM)
    await scene.acknowledged(scene.found, scene.slack.post_photo(scene.found, scene.ada, JPEG, "again"))
    assert [each.text for each in await scene.reports()] == ["again"]


async def test_a_members_own_token_is_no_reason_to_forget_a_workspace(scene: Scene) -> None:
    await install(scene, TEAM)
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [scene.ada], "bot": []}}
    await scene.slack.tell(revoked, team=TEAM, at=time.time() + 1).acked.wait()
    assert await is_kept(scene, TEAM)


async def test_tokens_are_in_no_log(
    scene: Scene, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    await install(scene, TEAM)
    await scene.acknowledged(scene.found, scene.slack.post_photo(scene.found, scene.ada, JPEG, "a hat"))
    await leave(scene, TEAM, "app_uninstalled", at=time.time() + 1)
    await asyncio.sleep(0)
    said = capsys.readouterr()
    for secret in (scene.slack.teams[TEAM].token, CLIENT_SECRET, "a hat"):
        assert secret not in caplog.text + said.out + said.err


async def test_with_socket_mode_only_the_pages_of_the_installation_are_served(database_url: str) -> None:
    async with SlackDouble.running(acknowledge_within=2) as slack:
        slack.add_team(OTHER)
        port = by_http(slack)["port"]
        pages, slack.delivery.address = slack.delivery.address, None
        oauth: dict[str, Any] = {
            "bot_token": None,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "port": port,
        }
        async with scene_on(slack, database_url, **oauth) as scene:
            async with ClientSession() as session, session.post(str(pages), data="{}") as refused:
                assert refused.status == 404
            slack.delivery.address = pages
            assert await install(scene, OTHER) == 200
            slack.delivery.address = None
            theirs = slack.add_channel("found", team=OTHER)
            slack.invite_bot(theirs)
            await slack.settle()
            ts = slack.post_photo(theirs, slack.add_member("Zoe", team=OTHER), JPEG, "theirs")
            await eventually(lambda: scene.reports(OTHER))
            assert slack.message(theirs, ts)
