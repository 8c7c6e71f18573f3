"""What the page keeps for someone who comes back to it: a draft, and the language."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.support.page_browser import Pages, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def site(pages: Pages, database_url: str, redis_url: str, unused_tcp_port: int) -> AsyncIterator[Site]:
    site = Site(pages, database_url, redis_url, unused_tcp_port)
    async with site.serving():
        yield site


async def german_browser(site: Site) -> Page:
    page = await (await site.pages.browser.new_context(locale="de-AT")).new_page()
    await page.goto(site.url)
    return page


async def language_of(page: Page) -> str | None:
    await expect(page.locator("#encoder")).not_to_have_text("Connecting…")
    return await page.locator("html").get_attribute("lang")


async def test_a_draft_survives_a_reload_until_it_is_posted(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.lost.text.fill("my grandmother's ring")
    await ada.page.locator("#lost-place").fill("pool")
    await ada.page.reload()
    await expect(ada.lost.text).to_have_value("my grandmother's ring")
    await expect(ada.page.locator("#lost-place")).to_have_value("pool")
    await ada.lost.column.locator("[type=submit]").click()
    await expect(ada.lost.posts).to_have_count(1)
    await ada.page.reload()
    await expect(ada.lost.posts).to_have_count(1)
    await expect(ada.lost.text).to_have_value("")


async def test_a_draft_whose_answer_a_reload_cut_off_is_posted_once(site: Site) -> None:
    ada = await site.visit("Ada")

    async def take_without_answer(route: Route) -> None:
        await route.fetch()
        taken.set()

    taken = asyncio.Event()
    await ada.page.route("**/posts", take_without_answer)
    await ada.lost.text.fill("my grandmother's ring")
    await ada.lost.column.locator("[type=submit]").click()
    await taken.wait()
    await expect(ada.lost.column.locator("[type=submit]")).to_have_text("Sending…")
    await expect(ada.lost.text).not_to_be_editable()  # what is added now would be cleared unsent
    await ada.page.reload()
    await ada.page.unroute("**/posts")  # only now: it would let the request go on, and its answer come
    await expect(ada.lost.text).to_have_value("my grandmother's ring")
    async with ada.page.expect_response("**/posts") as answered:
        await ada.lost.column.locator("[type=submit]").click()
    assert (await answered.value).ok
    await expect(ada.lost.text).to_have_value("")
    await ada.page.reload()
    await expect(ada.lost.posts).to_have_count(1)


@pytest.mark.parametrize(("box", "channel"), [("private", "lost"), ("sealed", "found")])
async def test_a_private_draft_is_not_there_for_the_next_person(site: Site, box: str, channel: str) -> None:
    ada = await site.visit("Ada")
    text = getattr(ada, channel).text
    await text.fill("passport of Ada Ling")
    await ada.page.locator(f"[name={box}]").check()
    await ada.page.locator("#who").select_option("Ben")
    await expect(text).to_have_value("")
    await text.fill("passport of Ada Ling")
    await ada.page.locator(f"[name={box}]").check()
    await ada.page.reload()
    await expect(ada.page.locator("#encoder")).not_to_have_text("Connecting…")
    await expect(text).to_have_value("")


async def test_a_draft_with_a_field_that_an_update_took_away_is_still_shown(site: Site) -> None:
    ada = await site.visit("Ada")
    draft = '{"id": "1", "fields": [["gone", "x"], ["text", "a red umbrella"]]}'
    await ada.page.evaluate("draft => sessionStorage.setItem('reunite.draft.lost', draft)", draft)
    await ada.page.reload()
    await expect(ada.lost.text).to_have_value("a red umbrella")


async def test_a_new_page_speaks_the_browsers_language_until_someone_chooses_another(site: Site) -> None:
    page = await german_browser(site)
    assert await language_of(page) == "de"
    await page.locator("#language").select_option("en")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.reload()
    assert await language_of(page) == "en"


async def test_an_empty_page_keeps_the_first_browsers_language_even_if_its_words_came_late(site: Site) -> None:
    page = await site.pages.browser.new_page()
    await page.route("**/texts", lambda route: route.abort(), times=1)
    await page.goto(site.url)
    assert await language_of(page) == "en"
    assert await language_of(await german_browser(site)) == "en"


async def test_a_page_with_posts_keeps_the_language_they_are_in(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.lost.post("a red umbrella")
    await expect(ada.lost.posts).to_have_count(1)
    assert await language_of(await german_browser(site)) == "en"
