"""The main job on the local page, in a real browser: page, bot, worker and database as they are."""

import base64
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, Route, expect

from reunite.language import sentence, words_in
from tests.support.page_browser import Pages, Site, picture_file
from tests.support.pictures import drawing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def closed_site(pages: Pages, database_url: str, redis_url: str, unused_tcp_port: int) -> Site:
    """Neither served nor worked for."""
    return Site(pages, database_url, redis_url, unused_tcp_port)


@pytest_asyncio.fixture(loop_scope="session")
async def site(closed_site: Site) -> AsyncIterator[Site]:
    async with closed_site.working(), closed_site.serving():
        yield closed_site


async def test_a_found_report_and_a_lost_report_meet_live_and_a_moderator_closes_and_reopens_both(site: Site) -> None:
    ben, ada = await site.visit("Ben"), await site.visit("Ada")
    await ben.found.post("umbrella by the door", "red")
    await ada.found.wait_for_message("I'll keep watching")
    await expect(ada.found.posts.locator("img")).to_have_js_property("naturalWidth", 240)

    await ada.page.get_by_label("Where?").fill("library")
    await ada.lost.post("my red umbrella")
    card = ada.lost.cards
    await expect(card.locator(".label")).to_have_text("High confidence")
    await expect(card).to_contain_text("red ✓")
    await expect(card).to_contain_text(re.compile("Found (?:today|yesterday), "))  # midnight may pass
    await expect(card.locator("q")).to_have_text("umbrella by the door")
    tile = ada.lost.posts.locator(".tile img")
    await expect(tile).to_have_js_property("complete", value=True)
    await expect(tile).to_have_css("object-fit", "contain")  # what's at its edges shows too
    await expect(card.locator(".thumbnail")).to_have_count(0)  # the same photo
    await expect(ada.lost.posts).to_contain_text("Where: library")
    await expect(ben.found.cards).to_contain_text("Possible owner found.")

    await card.get_by_role("link", name="jump to the post").click()
    await expect(ada.found.posts).to_be_focused()

    await ada.be("Robin")
    await card.get_by_role("button", name="It's back").click()
    for reader in (ada, ben):
        for channel in (reader.found, reader.lost):
            await channel.wait_for_message("Returned, confirmed by @Robin")
            await expect(channel.posts.locator(".state")).to_have_text("Returned")
    await card.get_by_role("button", name="It's back").click()
    for channel in (ben.found, ben.lost):
        await channel.wait_for_message("so this is open again")
        await expect(channel.posts.locator(".state")).to_have_count(0)


async def test_the_author_answers_the_question_by_button_and_others_read_whose_it_is(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.be("Ben")
    for colour in ("red", "green", "blue"):
        await ada.found.post("an umbrella", colour)
    await expect(ada.found.column.locator(".answer.is-nothing")).to_have_count(3)
    await ada.be("Ada")
    await ada.lost.post("my umbrella")
    question = ada.lost.column.locator(".answer.is-question")
    await expect(question.get_by_role("button")).to_have_count(6)
    await ada.be("Ben")
    await question.get_by_role("button", name="green").click()
    await expect(question).to_contain_text(sentence("only_author"))
    await ada.be("Ada")
    await question.get_by_role("button", name="green").click()
    await expect(question).to_contain_text("Answer: green")
    await expect(question.get_by_role("button")).to_have_count(0)
    await ada.lost.wait_for_message("Thanks, that leaves")


async def test_a_post_shows_that_it_is_being_looked_for_until_the_answer_is_there(closed_site: Site) -> None:
    async with closed_site.serving():
        ada = await closed_site.visit("Ada")
        await expect(ada.page.locator("#encoder")).to_contain_text("Almost ready")
        await ada.found.post("a scarf", "red")
        await expect(ada.found.posts.locator(".looking")).to_contain_text("Looking…")
        await expect(ada.found.posts.locator("img")).to_have_attribute("alt", "Your photo, on its way")
        await ada.page.set_viewport_size({"width": 1280, "height": 200})
        await ada.page.locator("h1").click()  # someone who does other things isn't pulled to the answer
        async with closed_site.working():
            news = ada.page.locator(".toast", has_text="Nobody has reported it missing yet")
            assert not await news.evaluate("news => { news.firstChild.click(); return news.isConnected; }")
            await ada.found.wait_for_message("I'll keep watching")
            await expect(ada.found.posts.locator(".looking")).to_have_count(0)
            await expect(ada.found.posts.locator("img")).to_have_attribute("alt", "Photo of a scarf")
            await expect(ada.page.locator("#encoder")).to_contain_text("on this machine")


async def test_verdicts_are_for_moderators_who_refuse_with_one_press(site: Site) -> None:
    ada, sam = await site.visit("Ada"), await site.visit("Sam")
    await sam.page.set_viewport_size({"width": 1280, "height": 200})
    await sam.page.locator("#toasts").evaluate(
        "it => { window.most = 0; const ofMatch = (news) => /High confidence/.test(news.textContent);"
        " const count = () => { most = Math.max(most, [...it.children].filter(ofMatch).length); };"
        " new MutationObserver(count).observe(it, { childList: true }); }"
    )
    await ada.found.post("", "blue")
    await ada.lost.post("/lost a blue cup")
    await ada.lost.wait_for_message("could be yours")
    await sam.lost.wait_for_message("could be yours")
    await sam.found.wait_for_message("Possible owner")
    assert await sam.page.evaluate("most") == 1, "the match's card is in both threads"
    refuse = ada.lost.cards.get_by_role("button", name="Not a match")
    await expect(refuse).to_have_count(0)
    await ada.be("Robin")
    await expect(refuse).to_have_attribute("aria-pressed", "false")
    await refuse.click()
    await ada.lost.wait_for_message("that post isn't it")
    await expect(refuse).to_have_attribute("aria-pressed", "true")


async def test_a_photo_can_be_posted_by_keyboard_alone(site: Site) -> None:
    ada = await site.visit("Ada")
    keyboard = ada.page.keyboard
    await ada.page.get_by_label("You are").focus()
    await keyboard.press("Tab")
    await expect(ada.page.locator("summary")).to_be_focused()
    for _ in range(4):  # the search: words, photo, button, then the first form
        await keyboard.press("Tab")
    await expect(ada.found.text).to_be_focused()
    await keyboard.type("a scarf")
    async with ada.page.expect_file_chooser() as chooser:
        for key in ("Tab", "Tab", "Enter"):
            await keyboard.press(key)
    await (await chooser.value).set_files(picture_file("green"))
    await expect(ada.found.column.locator(".previews img")).to_have_count(1)
    for _ in range(3):
        await keyboard.press("Shift+Tab")
    await expect(ada.found.text).to_be_focused()
    await keyboard.press("Enter")
    await expect(ada.found.posts).to_contain_text("a scarf")
    await expect(ada.found.posts.locator("img")).to_have_count(1)
    post = ada.found.column.get_by_role("button", name="Post", exact=True)
    await post.press("Enter")
    await expect(ada.found.column.get_by_role("alert").filter(has_text="What is it?")).to_be_visible()
    await expect(post).to_be_focused()


async def test_photos_are_pasted_dropped_and_taken_out_again(site: Site) -> None:
    ada = await site.visit("Ada")
    give = """([selector, type, name, data]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
      const options = { bubbles: true, cancelable: true };
      const event = type === "paste" ? new ClipboardEvent(type, { ...options, clipboardData: transfer })
        : new DragEvent(type, { ...options, dataTransfer: transfer });
      document.querySelector(selector).dispatchEvent(event);
    }"""
    red, blue = (base64.b64encode(drawing(colour)).decode() for colour in ("red", "blue"))
    await ada.page.evaluate(give, ["#lost-text", "paste", "pasted.jpg", red])
    await ada.page.evaluate(give, ["#channel-lost", "drop", "dropped.jpg", blue])
    previews = ada.lost.column.locator(".previews img")
    await expect(previews).to_have_count(2)
    await ada.page.get_by_role("button", name="Remove pasted.jpg").click()
    await expect(previews).to_have_attribute("alt", "dropped.jpg")

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await ada.page.route("**/posts", lose_the_answer)
    await ada.lost.text.fill("my cup")
    await ada.lost.text.press("Enter")
    await expect(ada.lost.column.locator(".composer .error")).to_contain_text("can't be reached")
    await ada.page.unroute("**/posts")
    await ada.page.evaluate(give, ["#lost-text", "paste", "again.jpg", red])  # not what was posted without an answer
    await ada.lost.post("my cup")
    await expect(ada.lost.posts.first.locator(".photos img")).to_have_count(2)
    await expect(previews).to_have_count(0)


async def test_what_was_typed_stays_when_it_can_not_be_posted_and_a_second_try_posts_once(site: Site) -> None:
    ada = await site.visit("Ada")
    submit = ada.found.column.get_by_role("button", name="Post", exact=True)
    await submit.click()
    await expect(ada.found.column.locator(".composer .error")).to_have_text(sentence("empty_report"))

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await ada.page.route("**/posts", lose_the_answer)
    await ada.found.text.fill("a yellow cup")
    await submit.click()
    await expect(ada.found.column.locator(".composer .error")).to_contain_text("can't be reached")
    await expect(ada.found.column.locator(".composer .error")).to_contain_text("Your text is still here.")
    await expect(ada.found.text).to_have_value("a yellow cup")
    await ada.page.unroute("**/posts")
    await submit.click()
    await expect(ada.found.text).to_have_value("")
    await ada.found.wait_for_message("I'll keep watching")
    await expect(ada.found.posts).to_have_count(1)


async def test_a_file_that_is_no_photo_is_explained(site: Site) -> None:
    ada = await site.visit("Ada")
    file: FilePayload = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"no photo at all"}
    await ada.found.column.locator(".files").set_input_files(file)
    await ada.found.post("a red scarf")
    await ada.found.wait_for_message(sentence("photo_not_an_image", name="notes.jpg"))
    await ada.found.wait_for_message("I'll keep watching")
    await expect(ada.found.posts).to_contain_text("notes.jpg couldn't be used")


async def test_members_words_are_only_words(site: Site) -> None:
    ada = await site.visit("Ada")
    words = "<img src=x onerror=\"document.title='broken'\"> *red* <b>umbrella</b>"
    await ada.found.post(words, "red")
    await ada.lost.post("red " + words)
    await expect(ada.lost.cards.locator("q")).to_have_text(words)
    await expect(ada.found.posts.locator(".words")).to_have_text(words)
    assert await ada.page.title() == "Reunite: lost and found"


async def test_sample_pictures_and_a_fitting_report_are_one_click_each(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.page.get_by_role("button", name="Try it with sample pictures").click()
    await expect(ada.found.column.get_by_role("list", name="Posts in found")).to_be_focused()
    await expect(ada.found.posts).to_have_count(6)
    await ada.page.get_by_role("button", name="red umbrella").click()
    await expect(ada.lost.text).to_have_value("red umbrella")
    await ada.page.keyboard.press("Enter")
    await expect(ada.lost.posts).to_contain_text("red umbrella")


async def test_a_phone_shows_one_channel_at_a_time_without_scrolling_sideways(site: Site) -> None:
    phone = await site.visit("Ada", width=360)
    await phone.found.post("an umbrella with a very-long-label-" + "x" * 60, "red")
    await phone.page.get_by_role("button", name="# lost").click()
    await phone.lost.post("red umbrella")
    await expect(phone.lost.cards).to_be_visible()
    await expect(phone.found.column).to_be_hidden()
    for choice in ("#language", "#who"):  # what is chosen isn't cut
        widths = "it => [it.offsetWidth, (it.style.flex = 'none', it.offsetWidth)]"
        shown, whole = await phone.page.locator(choice).evaluate(widths)
        assert shown == whole, choice
    width = "document.documentElement.scrollWidth"
    assert await phone.page.evaluate(width) == 360
    await phone.page.get_by_role("button", name="# found").click()
    await expect(phone.found.cards).to_be_visible()
    assert await phone.page.evaluate(width) == 360


async def test_a_page_that_lost_its_connection_comes_back_and_catches_up(closed_site: Site) -> None:
    async with closed_site.serving():
        ada = await closed_site.visit("Ada")
        await ada.found.post("before", "red")
        await expect(ada.found.posts).to_have_count(1)
    await expect(ada.page.locator("#connection")).to_contain_text("Connection lost")
    await ada.page.locator("#menu summary").click()
    await ada.page.get_by_role("button", name="Your data").click()
    dialog = ada.page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_have_text(words_in("en").page["unreachable"])  # no text is at stake
    await dialog.get_by_role("button", name="Close").click()
    async with closed_site.serving():
        await expect(ada.page.locator("#connection")).to_be_empty()
        ben = await closed_site.visit("Ben")
        await ben.found.post("after", "blue")
        await expect(ada.found.posts).to_have_count(2)
