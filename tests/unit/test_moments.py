"""A moment that a member writes on Discord is shown on each platform in its own way."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from board.formatting import Formatting
from bot.discord.markup import escape
from bot.discord.render import thread_name
from bot.json_replies import reply_json
from bot.slack.render import blocks, notification
from reunite.messages.reply import Quoted, Reply
from reunite.text.moments import with_plain_moments
from tests.doubles.slack_blocks import leaves

WRITTEN, PLAIN = "a hat, <t:1795971600:f> or later", "a hat, 2026-11-29 17:00 UTC or later"


@pytest.mark.parametrize(
    ("written", "plain", "on_discord"),
    [
        (WRITTEN, PLAIN, r"a hat, <t:1795971600:f> or later"),
        ("<t:0> <t:9999999999:R>", "1970-01-01 00:00 UTC 2286-11-20 17:46 UTC", "<t:0> <t:9999999999:R>"),
        ("<t:99999999999:R>", "<t:99999999999:R>", r"\<t\:99999999999\:R\>"),
        ("`<t:5>` <t:5>", "`<t:5>` 1970-01-01 00:00 UTC", r"\`\<t\:5\>\` <t:5>"),
        ("``` a\n<t:5> ` ```", "``` a\n<t:5> ` ```", "\\`\\`\\` a\n\\<t\\:5\\> \\` \\`\\`\\`"),
        ("` <t:5>", "` 1970-01-01 00:00 UTC", r"\` <t:5>"),
        (r"\<t:5> \\<t:5>", r"\<t:5> \\1970-01-01 00:00 UTC", r"\\\<t\:5\> \\\\<t:5>"),
        ("<t:x> <t:5:X>", "<t:x> <t:5:X>", r"\<t\:x\> \<t\:5\:X\>"),
    ],
)
def test_only_what_discord_shows_as_a_moment_is_one(written: str, plain: str, on_discord: str) -> None:
    assert with_plain_moments(written) == plain
    assert escape(written) == on_discord


def test_other_places_show_a_moment_as_they_can() -> None:
    reply = Reply("note", ((Quoted(WRITTEN, UUID(int=1)),),))
    shown = [leaf for leaf in leaves(blocks(reply, str)) if leaf["type"] in {"text", "date"}]
    assert [leaf.get("text", leaf.get("timestamp")) for leaf in shown] == ["a hat, ", 1795971600, " or later"]
    assert notification(reply) == reply_json(reply, "en", "web")["text"] == PLAIN
    assert thread_name(None, WRITTEN, datetime.now(UTC)) == PLAIN
    report: Any = SimpleNamespace(text=WRITTEN)
    show = Formatting("en", ZoneInfo("Europe/Berlin"))
    assert show.said(report) == show.title(report) == PLAIN
