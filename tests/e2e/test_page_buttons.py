"""What people do by buttons on the local page, in a real browser: page, bot, worker and database as they are."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from reunite import forgetting
from reunite.language import sentence
from tests.support.board import BOARD
from tests.support.page_browser import Channel, Pages, PageUser, Site, picture_file

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ANSWER = "a blue thread sewn into the lining"


@pytest_asyncio.fixture(loop_scope="session")
async def site(pages: Pages, database_url: str, redis_url: str, unused_tcp_port: int) -> AsyncIterator[Site]:
    site = Site(pages, database_url, redis_url, unused_tcp_port)
    async with site.working(), site.serving():
        yield site


async def met(site: Site) -> tuple[PageUser, PageUser]:
    """Let Ben's found report and Ada's lost report meet."""
    ben, ada = await site.visit("Ben"), await site.visit("Ada")
    await ben.found.post("an umbrella", "red")
    await ben.found.wait_for_message("I'll keep watching")
    await ada.lost.post("my red umbrella")
    await expect(ada.lost.cards).to_be_visible()
    return ben, ada


def window(visitor: PageUser) -> Locator:
    return visitor.page.get_by_role("dialog")


def log(visitor: PageUser) -> Channel:
    return Channel(visitor.page, "moderators")


async def fill_in(visitor: PageUser, words: str) -> None:
    await window(visitor).get_by_role("textbox").fill(words)
    await window(visitor).get_by_role("button", name="Send").click()


async def press(inside: Locator, words: str) -> None:
    await inside.get_by_role("button", name=words).last.click()


async def test_a_claim_is_shown_to_the_finder_alone_who_agrees(site: Site) -> None:
    ben, ada = await met(site)
    await press(ada.lost.cards, "This is mine")
    await expect(window(ada)).to_contain_text(sentence("form_claim_hint"))
    await fill_in(ada, ANSWER)
    note = ada.page.locator(".note")
    await expect(note).to_contain_text(sentence("note_claim_sent"))
    await ada.be("Chiyo")
    await expect(note).to_have_count(0)
    await ada.found.wait_for_message("says this is theirs")
    await expect(ada.found.column.get_by_role("button", name="See their answer")).to_have_count(0)
    await ada.be("Ada")

    await press(ben.found.column, "See their answer")
    await expect(ben.page.locator(".note q")).to_have_text(ANSWER)
    await press(ben.page.locator(".note"), "It matches")
    await expect(ben.page.locator(".note")).to_contain_text(sentence("note_claim_accepted_named", owner="@Ada"))
    await ada.lost.wait_for_message("Ben agrees it's yours")
    await expect(ada.page.locator("body")).not_to_contain_text(ANSWER)
    await ben.page.get_by_role("button", name="Close this note").click()
    await expect(ben.page.locator(".note")).to_have_count(0)


async def test_once_it_is_returned_only_undo_is_left_to_press(site: Site) -> None:
    ben, ada = await met(site)
    await press(ada.lost.cards, "This is mine")
    await fill_in(ada, ANSWER)
    await press(ben.found.column, "See their answer")
    await press(ben.page.locator(".note"), "It matches")
    got_back = ada.lost.column.get_by_role("button", name="Got it back").last
    await got_back.click()
    await ben.found.wait_for_message(sentence("is_that_right"))
    await press(ben.found.column, "Handed over")
    for side in (ada.lost, ben.found):
        undo = side.posts.locator(".answer > .body > .buttons button")
        await expect(undo).to_have_text([sentence("button_undo")])
        await expect(side.posts).not_to_contain_text(sentence("is_that_right"))
    await press(ben.found.column, "Undo")
    await expect(got_back).to_be_visible()
    await expect(ben.found.posts).to_contain_text(sentence("is_that_right"))
    await expect(ben.found.column.get_by_role("button", name="Undo")).to_have_count(0)


async def test_on_a_phone_a_claim_is_news_to_the_finder_but_not_to_the_claimant(site: Site) -> None:
    ben, ada = await site.visit("Ben", width=390), await site.visit("Ada", width=390)
    await ben.found.post("an umbrella", "red")
    await ben.found.wait_for_message("I'll keep watching")
    for phone in (ben, ada):
        await phone.page.locator(".tabs [data-channel=lost]").click()
    await ada.lost.post("my red umbrella")
    await press(ada.lost.cards, "This is mine")
    await fill_in(ada, ANSWER)
    await expect(ben.page.locator(".toast", has_text="says this is theirs")).to_be_visible()
    await expect(ada.found.column.locator(".answer.is-claim")).to_have_count(1)
    assert await ada.page.locator(".toast").count() == 0  # it would come with the message, as of the match before


async def test_a_chosen_search_photo_can_be_removed_again(site: Site) -> None:
    ada = await site.visit("Ada")
    chosen = ada.page.locator("#look [type=file]")
    await chosen.set_input_files(picture_file("red"))
    await press(ada.page.locator("#look"), "Remove red.jpg")
    assert await chosen.evaluate("it => it.files.length") == 0
    await expect(ada.page.locator(".look-photo")).to_be_hidden()
    await expect(ada.page.locator("#look .add-photo")).to_be_focused()
    await press(ada.page.locator("#look"), "Search")
    await expect(ada.page.locator("#look .error")).to_have_text(sentence("empty_report"))


async def test_a_window_is_left_by_keyboard_and_keeps_what_could_not_be_sent(site: Site) -> None:
    ben, ada = await met(site)
    mine = ada.lost.cards.get_by_role("button", name="This is mine")
    await mine.focus()
    await ada.page.keyboard.press("Enter")
    await expect(window(ada).get_by_role("textbox")).to_be_focused()
    await ada.page.keyboard.press("Escape")
    await expect(window(ada)).to_have_count(0)
    await expect(mine).to_be_focused()
    await ada.page.keyboard.press("Enter")
    await ben.be("Robin")
    await press(ben.lost.cards, "It's back")  # so that the card is drawn again
    await ada.lost.wait_for_message("Returned, confirmed by @Robin")
    await ada.page.keyboard.press("Escape")
    await expect(mine).to_have_count(0)  # what is back can't be claimed
    await expect(ada.lost.cards).to_be_focused()
    await press(ben.lost.cards, "It's back")
    await mine.click()
    await fill_in(ada, "   ")
    await expect(window(ada).get_by_role("alert")).to_have_text(sentence("claim_empty"))
    await expect(window(ada).get_by_role("textbox")).to_have_value("   ")


async def test_not_mine_is_noted_and_can_be_taken_back(site: Site) -> None:
    _, ada = await met(site)
    await press(ada.lost.cards, "Not mine")
    await expect(ada.lost.cards.locator(".note")).to_contain_text(sentence("note_declined"))
    await press(ada.lost.cards.locator(".note"), "This is mine")
    await fill_in(ada, ANSWER)
    await expect(ada.lost.cards.locator(".note")).to_contain_text(sentence("note_claim_sent"))


async def test_a_photo_added_later_is_compared_too(site: Site) -> None:
    ben, ada = await site.visit("Ben"), await site.visit("Ada")
    await ada.lost.post("something that I can't describe")
    await ada.lost.wait_for_message("I'll keep watching")
    await press(ada.lost.column.locator(".is-nothing"), "Add a photo")
    await window(ada).locator("input").set_input_files(picture_file("red"))
    await press(window(ada), "Send")
    await expect(ada.lost.column.locator(".note")).to_contain_text(sentence("note_looking_again"))
    await expect(ada.lost.posts.locator(".photos img")).to_have_attribute("src", re.compile("^/photos/"))
    await ben.found.post("", "red")
    await expect(ada.lost.cards).to_contain_text("looks alike ✓")  # as only two photos do


async def test_my_reports_are_mine_and_one_is_taken_back_everywhere(site: Site) -> None:
    ben, ada = await met(site)
    await ada.page.get_by_text("Menu").click()
    await ada.page.get_by_role("button", name="My reports").click()
    await expect(window(ada).locator("q")).to_have_text("my red umbrella")
    ada.page.once("dialog", lambda question: question.accept())
    await press(window(ada), "Withdraw")
    await expect(window(ada)).to_contain_text(sentence("note_withdrawn"))
    await press(window(ada), "Close")
    for reader in (ada, ben):
        await expect(reader.lost.posts).to_have_count(0)
        await expect(reader.found.cards).to_have_count(0)
        await expect(reader.page.locator("body")).not_to_contain_text("my red umbrella")
    await ben.page.evaluate("window.confirm = () => true")
    delete = ben.found.posts.get_by_role("button", name="Delete this post")
    await delete.press("Enter")
    await expect(ben.found.posts).to_have_count(0)
    await expect(ben.found.column.get_by_role("list", name="Posts in found")).to_be_focused()


async def test_changed_words_stand_wherever_the_old_ones_stood(site: Site) -> None:
    ben, ada = await met(site)
    await expect(ben.found.cards.locator("q")).to_have_text("my red umbrella")
    await ada.lost.posts.get_by_role("button", name="Edit your text").click()
    await fill_in(ada, "my red umbrella with a duck's head")
    await expect(ada.lost.posts.locator(".words")).to_have_text("my red umbrella with a duck's head")
    await expect(ben.found.cards.locator("q")).to_have_text("my red umbrella with a duck's head")


async def test_a_sealed_report_stays_with_the_moderators_until_one_releases_it(site: Site) -> None:
    ben, robin, ada = [await site.visit(name) for name in ("Ben", "Robin", "Ada")]
    await ben.found.column.get_by_label("Keep the details sealed").check()
    await ben.found.column.get_by_label("What is it?").select_option("A card or a wallet")
    await ben.found.column.get_by_label("Where, roughly?").fill("the gym")
    await ben.found.post("in the name of Ada Ling", "red")
    await expect(ada.found.posts).to_contain_text("Someone found: a card or a wallet · the gym")
    for reader, photos in ((ada, 0), (ben, 1), (robin, 1)):
        await expect(reader.found.posts.locator("img")).to_have_count(photos)
        await expect(reader.found.posts.get_by_text("Ada Ling")).to_have_count(photos)

    await ada.lost.post("my red card")
    await expect(log(robin).posts).to_contain_text(sentence("log_sealed"))
    await expect(log(robin).column.locator(".hint")).to_be_hidden()
    await expect(ada.lost.cards).to_have_count(0)
    await expect(log(ada).column).to_be_hidden()
    await press(log(robin).posts, "Release")
    await expect(ada.lost.cards).to_be_visible()
    await expect(ada.lost.cards.locator("img")).to_have_count(0)
    await expect(ada.page.locator("body")).not_to_contain_text("Ada Ling")


async def test_a_private_report_is_seen_by_its_author_and_the_moderators_alone(site: Site) -> None:
    ben, robin, ada = [await site.visit(name) for name in ("Ben", "Robin", "Ada")]
    await ada.lost.column.get_by_label("Only me and the moderators").check()
    await ada.lost.post("my red diary")
    for reader, seen in ((ada, 1), (robin, 1), (ben, 0)):
        await expect(reader.lost.posts).to_have_count(seen)
    await ben.found.post("a notebook", "red")
    await expect(ada.lost.cards).to_be_visible()
    await expect(log(robin).posts).to_contain_text("my red diary")
    await expect(ben.page.locator("body")).not_to_contain_text("diary")


async def test_who_acts_may_have_all_that_is_known_of_them_sent_and_deleted(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ada = await met(site)
    await ada.page.get_by_text("Menu").click()
    async with ada.page.expect_download() as download:
        await ada.page.get_by_role("link", name="Download a copy").click()
    await (await download.value).save_as(tmp_path / "known.json")
    known = json.loads((tmp_path / "known.json").read_text())
    assert [report["text"] for report in known["reports"]] == ["my red umbrella"]

    await ada.page.get_by_text("Menu").click()
    await expect(ada.page.get_by_role("button", name="Numbers")).to_be_hidden()
    await ada.page.get_by_role("button", name="Your data").click()
    ada.page.once("dialog", lambda question: question.accept())
    monkeypatch.setattr(forgetting, "_MAX_AWAITED", 0)
    await press(window(ada), "Delete all my data")
    await expect(window(ada)).to_contain_text(sentence("note_nothing_left"))
    await expect(ada.lost.posts).to_have_count(0)


async def test_moderators_see_the_numbers(site: Site) -> None:
    _, ada = await met(site)
    await ada.be("Robin")
    await ada.page.get_by_text("Menu").click()
    await ada.page.get_by_role("button", name="Numbers").click()
    await expect(window(ada)).to_contain_text("1 thing is missing")


@pytest.mark.parametrize("width", [360, 900])
async def test_a_moderator_with_little_room_has_a_tab_for_each_channel(site: Site, width: int) -> None:
    robin = await site.visit("Robin", width=width)
    await robin.page.get_by_role("button", name="# moderators").click()
    await expect(log(robin).column).to_contain_text("Nothing is waiting for you.")
    await expect(robin.found.column).to_be_hidden()
    assert await robin.page.evaluate("document.documentElement.scrollWidth") == width
    await robin.be("Ada")
    await expect(log(robin).column).to_be_hidden()
    await expect(robin.found.column).to_be_visible()


async def test_a_moderator_finds_the_way_to_the_board(site: Site) -> None:
    robin = await site.visit("Robin")
    await robin.page.get_by_text("Menu", exact=True).click()
    await robin.page.get_by_role("button", name="Moderators' board").click()
    link = window(robin).get_by_role("link", name="Open the board")
    await expect(link).to_have_attribute("href", re.compile(rf"{BOARD}/sign-in\?link="))
