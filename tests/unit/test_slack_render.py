"""Replies as Slack's blocks: compared with readable snapshots, and within Slack's limits in every language."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bot.slack.markup import escape
from bot.slack.render import MAX_TEXT, blocks, notification
from reunite.entities import Member
from reunite.language import LANGUAGES
from reunite.messages import wording
from reunite.messages.reply import Jump, Person, Plain, Quoted, Reply, Strong
from tests.doubles.slack_blocks import MAX_BLOCKS, buttons, check_message, leaves
from tests.support.slack_samples import ADA, HOSTILE, hostile, jump, link_to, replies, same_as_before, samples

REPLIES = replies()
FILES: dict[str, dict[str, Any]] = {"F1": {"mimetype": "image/jpeg"}}


@pytest.mark.parametrize("name", REPLIES)
def test_replies_look_as_they_did(name: str) -> None:
    assert same_as_before(name, blocks(REPLIES[name], link_to, "F1" if REPLIES[name].picture else None))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reply_keeps_within_slacks_limits_in_every_language(language: str) -> None:
    for reply in replies(language).values():
        check_message(blocks(reply, link_to, "F1"), FILES)
        assert 0 < len(notification(reply)) <= MAX_TEXT


def test_a_day_that_was_said_is_the_same_for_readers_everywhere() -> None:
    midnight = datetime(2026, 11, 29, tzinfo=ZoneInfo("Asia/Tokyo"))
    lost = replace(samples().lost, happened_at=midnight, happened_on=midnight.date())
    for line in (*wording.circumstances(lost, "en"), wording.lost_line(lost, "en")):
        shown = str(blocks(Reply("note", (line,)), link_to))
        assert "29 November" in shown
        assert "timestamp" not in shown


def test_a_day_of_another_year_than_its_report_has_its_year() -> None:
    lost = replace(samples().lost, happened_at=None, zone="")
    for years, shown in ((0, "29 November"), (1, f"29 November {lost.reported_at.year - 1}")):
        said = replace(lost, happened_on=date(lost.reported_at.year - years, 11, 29))
        assert wording.day_of(said, "en") == Plain(shown)
        assert Reply("note", tuple(wording.circumstances(said, "en"))).text().endswith(shown)


def test_every_button_of_a_reply_tells_what_it_does_and_what_it_is_about() -> None:
    texts = {button["action_id"] for button in buttons(blocks(REPLIES["may_be_yours"], link_to))}
    assert texts == {f"press:mine:{UUID(int=5)}", f"press:not_mine:{UUID(int=5)}"}


@pytest.mark.parametrize("name", ["gallery", "own_report"])
def test_a_screen_reader_says_what_a_button_is_about_that_stands_next_to_others_like_it(name: str) -> None:
    labels = [button.get("accessibility_label", "") for button in buttons(blocks(REPLIES[name], link_to))]
    said = {"gallery": ["Found item 1", "Found item 2"], "own_report": ["Add a photo: black rucksack"]}
    for label, words in zip(labels, said[name], strict=False):
        assert label.startswith(words)
    assert len({*filter(None, labels)}) == len([*filter(None, labels)]) >= len(said[name])


def test_a_members_words_stay_literal_text_and_the_notification_pings_nobody() -> None:
    [text] = leaves(blocks(hostile(), link_to))
    assert text == {"type": "text", "text": HOSTILE}
    for reply in (hostile(), *REPLIES.values()):
        assert "<" not in notification(reply)
        assert "mrkdwn" not in str(blocks(reply, link_to)), "all other text is literal"


def test_a_notification_has_no_link_that_cannot_be_followed_there() -> None:
    found_line = (Plain("Found by Grace · "), Jump(UUID(int=1), "jump to the post"))
    assert notification(Reply("match", (found_line,))) == "Found by Grace"


def test_only_the_notified_person_on_slack_is_mentioned() -> None:
    grace = Member("U9", "Grace")
    line = (Person("slack", ADA), Person("slack", grace, notify=True), Person("discord", ADA, notify=True))
    mentions = [leaf for leaf in leaves(blocks(Reply("match", (line,)), link_to)) if leaf["type"] == "user"]
    assert mentions == [{"type": "user", "user_id": grace.id}]


def test_a_jump_without_a_target_is_text() -> None:
    *_, text, end = leaves(blocks(jump(), link_to))
    assert (text, end["text"]) == ({"type": "text", "text": "that post"}, " isn't it.")


def test_no_text_is_empty_which_slack_would_refuse() -> None:
    reply = Reply("match", ((Strong("Possible match"), Plain("")), (Person("slack", ADA, notify=True),)))
    assert [leaf.get("text") for leaf in leaves(blocks(reply, link_to))] == ["Possible match", "\n", None]


def test_long_replies_keep_within_what_slack_takes() -> None:
    lines = tuple((Quoted("x" * 4000, UUID(int=1)),) if number % 2 else (Plain("y" * 4000),) for number in range(200))
    rendered = blocks(Reply("first_reply", lines), link_to, "F1")
    check_message(rendered, FILES)
    assert len(rendered) <= MAX_BLOCKS
    assert max(len(leaf.get("text", "")) for leaf in leaves(rendered)) == MAX_TEXT
    assert list(leaves(rendered))[-1]["text"] == "…"
    assert len(notification(Reply("first_reply", lines))) == MAX_TEXT


def test_escaping_keeps_every_character() -> None:
    assert escape("a < b & c > d") == "a &lt; b &amp; c &gt; d"
