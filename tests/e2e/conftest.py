"""One browser for all tests of a worker: to start it takes seconds."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.support.page_browser import opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_browser(chromium: str) -> AsyncIterator[Browser]:
    async with opened(chromium) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def browser(shared_browser: Browser) -> AsyncIterator[Browser]:
    """A browser without any page of another test. Its tests run on the session's loop."""
    yield shared_browser
    for context in shared_browser.contexts:
        await context.close()
