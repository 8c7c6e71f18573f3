"""Takes the pictures in docs/images of a new demo, so that they show the product as it is.

REUNITE_HOME=$(mktemp -d) REUNITE_ENCODER=concept make demo
python scripts/take_pictures.py http://127.0.0.1:8700
"""

import io
import shutil
import sys
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"
SAMPLES: Final = ROOT / "bot" / "web" / "static" / "samples"
FINDS: Final = {
    "umbrella": "By the tram stop",
    "backpack": "Found it in the library",
    "mug": "In the kitchen on the 2nd floor",
    "teddy": "Left on the playground",
    "bottle": "Found at the sports hall",
    "ball": "In the hedge behind the school",
}
_PAGE: Final = {"width": 1380, "height": 1337}
_SHOWN: Final = (1000, 969)
"""How large pictures of the page are in the documentation."""
_PHONE: Final = {"width": 390, "height": 844}
_BOARD: Final = {"width": 1080, "height": 760}
_PATIENCE: Final = 120_000


def main(url: str) -> None:
    """Post the samples and two losses, then show them on the page and on the board."""
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = _visited(browser, url, _PAGE)
        _post(page)
        _pictures_of_page(browser, page, url)
        _pictures_of_board(browser, page)
        browser.close()


def _visited(browser: Browser, url: str, size: dict[str, int]) -> Page:
    page = browser.new_page(viewport={"width": size["width"], "height": size["height"]})
    page.goto(url)
    expect(page.locator("#encoder")).not_to_have_text("Connecting…")
    return page


def _post(page: Page) -> None:
    page.locator("#who").select_option("Ben")
    for number, (photo, words) in enumerate(FINDS.items(), start=1):
        found = page.locator("#channel-found")
        found.locator("textarea").fill(words)
        found.locator(".files").set_input_files(SAMPLES / f"{photo}.jpg")
        found.locator("[type=submit]").click()
        expect(found.locator(".post:has(.answer)")).to_have_count(number)
    _lose(page, "teddy bear", "", "teddy-bench.jpg")
    _lose(page, "blue backpack, a bit dirty", "library")


def _lose(page: Page, words: str, place: str, photo: str = "") -> None:
    lost = page.locator("#channel-lost")
    before = lost.locator(".answer.is-match").count()
    lost.locator("textarea").fill(words)
    lost.locator("[name=place]").fill(place)
    if photo:
        lost.locator(".files").set_input_files(SAMPLES / photo)
    lost.locator("[type=submit]").click()
    expect(lost.locator(".answer.is-match")).to_have_count(before + 1)


def _pictures_of_page(browser: Browser, page: Page, url: str) -> None:
    page.evaluate("document.querySelectorAll('.posts').forEach(each => { each.scrollTop = 0 }); scrollTo(0, 0)")
    page.evaluate("document.querySelector('#toasts').remove()")
    _take(page, "thread.png", _SHOWN)
    page.emulate_media(color_scheme="dark")
    _take(page, "thread-dark.png", _SHOWN)
    phone = _visited(browser, url, _PHONE)
    phone.locator("#who").select_option("Ben")
    phone.get_by_role("button", name="# lost").click()
    phone.locator("#channel-lost .post").first.scroll_into_view_if_needed()
    _take(phone, "thread-phone.png")


def _take(page: Page, name: str, size: tuple[int, int] | None = None) -> None:
    with Image.open(io.BytesIO(page.screenshot())) as taken:
        picture = taken.resize(size, Image.Resampling.LANCZOS) if size else taken
        picture.convert("RGB").quantize(256).save(IMAGES / name, optimize=True)


def _pictures_of_board(browser: Browser, page: Page) -> None:
    page.locator("#who").select_option("Robin")
    page.locator("#menu > summary").click()
    page.get_by_role("button", name="Moderators' board").click()
    link = page.get_by_role("link", name="Open the board").get_attribute("href")
    board = browser.new_page(viewport={"width": _BOARD["width"], "height": _BOARD["height"]})
    board.goto(str(link))
    board.get_by_role("button", name="Sign in").click()
    expect(board.get_by_role("heading", name="Reports")).to_be_visible()
    _take(board, "board.png")
    board.get_by_role("link", name="Matches").click()
    board.get_by_role("link", name="↔").last.click()
    _take(board, "board-match.png")


if __name__ == "__main__":
    main(sys.argv[1])
