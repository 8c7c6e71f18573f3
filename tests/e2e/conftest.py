"""One browser for all tests of a worker: to start it takes seconds."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.page_browser import Pages, opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_pages(chromium: str) -> AsyncIterator[Pages]:
    async with opened(chromium) as browser:
        yield Pages(browser)


@pytest_asyncio.fixture(loop_scope="session")
async def pages(shared_pages: Pages) -> AsyncIterator[Pages]:
    """Pages without anything of another test. Their tests run on the session's loop."""
    yield shared_pages
    await shared_pages.give_back()


@pytest.fixture
def browser(pages: Pages) -> Browser:
    return pages.browser
