"""Replies as Slack's blocks, compared with readable snapshots; WRITE_SNAPSHOTS=1 writes them anew."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bot.slack.render import MOST_TEXT, blocks, escaped, notification
from reunite.model import Member, ReplyTarget
from reunite.reply import Choice, Jump, Person, Plain, Quoted, Reply, Strong

SNAPSHOTS = Path(__file__).parent / "snapshots"
MOST_BLOCKS = 50
ADA, MO = Member("U1", "Ada"), Member("U2", "Mo")
REPORT, MATCH = UUID(int=1), UUID(int=2)
ROOT = ReplyTarget("slack", "T1", "C1", "1800000000.000001")
REPLIES = {
    "slack_match": Reply(
        "match",
        (
            (Person("slack", ADA, notify=True),),
            (Strong("This may be yours."), Plain(" "), Strong("High confidence"), Plain(" (97%)")),
            (Plain("Found Tuesday at "), Quoted("library"), Plain(" · "), Jump(REPORT, "jump to the post", ROOT)),
            (Quoted("black rucksack\nlaptop inside"),),
            (Plain("Why: backpack ✓ · black ✓ · brand: not said"),),
        ),
        match=MATCH,
    ),
    "slack_looking": Reply("looking", ((Person("slack", ADA), Plain(" is looking for:")), (Quoted("a red hat"),))),
    "slack_returned": Reply("returned", ((Strong("Returned"), Plain(", confirmed by "), Person("discord", MO)),)),
    "slack_question": Reply(
        "question",
        ((Plain("One question, to tell these apart: "), Strong("Where did you last have it?")),),
        asked=REPORT,
        choices=(Choice("0", "library & <!channel>"), Choice("1", "x" * 100), Choice("unsure", "Not sure")),
    ),
    "slack_hostile_words": Reply("looking", ((Quoted("<!channel> <@U1> *bold* `code` & <http://x|y>"),),)),
}


def link_to(target: ReplyTarget) -> str | None:
    return f"https://town.slack.com/archives/{target.channel}/p{target.message}"


@pytest.mark.parametrize("name", REPLIES)
def test_replies_look_as_they_did(name: str) -> None:
    rendered = blocks(REPLIES[name], link_to, "F1" if REPLIES[name].match else None)
    snapshot = SNAPSHOTS / f"{name}.json"
    if os.environ.get("WRITE_SNAPSHOTS"):
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(json.dumps(rendered, indent=2, ensure_ascii=False) + "\n")
    assert rendered == json.loads(snapshot.read_text())


def test_a_members_words_stay_literal_text_and_the_notification_pings_nobody() -> None:
    reply = REPLIES["slack_hostile_words"]
    [text] = _leaves(blocks(reply, link_to))
    assert text == {"type": "text", "text": "<!channel> <@U1> *bold* `code` & <http://x|y>"}
    assert "<" not in notification(reply)


def test_only_whoever_is_to_be_notified_on_slack_is_mentioned() -> None:
    line = (Person("slack", ADA), Person("slack", MO, notify=True), Person("discord", ADA, notify=True))
    mentions = [each for each in _leaves(blocks(Reply("match", (line,)), link_to)) if each["type"] == "user"]
    assert mentions == [{"type": "user", "user_id": MO.id}]


def test_a_jump_without_a_target_is_text() -> None:
    [text] = _leaves(blocks(Reply("refused", ((Jump(REPORT, "that post"),),)), link_to))
    assert text == {"type": "text", "text": "that post"}


def test_no_text_is_empty_which_slack_would_refuse() -> None:
    reply = Reply("match", ((Strong("Possible match"), Plain("")), (Person("slack", ADA, notify=True),)))
    assert [each.get("text") for each in _leaves(blocks(reply, link_to))] == ["Possible match", "\n", None]


def test_long_replies_keep_within_what_slack_takes() -> None:
    lines = tuple((Quoted("x" * 4000),) if number % 2 else (Plain("y" * 4000),) for number in range(200))
    rendered = blocks(Reply("answer", lines), link_to, "F1")
    assert len(rendered) <= MOST_BLOCKS
    assert max(len(each.get("text", "")) for each in _leaves(rendered)) == MOST_TEXT
    assert len(notification(Reply("answer", lines))) == MOST_TEXT


def test_escaping_keeps_every_character() -> None:
    assert escaped("a < b & c > d") == "a &lt; b &amp; c &gt; d"


def _leaves(rendered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    [rich, *_] = rendered
    return [leaf for group in rich["elements"] for leaf in group["elements"]]
