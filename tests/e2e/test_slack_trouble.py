"""Photos from Slack, and the pages that may come in their place."""

import pytest
from aiohttp import web

from db.installations import Installation, Installations
from db.store import Store
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble, shown
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.doubles.slack_files import SlackFiles
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.slack_adapter import by_http, no_proxy
from tests.support.slack_world import bot_on, people_of, slack_world, worker_config

OTHER = "T0OTHER"


async def test_a_login_page_instead_of_a_photo_is_recognised(database_url: str, redis_url: str) -> None:
    async with slack_world(database_url, redis_url, slack_token="xoxb-of-another-app") as world:
        found = world.post_found("red", "umbrella")
        text = sentence("photo_not_permitted", name="photo.jpg")
        await world.reply(world.found, found, text)
        await world.reply(
            world.found, found, "Nobody has reported it missing yet"
        )  # its words are compared all the same


async def test_a_proxys_page_instead_of_a_photo_is_outlasted(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.intake._PAGE_PAUSES", (0.1,) * 5)
    download, pages = SlackFiles._download, iter(["<html>Welcome to this network"])

    async def download_late(files: SlackFiles, request: web.Request) -> web.Response:
        page = next(pages, None)
        return web.Response(text=page, content_type="text/html") if page else await download(files, request)

    monkeypatch.setattr(SlackFiles, "_download", download_late)
    async with slack_world(database_url, redis_url) as world:
        found = world.post_found("red", "umbrella")
        await world.reply(world.found, found, "Nobody has reported it missing yet")
        assert next(pages, None) is None
        assert not any("allowed" in shown(message) for message in world.slack.thread(world.found, found))


async def test_photos_of_several_workspaces_are_fetched_with_their_own_tokens(
    database_url: str, redis_url: str
) -> None:
    oauth = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    with no_proxy():
        async with SlackDouble.running() as slack, Store(database_url, keys=KEYS) as store:
            slack.admin.add_team(OTHER)
            world = people_of(slack)
            theirs = slack.admin.add_channel("found", team=OTHER)
            for bot in slack.teams.values():
                await Installations(store).save(Installation(bot.team, bot.name, bot.user, bot.token))
            token = {"slack_token": None}
            async with (
                working(database_url, redis_url, **worker_config(slack, **token)),
                bot_on(slack, database_url, redis_url, **by_http(slack), **oauth),
            ):
                here = world.post_found("red", "umbrella")
                zoe = slack.admin.add_member("Zoe", team=OTHER)
                there = slack.post_photo(theirs, zoe, drawing("red"), "another umbrella")
                for channel, root in ((world.found, here), (theirs, there)):
                    answer = await slack.wait_for_reply(channel, root, "Nobody has reported it missing yet")
                    assert answer["user"] == slack.teams[TEAM if channel == world.found else OTHER].user
                    assert len(slack.thread(channel, root)) == 1
                lost = await world.report_lost("my red umbrella")
                card = await world.card(lost)
                assert "another" not in shown(card)
                assert slack.thread(theirs, there)[1:] == []
