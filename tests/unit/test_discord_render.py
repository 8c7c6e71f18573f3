"""Replies in Discord's form: each kind's JSON, and that no words of members can break it.

WRITE_SNAPSHOTS=1 rewrites the files.
"""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.button_ids import parse_answer_id, parse_press_id
from bot.discord.config import DiscordConfig
from bot.discord.forms import form_modal
from bot.discord.markup import escape
from bot.discord.permissions import NEEDED
from bot.discord.render import marker, nonce, render, render_private, thread_name
from reunite.entities import Member, ReplyTarget, ReportKind
from reunite.language import LANGUAGES, sentence
from reunite.messages import galleries, handovers, reminders, wording
from reunite.messages.forms import form_of, report_form
from reunite.messages.handovers import Claimed
from reunite.messages.reply import Jump, Person, Plain, Quoted, Reply, Strong, Tile
from reunite.ports import Outgoing
from tests.doubles.discord_checks import check_message, check_modal
from tests.support.sample_replies import MONDAY, Samples

SNAPSHOTS = Path(__file__).parent / "snapshots"
POST = ReplyTarget("discord", "100", "200", "300")
MODERATOR = Person("discord", Member("33", "Mo"))
SAMPLES = Samples(POST, Member("22", "Bob"), Member("11", "Ann"), MODERATOR, "*bold* @everyone <@11>")
REPLIES, PRIVATE = SAMPLES.public(), SAMPLES.private()


def agreed(name: str, looks: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON that was agreed on."""
    file = SNAPSHOTS / f"discord_{name}.json"
    if os.environ.get("WRITE_SNAPSHOTS"):
        file.write_text(json.dumps(looks, ensure_ascii=False, indent=2) + "\n", "utf-8")
    agreed: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return agreed


@pytest.mark.parametrize("name", REPLIES)
async def test_a_reply_looks_as_it_was_agreed(name: str) -> None:
    reply = REPLIES[name]
    picture = b"jpeg" if reply.picture or reply.gallery else None
    shown = render(Outgoing("a key", POST, reply, picture), "en")
    looks = {
        "content": shown.content,
        "embeds": [shown.embed.to_dict()],
        "components": shown.view().to_components(),
        "allowed_mentions": shown.mentions.to_dict(),
    }
    check_message(looks, ["photo.jpg"] if picture else [])
    assert looks == agreed(name, looks)


@pytest.mark.parametrize("name", PRIVATE)
async def test_what_one_person_is_shown_looks_as_it_was_agreed(name: str) -> None:
    shown = render_private(PRIVATE[name])
    looks = {"embeds": [shown.embed.to_dict()], "components": shown.view().to_components()}
    check_message(looks, [])
    assert dict(shown.mentions.to_dict()) == {"parse": []}
    assert looks == agreed(name, looks)


PINGING = {
    **{name: REPLIES[name] for name in ("may_be_yours", "claimed", "conversation")},
    "likelier": wording.likelier(SAMPLES.match, SAMPLES.lost, SAMPLES.found),
    "ends_soon": reminders.ends_soon(SAMPLES.lost),
    "claim_waits": reminders.claim_waits(Claimed(SAMPLES.claim, SAMPLES.match, SAMPLES.lost, SAMPLES.found)),
    "is_it_back": reminders.is_it_back(SAMPLES.match, SAMPLES.lost, members_can_return=True),
    "claim_gone": handovers.claim_gone(Claimed(SAMPLES.claim, SAMPLES.match, SAMPLES.lost, SAMPLES.found)),
}


@pytest.mark.parametrize("name", PINGING)
def test_a_notification_says_what_it_is_about(name: str) -> None:
    """Outside an embed, a message's words are all that a notification shows."""
    shown = render(Outgoing("a key", POST, PINGING[name]), "en")
    assert shown.content
    said = re.sub(r"<@\d+>", "", shown.content)
    assert len(said.split()) >= 3
    assert said.strip() not in (shown.embed.description or "")
    assert shown.embed.description


def test_a_person_in_the_first_line_is_mentioned_once() -> None:
    content = render(Outgoing("a key", POST, REPLIES["conversation"]), "en").content or ""
    assert re.findall(r"<@\d+>", content) == ["<@22>", "<@11>"]


def test_a_reply_of_one_line_keeps_it_with_its_key() -> None:
    pinging = Reply("claim", ((Person("discord", Member("22", "Bob"), notify=True),), (Plain("Did it fit?"),)))
    shown = render(Outgoing("a key", POST, pinging), "en")
    assert (shown.content, shown.embed.description, shown.embed.url) == ("<@22>", "Did it fit?", marker("a key"))


@pytest.mark.parametrize(("name", "part"), [("gallery", "image"), ("may_be_yours", "thumbnail"), ("looking", "image")])
def test_a_picture_is_described_in_the_language_of_its_place(name: str, part: str) -> None:
    key = {"gallery": "gallery", "may_be_yours": "match", "looking": "post"}[name]
    picture = render(Outgoing("a key", POST, REPLIES[name], b"jpeg"), "de").embed.to_dict().get(part)
    assert picture == {"url": "attachment://photo.jpg", "description": sentence(f"picture_of_{key}", "de")}


FORMS = {
    **{which: report_form(which) for which in ("lost", "found", "sealed")},
    **{action: form_of(action) for action in ("mine", "proof_question", "add_detail", "add_photo")},
}


@pytest.mark.parametrize("name", FORMS)
async def test_a_modal_looks_as_it_was_agreed(name: str) -> None:
    form = FORMS[name]
    assert form is not None
    looks = form_modal(form, "an id").to_dict()
    check_modal(looks)
    assert looks == agreed(f"modal_{name}", looks)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_modals_fit_in_every_language(language: str) -> None:
    for which in ("lost", "found", "sealed"):
        check_modal(form_modal(report_form(which, language), "an id").to_dict())
    for action in ("mine", "proof_question", "add_detail", "add_photo"):
        form = form_of(action, language)
        assert form is not None
        check_modal(form_modal(form, "an id").to_dict())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_permission_that_may_be_missing_has_a_name(language: str) -> None:
    assert all(sentence(f"permission_{name}", language) for name, needed in NEEDED if needed)


def test_a_buttons_id_says_what_it_does_and_about_what() -> None:
    assert parse_press_id(mine := f"mine:{UUID(int=5)}") == (mine, "mine", UUID(int=5), None)
    assert parse_answer_id(answer := f"answer:{UUID(int=5)}:0@12") == (answer, UUID(int=5), "0", 12)
    assert parse_press_id(asked := f"proof_question:{UUID(int=5)}@12") == (asked, "proof_question", UUID(int=5), 12)
    assert parse_press_id(f"explode:{UUID(int=5)}") is None
    assert parse_press_id("mine:5") is None
    assert parse_answer_id(f"mine:{UUID(int=5)}") is None


def test_a_link_to_another_platform_is_only_its_words() -> None:
    jump = Jump(UUID(int=1), "jump to the post", ReplyTarget("slack", "T1", "C1", "1.2"))
    assert description(Reply("nothing", ((Plain("About "), jump, Plain(".")),))) == "About jump to the post."
    assert description(Reply("nothing", ((Plain("Lost, 3 May · "), jump),))) == "Lost, 3 May"


@pytest.mark.parametrize(
    ("words", "escaped"),
    [
        ("**bold** _it_ ~~no~~ `code` ||hush||", r"\*\*bold\*\* \_it\_ \~\~no\~\~ \`code\` \|\|hush\|\|"),
        ("[free](https://evil.example)", r"\[free\]\(https\://evil.example\)"),
        ("1. first\n- second\n# third\n> fourth", "1\\. first\n\\- second\n\\# third\n\\> fourth"),
        ("at 10:30, 2.50 €", r"at 10\:30, 2.50 €"),
        ("colour: red :smile: <t:1:X>", r"colour: red \:smile: \<t\:1\:X\>"),
        ("lost *today* <t:1795971600:f>", r"lost \*today\* <t:1795971600:f>"),
        ("@everyone @here", "@\u200beveryone @\u200bhere"),
    ],
)
def test_a_members_words_cant_format_link_or_ping(words: str, escaped: str) -> None:
    assert escape(words) == escaped


def test_bold_words_cant_format_or_link_either() -> None:
    greeting = Reply("nothing", ((Strong(" The *Lost* Club "), Plain("!")),))
    assert description(greeting) == r" **The \*Lost\* Club** !"


@given(st.text(alphabet=st.sampled_from("ab \n*<>@#-1.:[]()`\\"), max_size=4000), st.text(max_size=4000))
def test_every_reply_fits_into_an_embed(text: str, place: str) -> None:
    lost = SAMPLES.report(ReportKind.LOST, text, place)
    card = wording.match_card(SAMPLES.match, lost, SAMPLES.found, None)
    assert len(description(card)) <= 4096
    assert len(description(wording.report_post(lost))) <= 4096


def test_a_gallery_of_long_places_fits_into_an_embed() -> None:
    lost, found = replace(SAMPLES.lost, text="*" * 4000), replace(SAMPLES.found, place="_" * 4000)
    pairs = [(replace(SAMPLES.possible, id=UUID(int=number)), found) for number in range(6)]
    tiles = [Tile(number, match.id, found.id) for number, (match, found) in enumerate(pairs, start=1)]
    gallery = galleries.first_gallery(lost, pairs, tiles, 128)
    assert len(description(gallery)) <= 4096
    assert render_private(gallery).embed.description == description(gallery)


@given(st.text(alphabet=st.sampled_from("a \n*<>@#-1.:[]()`\\&!"), min_size=1, max_size=200))
def test_every_sign_that_formats_is_escaped(text: str) -> None:
    shown = description(Reply("nothing", ((Quoted(text, UUID(int=1)),),)))
    left = re.sub(r"\\[^\w\s]", "", "\n".join(line.removeprefix("> ") for line in shown.splitlines()))
    assert not set(left) & set("*<>#[]()`\\")


@given(st.text(max_size=300))
def test_a_threads_name_is_short_enough_and_never_empty(caption: str) -> None:
    assert 0 < len(thread_name(ReportKind.FOUND, caption, MONDAY)) <= 100


@pytest.mark.parametrize(
    ("kind", "caption", "name"),
    [
        (ReportKind.FOUND, "black\n umbrella", "Found: black umbrella"),
        (ReportKind.LOST, " ", "Lost: photo from 11 May"),
        (ReportKind.FOUND, "**Found** in a\n- `canteen`, 5*8", "Found in a canteen, 5*8"),
        (ReportKind.LOST, "Found in the canteen", "Lost: Found in the canteen"),
        (ReportKind.LOST, "I lost a hat", "I lost a hat"),
        (ReportKind.FOUND, f"{'a' * 120} found", f"Found: {'a' * 92}…"),
        (None, "mine?", "mine?"),
    ],
)
def test_a_threads_name_is_the_caption_or_the_day(kind: ReportKind | None, caption: str, name: str) -> None:
    assert thread_name(kind, caption, MONDAY) == name


def test_keys_make_short_nonces_and_different_markers() -> None:
    assert len(nonce("a" * 300)) <= 25
    assert marker("one") != marker("two")


def test_a_token_is_not_shown_where_the_settings_are_printed() -> None:
    assert "secret" not in repr(DiscordConfig(token="secret"))


def description(reply: Reply) -> str:
    embed: discord.Embed = render(Outgoing("a key", POST, reply), "en").embed
    return embed.description or ""


def test_a_forum_posts_title_and_text_are_set_apart_on_one_line() -> None:
    for title, said in (("My red ball", "My red ball – red, of rubber"), ("Lost!", "Lost! red, of rubber")):
        looking_for = wording.line("looking_for", "en", text=Quoted(f"{title}\nred, of rubber", UUID(int=1)))
        shown = render(Outgoing("a key", POST, Reply("first_reply", (looking_for,)), None), "en")
        assert shown.embed.description == f"Looking for: {said}"
