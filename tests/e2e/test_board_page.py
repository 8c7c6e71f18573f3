"""A moderator at the board, in a real browser without scripts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

import board as board_package
from reunite.language import words_in
from tests.support.board import Community, board

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def community(database_url: str, held_port: int) -> AsyncIterator[Community]:
    async with board(database_url, held_port) as community:
        yield community


async def without_scripts(browser: Browser) -> BrowserContext:
    return await browser.new_context(java_script_enabled=False)


async def signed_in(community: Community, context: BrowserContext, language: str = "en") -> Page:
    words = words_in(language).board
    page = await context.new_page()
    await page.goto(await community.link(language=language))
    await page.locator("form button").press("Enter")
    await expect(page.get_by_role("heading", name=words["menu_reports"])).to_be_visible()
    return page


async def test_a_moderator_signs_in_decides_and_prints_a_label(community: Community, browser: Browser) -> None:
    match = await community.matched()
    link, robin = await community.link(), await (await without_scripts(browser)).new_page()
    await robin.goto(link)
    await expect(robin.get_by_role("button", name="Sign in")).to_be_focused()
    await robin.keyboard.press("Enter")
    await expect(robin.get_by_role("listitem").filter(has_text="Red umbrella, by the tram")).to_be_visible()
    other = await (await without_scripts(browser)).new_page()
    await other.goto(link)
    await other.get_by_role("button", name="Sign in").click()
    await expect(other.get_by_role("alert")).to_contain_text("was used before")

    await robin.get_by_label("Kind").select_option("Found")
    await robin.get_by_role("button", name="Filter").press("Enter")
    await expect(robin.get_by_role("status")).to_have_text("Reports: 1")
    await robin.get_by_role("link", name="Matches").press("Enter")
    await robin.get_by_role("link", name="↔").press("Enter")
    for side in ("Lost", "Found"):
        section = robin.locator("section", has=robin.get_by_role("heading", name=side))
        await expect(section.get_by_role("img")).to_be_visible()
    await robin.get_by_role("button", name="It's back with its owner").press("Enter")
    await expect(robin.get_by_role("status")).to_contain_text("Returned to its owner")
    assert await community.state(match) == "confirmed"
    await robin.get_by_role("button", name="Undo: returned").press("Enter")
    await expect(robin.get_by_role("status")).to_contain_text("Undecided")

    await robin.get_by_role("link", name="Open the found report").press("Enter")
    await robin.get_by_label("Kept at").fill("Front office")
    await robin.get_by_label("Code on its label").fill("B-17")
    await robin.keyboard.press("Enter")
    await robin.get_by_role("link", name="Label to print").press("Enter")
    await robin.emulate_media(media="print")
    await expect(robin.get_by_text("B-17")).to_be_visible()
    await expect(robin.get_by_role("img", name="QR code")).to_be_visible()
    await expect(robin.get_by_role("navigation")).to_be_hidden()
    await robin.emulate_media(media="screen")
    await robin.get_by_role("button", name="Sign out").press("Enter")
    await robin.goto(community.url)
    await expect(robin.get_by_role("alert")).to_contain_text("You aren't signed in")


async def test_a_phone_shows_reports_before_the_filters_are_unfolded(community: Community, browser: Browser) -> None:
    await community.matched()
    page = await signed_in(community, await browser.new_context(viewport={"width": 390, "height": 800}))
    kind, status = page.get_by_label("Kind"), page.get_by_role("status")
    await expect(kind).to_be_hidden()
    await expect(page.get_by_role("listitem").filter(has_text="Red umbrella, by the tram")).to_be_in_viewport()
    await page.locator("summary", has_text="Filter").press("Enter")
    await kind.select_option("Found")
    await page.get_by_role("button", name="Filter").press("Enter")
    await expect(status).to_have_text("Reports: 1")
    await expect(page.get_by_text("Filter (1)")).to_be_visible()
    await expect(kind).to_be_hidden()
    await page.set_viewport_size({"width": 1000, "height": 800})
    await expect(kind).to_be_visible()
    await expect(page.get_by_text("Filter (1)")).to_be_hidden()


async def test_every_page_is_accessible_and_fits_a_phone(community: Community, browser: Browser) -> None:
    match = await community.matched()
    claim = await community.claim(match)
    page = await signed_in(community, await browser.new_context(viewport={"width": 390, "height": 800}))
    pages = ("/", "/matches", f"/matches/{match.id}", "/claims", f"/claims/{claim}", "/handovers", "/numbers", "/log")
    for path in (*pages, f"/reports/{match.found}", f"/reports/{match.found}/label", "/sign-in?link=x", "/nowhere"):
        for scheme in ("light", "dark") if path.startswith("/matches/") else ("light",):
            await page.emulate_media(color_scheme=scheme)
            await page.goto(community.url + path)
            found = (await Axe().run(page)).response["violations"]
            assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        heights = await page.evaluate("[...document.querySelectorAll('tbody th')].map((cell) => cell.offsetHeight)")
        assert all(height < 80 for height in heights), (path, heights)  # no word is broken into letters
        gap = (
            "(label) => label.getBoundingClientRect().top - label.previousElementSibling.getBoundingClientRect().bottom"
        )
        gaps = await page.evaluate(f"[...document.querySelectorAll('.stacked label + label')].map({gap})")
        assert all(gap >= 8 for gap in gaps), (path, gaps)  # each label is nearest to its own field


async def test_a_phone_shows_every_column_of_the_numbers_below_a_low_header(
    community: Community, browser: Browser
) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 800})
    for language in ("de", "es", "pl"):  # those with the longest words
        page = await signed_in(community, context, language)
        await page.goto(f"{community.url}/numbers")
        assert await page.locator("header").evaluate("header => header.offsetHeight") < 110, language
        here = await page.locator("nav [aria-current]").bounding_box()
        assert here, language
        assert here["x"] + here["width"] <= 390, language
        assert here["x"] >= 0, language
        for width in (390, 360, 320):
            await page.set_viewport_size({"width": width, "height": 800})
            widths = await page.locator(".scrolls").evaluate("table => [table.scrollWidth, table.clientWidth]")
            assert widths[0] <= widths[1], (language, width)
        await page.set_viewport_size({"width": 390, "height": 800})
    sheet = (Path(board_package.__file__).parent / "static/board.css").read_text("utf-8")
    plain = sheet.replace("animation: begin", "")  # as in a browser that animates no snapping
    await page.route("**/board.css", lambda route: route.fulfill(body=plain, content_type="text/css"))
    await page.reload()
    here = await page.locator("nav [aria-current]").bounding_box()
    assert here
    assert 0 <= here["x"] <= 390 - here["width"]
    await page.emulate_media(forced_colors="active")
    assert await page.locator("nav [aria-current]").evaluate("it => getComputedStyle(it).borderStyle") == "solid"
