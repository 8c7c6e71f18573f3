"""The documentation as a website can be read in the light and in the dark."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from tests.support.site import built_site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_axe_finds_enough_contrast_on_the_site(browser: Browser) -> None:
    site = built_site()
    for scheme in ("light", "dark"):
        context = await browser.new_context(color_scheme=scheme, reduced_motion="reduce")
        page = await context.new_page()
        for name in ("index", "api", "operations"):
            await page.goto((site / f"{name}.html").as_uri())
            results = await Axe().run(page, options={"runOnly": ["color-contrast"]})
            pale = [node["html"][:80] for found in results.response["violations"] for node in found["nodes"]]
            assert pale == [], (scheme, name)
