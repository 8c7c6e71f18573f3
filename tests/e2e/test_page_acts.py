"""What people do while the page sends, scrolls or redraws: it neither loses it nor pulls them away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from reunite.language import words_in
from tests.support.page_browser import Pages, Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = words_in("en").page
LIMIT_BY_HAND = "AbortSignal.timeout = () => (window.limit = new AbortController()).signal"
NOTE_SENT_IDS = """() => {
  const { append } = FormData.prototype;
  window.sentIds = [];
  FormData.prototype.append = function (name, ...values) {
    if (name === "id") sentIds.push(values[0]);
    append.call(this, name, ...values);
  };
}"""
MANY_POSTS = """async () => {
  window.places = await import("/static/places.js");
  const later = setTimeout;
  window.setTimeout = (work, pause) => (pause === 5000 ? (window.end = work) : later(work, pause));
  window.channel = document.querySelector("#channel-lost");
  channel.style.overflowAnchor = "none"; // it would do the page's work
  const look = { className: "post", style: "flex: none; height: 300px" };
  const tall = (id) => Object.assign(document.createElement("li"), { id: `m-${id}`, ...look });
  channel.querySelector(".posts").append(...Array.from({ length: 20 }, (_, id) => tall(id)));
  window.grow = () => document.querySelector("#m-9").before(tall(99), tall(98), tall(97));
  places.keepInView(9, performance.now());
}"""
SETTLED = """() => {
  window.calm = places.isInView(9) ? (window.calm ?? 0) + 1 : 0; // frames
  return calm > 20;
}"""
SCROLLED_AWAY = """() => {
  window.calm = places.isInView(9) ? calm + 1 : 0;
  if (calm > 20) channel.scrollTop = 0; // without a wheel, as a find does
  return !places.isBesideKept(9);
}"""
AFTER_ACTS = """(acts) => acts.map(([type, fields]) => {
  const before = performance.now() - 1;
  places.keepInView(9, performance.now());
  const kinds = { focusin: FocusEvent, keydown: KeyboardEvent };
  const given = fields.from ? { relatedTarget: document.body } : fields;
  document.body.dispatchEvent(new (kinds[type] ?? UIEvent)(type, given));
  return [places.isBesideKept(9), places.keepInView(9, before)];
})"""
PRESSED_BY_SCRIPT = """async () => {
  const { element } = await import("/static/dom.js");
  let now = 1000;
  performance.now = () => now;
  const pressed = [];
  for (const className of ["press", "verdict", "remove"]) {
    now += 1000;
    for (const [age, detail] of [[1, 0], [0, 1], [399, 2], [399, 0], [401, 2], [401, 0]]) {
      const button = element("button", { className });
      button.addEventListener("click", () => pressed.push([className, age, detail]));
      document.body.append(button);
      now += age;
      button.dispatchEvent(new MouseEvent("click", { bubbles: true, detail }));
    }
  }
  const held = new KeyboardEvent("keydown", { key: "Enter", repeat: true, bubbles: true, cancelable: true });
  document.querySelector("body > .verdict").dispatchEvent(held);
  return [pressed, held.defaultPrevented];
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def site(pages: Pages, database_url: str, redis_url: str, unused_tcp_port: int) -> AsyncIterator[Site]:
    site = Site(pages, database_url, redis_url, unused_tcp_port)
    async with site.serving():
        yield site


async def test_a_form_takes_nothing_while_it_is_sent_and_keeps_all_if_the_connection_hangs(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.page.evaluate(LIMIT_BY_HAND)
    await ada.page.evaluate(NOTE_SENT_IDS)
    form, submit = ada.found.column.locator(".composer"), ada.found.column.locator("[type=submit]")
    error, sent = form.locator(".error"), asyncio.Event()

    async def hang(_: Route) -> None:
        sent.set()

    await ada.page.route("**/posts", hang)
    await ada.found.text.fill("a yellow cup")
    await ada.found.attach("red")
    await submit.click()
    await sent.wait()
    await expect(ada.found.text).not_to_be_editable()
    for name in ("Remove red.jpg", WORDS["add_photo"]):
        await expect(form.get_by_role("button", name=name)).to_be_disabled()
    await expect(form.get_by_label(WORDS["sealed_check"])).to_be_disabled()
    await ada.lost.text.fill("/sealed my keys")
    await ada.lost.text.press("Enter")
    await expect(error).to_have_text(WORDS["still_sending"])
    await expect(ada.lost.text).to_have_value("/sealed my keys")
    await ada.page.evaluate("limit.abort()")
    await expect(error).to_contain_text(WORDS["unreachable"])
    await expect(ada.found.text).to_have_value("a yellow cup")
    await ada.page.unroute("**/posts")
    await form.get_by_role("button", name="Remove red.jpg").click()  # if the first attempt did arrive, it has the photo
    await submit.click()
    await expect(ada.found.posts.locator(".words")).to_have_text("a yellow cup")
    await expect(ada.found.posts.locator(".photos > *")).to_have_count(0)
    assert await ada.page.evaluate("new Set(sentIds).size") == 2


async def test_a_message_is_kept_in_view_for_a_while_unless_the_person_does_anything(site: Site) -> None:
    ada = await site.visit("Ada")
    await ada.page.emulate_media(reduced_motion="reduce")
    await ada.page.evaluate(MANY_POSTS)
    await ada.page.wait_for_function(SETTLED)
    assert await ada.page.evaluate("() => { grow(); return places.isInView(9); }") is False
    await expect(ada.page.locator("#m-9")).to_be_in_viewport()
    await ada.page.wait_for_function(SCROLLED_AWAY)
    acts = ["click", "input", "keydown", "mousedown", "touchmove", "wheel"]
    done = [*([act, {}] for act in acts), ["focusin", {"from": True}]]
    assert await ada.page.evaluate(AFTER_ACTS, done) == [[False, False]] * len(done)
    no_acts = [["focusin", {}], ["click", {"detail": 2}], ["keydown", {"repeat": True}]]
    assert await ada.page.evaluate(AFTER_ACTS, no_acts) == [[True, True]] * len(no_acts)
    assert await ada.page.evaluate("() => { end(); return places.isBesideKept(9); }") is False


async def test_a_quick_second_press_counts_only_where_it_can_not_undo_the_first(site: Site) -> None:
    ada = await site.visit("Ada")
    pressed, is_held_ignored = await ada.page.evaluate(PRESSED_BY_SCRIPT)
    quick = [[1, 0], [0, 1], [401, 2], [401, 0]]  # the first is of a new button, and no second press
    assert [press[1:] for press in pressed if press[0] == "press"] == quick
    assert [press[1:] for press in pressed if press[0] == "verdict"] == quick
    assert len([press for press in pressed if press[0] == "remove"]) == 6
    assert is_held_ignored
