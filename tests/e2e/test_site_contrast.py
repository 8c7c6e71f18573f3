"""The documentation as a website can be read in the light and in the dark."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=True)
    return folder


async def test_axe_finds_enough_contrast_on_the_site(browser: Browser, site: Path) -> None:
    for scheme in ("light", "dark"):
        context = await browser.new_context(color_scheme=scheme, reduced_motion="reduce")
        page = await context.new_page()
        for name in ("index", "api", "operations"):
            await page.goto((site / f"{name}.html").as_uri())
            results = await Axe().run(page, options={"runOnly": ["color-contrast"]})
            pale = [node["html"][:80] for found in results.response["violations"] for node in found["nodes"]]
            assert pale == [], (scheme, name)
