"""Installing the app by OAuth as a browser does, and taking it away."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession

from bot.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from db.installations import Installations
from tests.doubles.slack_api import CLIENT_ID
from tests.support.slack_adapter import World


async def get(world: World, path: str, **more: Any) -> tuple[int, str, dict[str, str]]:
    origin = str(world.slack.delivery.address).removesuffix(EVENTS_PATH)
    async with ClientSession() as browser, browser.get(f"{origin}{path}", **more) as page:
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
        return page.status, await page.text(), {name: cookie.value for name, cookie in page.cookies.items()}


async def begin(world: World) -> tuple[str, dict[str, str]]:
    """Open the first page; return the secret in its link to Slack, and the browser's cookies."""
    status, page, cookies = await get(world, INSTALL_PATH)
    assert status == 200
    link = re.search(r'href="(https://slack.com/oauth[^"]+)"', page)
    assert link
    query = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert query["client_id"] == [CLIENT_ID]
    assert "chat:write" in query["scope"][0]
    return query["state"][0], cookies


async def install(world: World, team: str) -> int:
    """Go through both pages as someone in a workspace does, and return how the second one was answered."""
    state, cookies = await begin(world)
    world.slack.api.codes[f"code-{team}"] = team
    query = {"code": f"code-{team}", "state": state}
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    status, _, _ = await get(world, REDIRECT_PATH, params=query, headers=cookie)
    return status


async def leave(world: World, team: str, *events: str, at: float | None = None) -> None:
    answer: dict[str, dict[str, Any]] = {
        "app_uninstalled": {"type": "app_uninstalled"},
        "tokens_revoked": {"type": "tokens_revoked", "tokens": {"bot": [world.slack.teams[team].user], "oauth": []}},
    }
    for name in events:
        await world.slack.tell(answer[name], team=team, at=at).acked.wait()


async def is_gone(world: World, team: str) -> bool:
    return not await is_kept(world, team)


async def is_kept(world: World, team: str) -> bool:
    known = await world.store.workspace("slack", team)
    return known is not None or await Installations(world.store).of(team) is not None
