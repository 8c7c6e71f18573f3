"""Take the pictures of the page and the board for README and the docs: `python scripts/take_pictures.py`.

It runs the demo with a folder of its own and acts as people do; look at the pictures before you keep them.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images"
_SECONDS: Final = 240
_COLOURS: Final = 256


def main() -> None:
    expect.set_options(timeout=_SECONDS * 1000)
    with _demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1250, "height": 1211}, device_scale_factor=0.8)
        page.goto(url)
        _post(page)
        _take(page, "thread")
        page.emulate_media(color_scheme="dark")
        _take(page, "thread-dark")
        phone = browser.new_page(viewport={"width": 390, "height": 844})
        phone.goto(url)
        _take_on_a_phone(phone)
        screen = browser.new_page(viewport={"width": 1080, "height": 760})
        screen.goto(url)
        _take_board(screen)


@contextmanager
def _demo() -> Iterator[str]:
    """Run the demo as after a first start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "REUNITE_HOME": home, "REUNITE_ENCODER": "concept", "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "cli.main", "demo", "--port", str(port)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as demo:
            assert demo.stdout  # noqa: S101 - it's a pipe
            try:
                next(line for line in demo.stdout if "Reunite is ready" in line)
                yield f"http://127.0.0.1:{port}"
            finally:
                demo.terminate()


def _post(page: Page) -> None:
    """Post the samples, a lost report and a claim's beginning."""
    page.locator("#who").select_option("Ben")
    found, lost = (page.locator(f"#channel-{name}") for name in ("found", "lost"))
    found.locator(".try").click()
    expect(found.locator(".answer")).to_have_count(6)
    _lose(lost, "blue backpack, a bit dirty", "library")
    found.locator(".post", has_text="library").evaluate("post => post.scrollIntoView()")  # both sides of the match


def _lose(lost: Locator, words: str, place: str) -> None:
    before = lost.locator(".answer.is-match").count()
    lost.locator("textarea").fill(words)
    lost.locator("#lost-place").fill(place)
    lost.locator("[type=submit]").click()
    expect(lost.locator(".answer.is-match")).to_have_count(before + 1)


def _take_on_a_phone(page: Page) -> None:
    page.locator("#who").select_option("Chiyo")
    page.get_by_role("button", name="# lost").click()
    lost = page.locator("#channel-lost")
    expect(lost.locator(".answer.is-match")).to_have_count(1)
    _lose(lost, "my teddy bear, left on the playground", "")
    answer = lost.locator(".post").first.locator(".answer").first
    answer.evaluate("answer => window.scrollBy(0, answer.getBoundingClientRect().top - 70)")
    _take(page, "thread-phone")


def _take_board(page: Page) -> None:
    """Open the board as a moderator."""
    page.locator("#who").select_option("Robin")
    page.locator("#menu summary").click()
    page.locator("[data-entry=board]").click()
    page.goto(str(page.get_by_role("link", name="Open the board").get_attribute("href")))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("status")).to_be_visible()
    _take(page, "board")
    page.get_by_role("link", name="Matches", exact=True).click()
    page.get_by_role("link", name="teddy").first.click()
    expect(page.get_by_role("button", name="It's back")).to_be_visible()
    _take(page, "board-match")


def _take(page: Page, name: str) -> None:
    """Take a picture of what is in view, with few colours, which makes it small."""
    expect(page.locator("#toasts > *")).to_have_count(0)
    while not page.evaluate("[...document.images].every((each) => each.complete)"):  # the board lets no script wait
        page.wait_for_timeout(100)
    page.wait_for_timeout(600)  # animations have ended
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
