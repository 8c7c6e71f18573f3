"""The page on a phone, by keyboard, in another language, and checked for accessibility."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from reunite.language import command, sentence, words_in
from tests.support.page_browser import Pages, PageUser, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GERMAN = words_in("de").page


@pytest_asyncio.fixture(loop_scope="session")
async def site(pages: Pages, database_url: str, redis_url: str, unused_tcp_port: int) -> AsyncIterator[Site]:
    site = Site(pages, database_url, redis_url, unused_tcp_port)
    async with site.working(), site.serving():
        yield site


async def faults(page: Page) -> list[str]:
    """Return what axe finds wrong, each with the element it's about."""
    await page.wait_for_function("document.getAnimations().every((each) => each.playState === 'finished')")
    results = await Axe().run(page)
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


async def test_on_a_phone_the_answer_comes_into_view(site: Site) -> None:
    phone = await site.visit("Ada", width=390)
    await phone.found.post("umbrella", "red")
    await phone.found.wait_for_message("I'll keep watching")
    await phone.page.get_by_role("button", name="# lost").click()
    for words in ("a green scarf", "a blue cup", "red umbrella"):
        await phone.lost.post(words)
        answer = phone.lost.posts.first.locator(".answer").first
        await expect(answer).to_be_in_viewport()
    await expect(phone.lost.posts.first).to_contain_text("red umbrella")
    await phone.page.emulate_media(forced_colors="active")
    underlines = "all => all.map((each) => getComputedStyle(each).borderBottomColor)"
    assert len(set(await phone.page.locator(".tabs button:visible").evaluate_all(underlines))) == 2


async def test_on_a_phone_no_news_covers_the_answer_to_a_sealed_post_or_a_press(site: Site) -> None:
    phone = await site.visit("Ada", width=390)
    await phone.page.set_viewport_size({"width": 390, "height": 480})
    for words in ("red umbrella", "green scarf"):
        await phone.found.post(words, "red")
        await phone.found.wait_for_message("I'll keep watching")
    await phone.found.column.get_by_label("Keep the details sealed").check()
    await phone.found.column.get_by_label("What is it?").select_option("A card or a wallet")
    await phone.found.post("in the name of Ben", "red")
    answer = phone.found.posts.locator(".answer", has_text=sentence("sealed_kept"))
    await expect(answer).to_be_in_viewport()
    await expect(phone.page.locator(".toast")).to_have_count(0)
    await phone.page.get_by_role("button", name="# lost").click()
    await phone.lost.post("something blue")
    await expect(phone.page.get_by_role("button", name="Found item 1", exact=True)).to_have_text("1")
    await phone.page.get_by_role("button", name=sentence("button_none_of_these")).click()
    await expect(phone.lost.posts.get_by_text(sentence("nothing_closer"))).to_be_in_viewport()
    await expect(phone.page.locator(".toast")).to_have_count(0)


async def test_the_page_and_its_replies_speak_the_chosen_language(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.page.get_by_label("Language").select_option("de")
    await expect(ada.page.locator("html")).to_have_attribute("lang", "de")
    await expect(ada.lost.column).to_contain_text(GERMAN["lost_label"])
    await ada.lost.post("roter Schirm")
    await expect(ada.lost.column.locator(".answer")).to_contain_text(sentence("button_withdraw", "de"))
    await ada.lost.text.fill("/" + command("mine", "de").name)
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_role("dialog")).to_contain_text(GERMAN["my_open_reports"])
    ben = await site.visit("Ben")
    await expect(ben.page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("language", ["ja", "pl", "zh"])
async def test_on_a_phone_no_control_breaks_into_lines(site: Site, language: str) -> None:
    phone = await site.visit("Robin", width=375)
    await phone.page.get_by_label("Language").select_option(language)
    await expect(phone.page.locator("html")).to_have_attribute("lang", language)
    controls = phone.page.locator("#menu summary, #look input:visible, #look button:visible, #who, .tabs button")
    boxes = await controls.evaluate_all("all => all.map((each) => each.getBoundingClientRect().toJSON())")
    assert max(box["height"] for box in boxes) < 60
    assert len({box["y"] + box["height"] / 2 for box in boxes}) == 4  # menu, people, search, tabs
    assert await phone.page.locator("#who").evaluate("it => it.clientWidth") > 100
    await phone.page.set_viewport_size({"width": 320, "height": 600})
    assert await phone.page.locator("#who").evaluate("it => it.clientWidth") > 80


async def test_only_the_reasons_on_a_card_are_in_small_print(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.be("Ben")
    await ada.found.post("umbrella by the door", "red")
    await ada.be("Ada")
    await ada.lost.post("my red umbrella")
    await expect(ada.lost.cards).to_be_visible()
    lines = ada.lost.cards.locator(".lines p")
    sizes = "all => all.map((each) => parseFloat(getComputedStyle(each).fontSize))"
    *words, why = await lines.evaluate_all(sizes)
    assert why < min(words) == max(words)
    await ada.lost.cards.get_by_role("button", name="This is mine").click()
    await ada.page.get_by_role("dialog").get_by_role("textbox").fill("a scratch")
    await ada.page.set_viewport_size({"width": 390, "height": 200})  # the answer is below its buttons
    await ada.page.get_by_role("button", name="Send").click()
    await expect(ada.lost.cards.locator(".note .lines")).to_be_in_viewport()
    await expect(lines.filter(has_text="The finder is checking your answer")).to_be_visible()
    assert set(await lines.evaluate_all(sizes)) == set(words)


async def test_slash_words_do_what_they_say(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.found.post("/lost red umbrella")
    await expect(ada.lost.posts.locator(".words")).to_have_text("red umbrella")
    await ada.lost.post("/found a cup")
    await expect(ada.found.posts.locator(".words")).to_have_text("a cup")
    await ada.found.text.fill("/lost")
    await ada.found.text.press("Enter")
    await expect(ada.lost.text).to_be_focused()
    await expect(ada.found.text).to_have_value("")
    await ada.lost.text.fill("/sealed keys")
    await ada.lost.text.press("Enter")
    await expect(ada.found.text).to_have_value("keys")
    await expect(ada.found.column.get_by_label("What is it?")).to_be_visible()
    await ada.lost.text.fill("/settings")
    await ada.lost.text.press("Enter")
    await expect(ada.lost.column.locator(".composer .error")).to_contain_text("I don't know /settings here")
    await ada.lost.text.fill("/search a yellow cup")
    await ada.lost.text.press("Enter")
    await expect(ada.page.get_by_role("dialog")).to_contain_text("Only you see this")
    await ada.page.keyboard.press("Escape")
    await ada.lost.text.fill("/mine")
    await ada.lost.text.press("Enter")
    await expect(ada.page.get_by_role("dialog")).to_contain_text("red umbrella")


async def test_a_lost_report_in_the_future_is_refused_and_dates_carry_their_day(site: Site) -> None:
    ada = await site.visit("Ada")
    tomorrow, yesterday = (datetime.now() + timedelta(days=days) for days in (1, -1))  # noqa: DTZ005 - a form's time
    await ada.page.locator("#lost-at").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    await ada.lost.text.fill("a blue cup")
    await ada.lost.text.press("Enter")
    await expect(ada.lost.column.locator(".composer .error")).to_have_text(sentence("in_the_future"))
    await expect(ada.lost.text).to_have_value("a blue cup")
    await ada.page.locator("#lost-at").fill(f"{yesterday:%Y-%m-%dT%H:%M}")
    await ada.lost.text.press("Enter")
    await expect(ada.lost.posts).to_contain_text(f"When: {yesterday:%a}")
    await expect(ada.lost.posts.locator(".quiet")).to_contain_text(f"{yesterday.day}")


async def test_on_a_low_screen_only_the_newest_news_covers_the_page(site: Site) -> None:
    ada = await site.visit("Ada", width=640)
    toasts, words = ada.page.locator("#toasts"), "A possible owner of a thing was found. " * 20
    await toasts.evaluate(
        "(it, words) => it.innerHTML = `<div class=toast><span>${words}</span><button>Show</button></div>`.repeat(2)",
        words,
    )
    for height in (400, 800):
        await ada.page.set_viewport_size({"width": 640, "height": height})
        box = await toasts.bounding_box()
        assert box
        assert box["height"] < height / 3
    await ada.page.set_viewport_size({"width": 1280, "height": 800})
    edges = "it => [document.querySelector('main').getBoundingClientRect().bottom, it.getBoundingClientRect().top]"
    assert (edge := await toasts.evaluate(edges)) == sorted(edge), "it covers no button"
    await ada.page.set_viewport_size({"width": 390, "height": 800})
    await ada.page.locator(".skip").press("Tab")
    await expect(ada.page.locator("#menu summary")).to_be_focused()  # it's above the lists there
    await ada.page.locator(".tabs [data-channel=lost]").click()
    assert await ada.page.locator("html").evaluate("it => (it.style.fontSize = '200%', it.scrollWidth)") == 390


async def test_the_first_tab_leads_to_the_posts(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.page.reload()
    await expect(ada.page.get_by_label("You are")).to_be_visible()
    await ada.page.keyboard.press("Tab")
    await expect(ada.page.locator(".skip")).to_be_in_viewport()
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.locator("main")).to_be_focused()


async def _with_an_answer(ada: PageUser) -> None:
    await ada.found.post("umbrella by the door", "red")
    await ada.found.post("a cup", "blue")
    await ada.lost.post("my red umbrella")
    await expect(ada.lost.cards).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_axe_finds_nothing_on_any_state_of_the_page(site: Site, width: int, scheme: str) -> None:
    ada = await site.visit("Ada", width)
    await ada.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    assert await faults(ada.page) == []
    await _post_all(ada) if width < 760 else await _with_an_answer(ada)
    assert await faults(ada.page) == []
    await ada.lost.cards.get_by_role("button", name="This is mine").click()
    assert await faults(ada.page) == []
    await ada.page.keyboard.press("Escape")
    await ada.page.get_by_text("Menu", exact=True).click()
    assert await faults(ada.page) == []
    await ada.page.get_by_role("button", name="Your data").click()
    await expect(ada.page.get_by_role("dialog")).to_be_visible()
    assert await faults(ada.page) == []
    await ada.page.keyboard.press("Escape")
    await _search_and_fill_in_wrongly(ada)
    assert await faults(ada.page) == []
    await ada.be("Robin")
    assert await faults(ada.page) == []
    if width < 760:
        await ada.page.get_by_role("button", name="# lost").click()
    await ada.lost.cards.get_by_role("button", name="It's back").click()
    await ada.lost.wait_for_message("Returned, confirmed by @Robin")
    await ada.page.get_by_text("Menu", exact=True).click()
    await ada.page.get_by_role("button", name="Numbers").click()
    await expect(ada.page.get_by_role("dialog")).to_be_visible()
    assert await faults(ada.page) == []


async def _search_and_fill_in_wrongly(ada: PageUser) -> None:
    """Open all that a member can: what a search found, a sealed report's form, an error, a note."""
    await ada.lost.text.fill("/nonsense")
    await ada.lost.column.locator("[type=submit]").click()
    await expect(ada.lost.column.locator(".composer .error")).not_to_be_empty()
    await ada.lost.text.fill("/sealed my keys")
    await ada.lost.column.locator("[type=submit]").click()
    await expect(ada.found.column.get_by_label("What is it?")).to_be_visible()
    assert await faults(ada.page) == []
    await ada.page.locator("#look-words").fill("red umbrella")
    await ada.page.get_by_role("button", name="Search").click()
    await expect(ada.page.get_by_role("dialog").locator(".tile")).not_to_have_count(0)
    assert await faults(ada.page) == []
    await ada.page.keyboard.press("Escape")


async def _post_all(phone: PageUser) -> None:
    await phone.found.post("umbrella by the door", "red")
    await phone.page.get_by_role("button", name="# lost").click()
    await phone.lost.post("my red umbrella")
    await expect(phone.lost.cards).to_be_visible()


async def test_a_window_that_the_menu_opened_gives_the_focus_back_to_it(site: Site) -> None:
    ada = await site.visit("Ada")
    menu = ada.page.locator("#menu summary")
    for entry in ("my-reports", "help", "privacy"):
        await menu.press("Enter")
        await ada.page.locator(f"[data-entry={entry}]").press("Enter")
        await expect(ada.page.get_by_role("dialog")).to_be_visible()
        await ada.page.keyboard.press("Escape")
        await expect(menu).to_be_focused()
