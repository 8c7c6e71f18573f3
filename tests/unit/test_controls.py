"""Direction marks and characters of no width go out on no platform, wherever members' words are shown."""

import json
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.render import render, thread_name
from bot.slack.render import blocks, notification, with_answer
from bot.web.render import reply_json
from reunite.entities import Member, PlatformName, ReplyTarget, ReportKind
from reunite.messages.reply import Button, Choice, Person, Plain, Quoted, Reply
from reunite.ports import Outgoing
from reunite.text.controls import is_blank, without_controls

HIDDEN = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x200B, 0x2060, 0xFEFF]))
REPORT = UUID(int=1)


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u200d", "\u2800\u3164", "\ufe0f", "\U000e0061", "\u202e\u034f"])
def test_what_nobody_sees_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "\u202eab", "☂️", "👨‍👩‍👧", "\u064b", "。"])
def test_what_can_be_seen_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def reply_saying(words: str) -> Reply:
    """A reply with a member's words wherever they can be."""
    spans = (Plain(words), Quoted(words, REPORT))
    people = tuple(Person(platform, Member("7", words)) for platform in get_args(PlatformName))
    choices, buttons = (Choice("0", words),), (Button("mine", uuid4(), words),)
    lines = ((Quoted(words, REPORT),), spans, people)
    return Reply("question", lines, asked=REPORT, choices=choices, buttons=buttons)


def shown(reply: Reply) -> list[str]:
    """Everything that is sent for it."""
    on_slack = blocks(reply, lambda _: None)
    discord = render(Outgoing("key", ReplyTarget("discord", "1", "2", "3"), reply), "en")
    sent = (
        *(discord.embed.description, *(button.words for button in discord.buttons)),
        *(on_slack, with_answer(on_slack, reply.choices[0].words), notification(reply)),
        reply_json(reply)["lines"],
    )
    return [json.dumps(message, ensure_ascii=False) for message in sent]


def test_what_is_hidden_goes_out_nowhere() -> None:
    for text in shown(reply_saying(f"red{HIDDEN}cup")):
        assert "redcup" in text
        assert not set(HIDDEN) & set(text)


def test_a_threads_name_reads_one_way() -> None:
    name = thread_name(ReportKind.LOST, f"a {HIDDEN}cup{HIDDEN}", datetime.now(UTC))
    assert "a cup" in name
    assert not set(HIDDEN) & set(name)
    nameless = thread_name(ReportKind.LOST, HIDDEN, datetime(2026, 3, 1, tzinfo=UTC))
    assert "1" in nameless


@pytest.mark.parametrize("kept", ["👩‍👧‍👦", "می‌خواهم", "क्‍ष", "naïve 漢字 עברית", "a\nb\tc"])
def test_what_scripts_and_emoji_need_stays(kept: str) -> None:
    assert without_controls(kept) == kept


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
def test_joiners_that_join_nothing_go(joiner: str) -> None:
    assert without_controls(f"{joiner}a{joiner}{joiner}b{joiner}é{joiner}") == "abé"
    assert without_controls(f"a\u200b{joiner}\u200bb") == "ab"


@given(st.text())
def test_it_only_ever_takes_away_and_once_is_enough(text: str) -> None:
    left = without_controls(text)
    assert without_controls(left) == left
    assert not set(HIDDEN) & set(left)
