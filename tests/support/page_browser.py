"""People at the local page, in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass

from playwright.async_api import Browser, Error, FilePayload, Locator, Page, async_playwright, expect

from bot.app import BotConfig, run
from bot.web.config import WebConfig
from db.config import Connections
from tests.support.board import BOARD
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.services import background, working
from tests.support.waiting import PATIENCE

FLAGS = [
    "--no-sandbox",  # as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_EMPTY = "http://127.0.0.1/empty"
"""Of the same host as all pages, so that Chromium doesn't start a process for it."""


def picture_file(colour: str) -> FilePayload:
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": drawing(colour)}


@dataclass
class Channel:
    """One column of the page, as a reader uses it."""

    page: Page
    name: str

    @property
    def column(self) -> Locator:
        return self.page.locator(f"#channel-{self.name}")

    @property
    def text(self) -> Locator:
        return self.column.locator("textarea")

    @property
    def posts(self) -> Locator:
        return self.column.locator(".post")

    @property
    def cards(self) -> Locator:
        return self.column.locator(".answer.is-match")

    async def attach(self, colour: str) -> None:
        await self.column.locator(".files").set_input_files(picture_file(colour))

    async def post(self, words: str, colour: str | None = None) -> None:
        await self.text.fill(words)
        if colour:
            await self.attach(colour)
        await self.column.locator("[type=submit]").click()
        await expect(self.text).to_have_value("")

    async def wait_for_message(self, words: str) -> None:
        await expect(self.column.locator(".answer", has_text=words).last).to_be_visible()


@dataclass
class PageUser:
    """Someone at the page."""

    page: Page

    @property
    def found(self) -> Channel:
        return Channel(self.page, "found")

    @property
    def lost(self) -> Channel:
        return Channel(self.page, "lost")

    async def be(self, who: str) -> None:
        await self.page.locator("#who").select_option(who)


class Pages:
    """Pages of profiles that are used again: opening one takes a second of CPU time."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._free: list[Page] = []
        self._taken: list[Page] = []

    async def take(self, width: int) -> Page:
        page = self._free.pop() if self._free else await self.browser.new_page()
        self._taken.append(page)
        await page.set_viewport_size({"width": width, "height": 800})
        return page

    async def give_back(self) -> None:
        """Leave what the taken pages show, and close all others, as those that a failed test left in a state."""
        for page in self._taken:
            with suppress(Error):
                await _forget(page)
                self._free.append(page)
        self._taken.clear()
        kept = [page.context for page in self._free]
        for context in self.browser.contexts:
            if context not in kept:
                await context.close()


async def _forget(page: Page) -> None:
    await page.unroute_all(behavior="ignoreErrors")
    await page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
    await page.evaluate("localStorage.clear(), sessionStorage.clear()")
    await page.route(_EMPTY, lambda route: route.fulfill(body=""))
    await page.goto(_EMPTY)
    await page.unroute_all(behavior="wait")


class Site:
    """The page's process, and browsers that visit it."""

    def __init__(self, pages: Pages, database_url: str, redis_url: str, port: int) -> None:
        self.pages, self.url = pages, f"http://127.0.0.1:{port}"
        servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
        self.config = BotConfig(connections=servers, adapter=WebConfig(port=port), board_url=BOARD)

    async def visit(self, who: str = "Ada", width: int = 1280) -> PageUser:
        page = await self.pages.take(width)
        await page.goto(self.url)
        await expect(page.locator("#encoder")).not_to_have_text("Connecting…")
        visitor = PageUser(page)
        await visitor.be(who)
        return visitor

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        ready = asyncio.Event()
        async with background(run(self.config, ready.set), ready):
            yield

    def working(self) -> AbstractAsyncContextManager[object]:
        return working(self.config.connections.database_url, self.config.connections.redis_url)


@asynccontextmanager
async def opened(chromium: str) -> AsyncIterator[Browser]:
    """Open a browser whose expectations wait as long as tests do."""
    expect.set_options(timeout=PATIENCE * 1000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()
