"""Searching without a report, end to end: platform, bot, worker and database as they are."""

import pytest
from playwright.async_api import expect

from db.store import Store
from tests.doubles.slack import shown
from tests.support.discord_world import discord_world
from tests.support.page_browser import Pages, Site, picture_file
from tests.support.pictures import drawing
from tests.support.slack_world import slack_world
from tests.support.waiting import eventually

PROOF = "a blue thread sewn into the lining"


async def test_on_discord_a_photo_finds_what_was_found_and_mine_tells_the_finder(
    database_url: str, redis_url: str
) -> None:
    async with discord_world(database_url, redis_url) as world:
        found = await world.post_found("red", "umbrella by the door")
        await world.wait_for_reply(found, "I'll keep watching")
        used = await world.discord.ui.slash("search", world.ada, "general", ("mine.jpg", drawing("red")))
        assert "only one found item" in await world.private_answer(used)
        [picture] = used.responses[-1]["attachments"]
        assert picture["filename"] == "photo.jpg"
        lost = world.discord.channel("lost")
        assert not world.discord.replies(lost)
        assert not world.has_replied(found, "theirs")
        pressed = await world.discord.ui.press(used.responses[-1]["id"], "1 is mine", world.ada)
        assert "reported it as lost" in await world.fill_in(pressed, words=PROOF)
        await world.wait_for_reply(found, "says this is theirs")
        post = await world.wait_for_reply(lost, "is looking for")
        await world.wait_for_reply(post, "said that this is yours")


async def test_on_slack_words_find_what_was_found_and_mine_tells_the_finder(database_url: str, redis_url: str) -> None:
    async with slack_world(database_url, redis_url) as world:
        found = world.post_found("red", "umbrella by the door")
        await world.reply(world.found, found, "I'll keep watching")
        used = await world.slack.slash("lost", "search red umbrella", world.ada, world.lost)
        [*_, page] = await eventually(lambda: used.answers)
        assert "umbrella ✓ · red ✓" in shown(page)
        assert not world.slack.messages[world.lost]
        await world.slack.ui.press_whisper({"channel": world.lost, **page}, "1 is mine", world.ada)
        await world.slack.ui.submit(await world.slack.ui.modal(world.ada), world.ada, words=PROOF)
        await world.reply(world.found, found, "says this is theirs")
        [post, *_] = await eventually(lambda: world.slack.messages[world.lost])
        assert "is looking for" in shown(post)


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_on_the_page_a_search_is_deleted_with_its_photo_when_its_time_is_up(
    pages: Pages, database_url: str, redis_url: str, unused_tcp_port: int
) -> None:
    site = Site(pages, database_url, redis_url, unused_tcp_port)
    async with site.working(), site.serving(), Store(database_url) as store:
        ben, ada = await site.visit("Ben"), await site.visit("Ada", width=390)
        await ben.found.post("umbrella by the door", "red")
        await ben.found.wait_for_message("I'll keep watching")
        await ada.page.locator("#look [type=file]").set_input_files(picture_file("red"))
        await ada.page.get_by_role("button", name="Search").click()
        window = ada.page.get_by_role("dialog")
        await expect(window).to_contain_text("only one found item")
        await expect(window.locator(".tile img")).to_have_js_property("complete", value=True)
        await expect(window.locator(".tile img")).to_have_css("object-fit", "contain")
        await expect(ben.lost.posts).to_have_count(0)
        assert await _kept(store) == [1, 1, 1, 1, 2]
        await _let_it_end(store)
        await eventually(lambda: _is_gone(store))
        await window.get_by_role("button", name="1 is mine").click()
        await ada.page.get_by_role("dialog").last.locator("textarea").fill(PROOF)
        await ada.page.get_by_role("button", name="Send").click()
        await expect(ada.page.get_by_role("dialog").last).to_contain_text("This search has ended.")


_KEPT = """
SELECT count(DISTINCT r.id) AS looks, count(DISTINCT p.id) AS photos, count(e.vector) > 0 AS embedded,
  count(DISTINCT m.id) AS matches, (SELECT count(*) FROM photo) AS all_photos
FROM report r LEFT JOIN photo p ON p.report_id = r.id LEFT JOIN embedding e ON e.report_id = r.id
  LEFT JOIN match m ON m.lost_id = r.id
WHERE r.state = 'look'
"""


async def _kept(store: Store) -> list[int]:
    """Count what is kept of looks: they themselves, their photos, vectors, matches; and all photos."""
    [community] = await store.communities()
    async with store.session(community) as session:
        return [int(count) for count in (await session._one(_KEPT) or {}).values()]


async def _let_it_end(store: Store) -> None:
    [community] = await store.communities()
    async with store.session(community) as session:
        await session._do("UPDATE report SET expires_at = now() WHERE state = 'look'")


async def _is_gone(store: Store) -> bool:
    return await _kept(store) == [0, 0, 0, 0, 1]  # only the found report's photo
