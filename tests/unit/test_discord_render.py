import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.config import DiscordConfig
from bot.discord.render import escape, marker, nonce, render, thread_name
from reunite import wording
from reunite.model import Label, Match, MatchState, Member, Question, ReplyTarget, Report, ReportKind, ReportState, Why
from reunite.ports import Outgoing
from reunite.reply import Jump, Person, Plain, Quoted, Reply, Strong

SNAPSHOTS = Path(__file__).parent / "snapshots"
POST = ReplyTarget("discord", "100", "200", "300")
MONDAY = datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
ANN, BOB = Member("11", "Ann"), Member("22", "Bob")


def report(kind: ReportKind, author: Member, text: str, place: str = "") -> Report:
    number = UUID(int=1 if kind is ReportKind.LOST else 2)
    return Report(
        number, UUID(int=9), kind, ReportState.OPEN, author, text, place, None, POST, created_at=MONDAY,
        expires_at=datetime(2026, 7, 10, tzinfo=UTC),
    )  # fmt: skip


LOST = report(ReportKind.LOST, BOB, "black rucksack, *laptop* inside\n@everyone please look", "library, 2nd floor")
FOUND = report(ReportKind.FOUND, ANN, "a rucksack", "the library")
WHY = (Why("thing", "backpack", "agrees"), Why("colour", "black", "partly"), Why("words", "brand", "unknown"))
MATCH = Match(UUID(int=5), LOST.id, FOUND.id, 0.97, Label.HIGH, WHY, MatchState.UNJUDGED)

REPLIES = {
    "looking": (wording.opening(LOST), None),
    "nothing": (wording.nothing(LOST, 128), None),
    "owner_found": (wording.match_card(MATCH, LOST, FOUND, UUID(int=7)), b"jpeg"),
    "may_be_yours": (wording.match_card(MATCH, FOUND, LOST, None), None),
    "question": (
        wording.question(LOST, Question("place", ("library", "*tram* @everyone", "x" * 100))),
        None,
    ),
    "problem": (wording.problem("photo_gone", name="a.jpg"), None),
    "from_another_platform": (
        Reply("nothing", ((Person("slack", Member("U1", "Eve *star* <@11>")), Strong(" wrote"), Plain(".")),)),
        None,
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_looks_as_it_was_agreed(name: str) -> None:
    assert looks(name) == json.loads((SNAPSHOTS / f"discord_{name}.json").read_text("utf-8"))


def looks(name: str) -> dict[str, Any]:
    reply, picture = REPLIES[name]
    shown = render(Outgoing("a key", POST, reply.with_targets({LOST.id: POST, FOUND.id: POST}), picture))
    mentions = shown.mentions.to_dict()
    looks = {"content": shown.content, "embeds": [shown.embed.to_dict()], "allowed_mentions": mentions}
    return {**looks, "buttons": [list(each) for each in shown.buttons]} if shown.buttons else looks


def test_a_link_to_another_platform_is_only_its_words() -> None:
    jump = Jump(UUID(int=1), "jump to the post", ReplyTarget("slack", "T1", "C1", "1.2"))
    assert description(Reply("nothing", ((jump,),))) == "jump to the post"


@pytest.mark.parametrize(
    ("words", "escaped"),
    [
        ("**bold** _it_ ~~no~~ `code` ||hush||", r"\*\*bold\*\* \_it\_ \~\~no\~\~ \`code\` \|\|hush\|\|"),
        ("[free](https://evil.example)", r"\[free\]\(https\://evil.example\)"),
        ("1. first\n- second\n# third\n> fourth", "1\\. first\n\\- second\n\\# third\n\\> fourth"),
        ("at 10:30, 2.50 €", r"at 10\:30, 2.50 €"),
        ("@everyone @here", "@\u200beveryone @\u200bhere"),
    ],
)
def test_a_members_words_cant_format_link_or_ping(words: str, escaped: str) -> None:
    assert escape(words) == escaped


@given(st.text(alphabet=st.sampled_from("ab \n*<>@#-1.:[]()`\\"), max_size=4000), st.text(max_size=4000))
def test_whatever_is_said_fits_into_an_embed(text: str, place: str) -> None:
    said = report(ReportKind.LOST, BOB, text, place)
    card = wording.match_card(MATCH, said, FOUND, None, percent=True)
    assert len(description(card)) <= 4096
    assert len(description(wording.opening(said))) <= 4096


@given(st.text(alphabet=st.sampled_from("a \n*<>@#-1.:[]()`\\&!"), min_size=1, max_size=200))
def test_every_sign_that_formats_is_escaped(text: str) -> None:
    shown = description(Reply("nothing", ((Quoted(text),),)))
    left = re.sub(r"\\[^\w\s]", "", "\n".join(line.removeprefix("> ") for line in shown.splitlines()))
    assert not set(left) & set("*<>#[]()`\\")


@given(st.text(max_size=300))
def test_a_threads_name_is_short_enough_and_never_empty(caption: str) -> None:
    name = thread_name(ReportKind.FOUND, caption, MONDAY)
    assert len("Found: ") < len(name) <= 100


def test_a_threads_name_is_the_caption_or_the_day() -> None:
    assert thread_name(ReportKind.FOUND, "black\n umbrella", MONDAY) == "Found: black umbrella"
    assert thread_name(ReportKind.LOST, " ", MONDAY) == "Lost: photo of 11 May"


def test_keys_make_short_nonces_and_different_markers() -> None:
    assert len(nonce("a" * 300)) <= 25
    assert marker("one") != marker("two")


def test_channels_count_by_their_names() -> None:
    config = DiscordConfig(token="secret")
    assert config.role_of("Lost-and-Found") is ReportKind.FOUND
    assert config.role_of("lost") is ReportKind.LOST
    assert config.role_of("general") is None
    assert "secret" not in repr(config)


def description(reply: Reply) -> str:
    embed: discord.Embed = render(Outgoing("a key", POST, reply)).embed
    return embed.description or ""
