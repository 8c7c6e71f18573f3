"""What people do while the page sends: it loses nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from reunite.language import words_in
from tests.support.page_browser import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = words_in("en").page
LIMIT_BY_HAND = "AbortSignal.timeout = () => (window.limit = new AbortController()).signal"


@pytest_asyncio.fixture(loop_scope="session")
async def site(browser: Browser, database_url: str, redis_url: str, unused_tcp_port: int) -> AsyncIterator[Site]:
    site = Site(browser, database_url, redis_url, unused_tcp_port)
    async with site.serving():
        yield site


async def test_a_form_takes_nothing_while_it_is_sent_and_keeps_all_if_the_connection_hangs(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.page.evaluate(LIMIT_BY_HAND)
    form, submit = ada.found.column.locator(".composer"), ada.found.column.locator("[type=submit]")
    error, sent = form.locator(".error"), asyncio.Event()

    async def hang(_: Route) -> None:
        sent.set()

    await ada.page.route("**/posts", hang)
    await ada.found.text.fill("a yellow cup")
    await ada.found.attach("red")
    await submit.click()
    await sent.wait()
    await expect(ada.found.text).not_to_be_editable()
    for name in ("Remove red.jpg", WORDS["add_photo"]):
        await expect(form.get_by_role("button", name=name)).to_be_disabled()
    await expect(form.get_by_label(WORDS["sealed_check"])).to_be_disabled()
    await ada.lost.text.fill("/sealed my keys")
    await ada.lost.text.press("Enter")
    await expect(error).to_have_text(WORDS["still_sending"])
    await expect(ada.lost.text).to_have_value("/sealed my keys")
    await ada.page.evaluate("limit.abort()")
    await expect(error).to_contain_text(WORDS["unreachable"])
    await expect(ada.found.text).to_have_value("a yellow cup")
    await ada.page.unroute("**/posts")
    await submit.click()
    await expect(ada.found.posts.locator(".words")).to_have_text("a yellow cup")
    await expect(ada.found.posts.locator(".photos > *")).to_have_count(1)
