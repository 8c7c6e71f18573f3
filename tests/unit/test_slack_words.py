"""What comes from Slack in its own notation, and what the app's manifest asks of Slack."""

from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
import yaml

from bot.errors import SetupError
from bot.slack.config import SlackConfig
from bot.slack.manifest import (
    CHANNEL_EVENTS,
    COMMANDS,
    HOME_EVENT,
    LEAVE_EVENTS,
    MESSAGE_SHORTCUTS,
    REACTION_EVENTS,
    REPORT_SHORTCUTS,
    SEARCH_FOUND,
)
from bot.slack.markup import mentions, plain_text
from bot.slack.permissions import SCOPES
from bot.slack.posts import words_of
from db.installations import Installation

MANIFEST = Path(__file__).parents[2] / "slack" / "manifest.yaml"


async def test_words_that_are_only_in_a_posts_blocks_are_read() -> None:
    said = [{"type": "text", "text": "a <red> hat, ask "}, {"type": "user", "user_id": "U1"}]
    blocks = [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": said}]},
        {"type": "divider"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "by the &lt;door&gt;"}},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Open"}}]},
    ]
    workspace = MagicMock(words=AsyncMock(side_effect=lambda text: plain_text(text, {"U1": "bob"})))
    assert await words_of(workspace, {"text": "", "blocks": blocks}) == "a <red> hat, ask @bob\nby the <door>"
    assert await words_of(workspace, {"text": "a scarf", "blocks": blocks}) == "a scarf"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("hat &lt;red&gt; &amp; blue", "hat <red> & blue"),
        ("ask <@U123|bob> in <#C1|found>", "ask @bob in #found"),
        ("ask <@U123> in <#C1>", "ask @bob in #found"),
        ("ask <@U123|U123> or <@U9>, see <#C9|>", "ask @bob or , see"),
        ("<!channel> <!here|here> <!subteam^S1|@helpers> <!subteam^S2>", "@channel here @helpers"),
        ("<https://a.example/?b=1&amp;c=2>", "https://a.example/?b=1&c=2"),
        ("<https://a.example|the shop> <mailto:a@b.example|a@b.example>", "the shop a@b.example"),
        ("  2 < 3, typed raw ", "2 < 3, typed raw"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_slacks_notation_becomes_what_people_read(sent: str, meant: str) -> None:
    assert plain_text(sent, {"U123": "bob", "C1": "found"}) == meant


def test_mentions_without_names_are_those_to_look_up() -> None:
    assert mentions("<@U1> <@U2|bob> <#C1> <#C1> <!here> <https://a.example>") == ["U1", "C1"]


@pytest.mark.parametrize(
    "settings",
    [
        {"bot_token": "b"},
        {"app_token": "a"},
        {"app_token": "a", "client_id": "1"},
        {"app_token": "a", "bot_token": "b", "client_id": "1", "client_secret": "s"},
    ],
)
def test_settings_that_can_not_work_together_are_refused_with_the_remedy(settings: dict[str, Any]) -> None:
    with pytest.raises(SetupError, match=r"REUNITE_SLACK_.*docs/slack\.md"):
        SlackConfig(**settings).check()


def test_a_token_that_expires_is_refused_with_the_remedy() -> None:
    with pytest.raises(SetupError, match=r"12 hours.*slack/manifest\.yaml"):
        SlackConfig(bot_token="xoxe.xoxb-1-double", app_token="a").check()


def test_tokens_are_not_shown_where_the_settings_are_printed() -> None:
    assert "secret" not in repr(SlackConfig(bot_token="xoxb-secret", app_token="xapp-secret", signing_secret="secret"))
    assert "secret" not in repr(SlackConfig(signing_secret="secret", client_id="1", client_secret="secret"))
    assert "secret" not in repr(Installation("T1", "World", "U1", "xoxb-secret"))


def test_the_manifest_keeps_within_slacks_limits() -> None:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    shown, features = manifest["display_information"], manifest["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert len(features["shortcuts"]) <= 10
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    assert all(
        len(command["description"]) <= 2000 and len(command["usage_hint"]) <= 1000
        for command in features["slash_commands"]
    )


def test_the_manifest_asks_for_what_the_code_uses() -> None:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    settings = manifest["settings"]
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    messages = {"message.channels", "message.groups"}
    events = messages | REACTION_EVENTS | CHANNEL_EVENTS | LEAVE_EVENTS | {HOME_EVENT}
    assert set(settings["event_subscriptions"]["bot_events"]) == events
    features = manifest["features"]
    assert {command["command"] for command in features["slash_commands"]} == COMMANDS
    shortcuts = {(shortcut["type"], shortcut["callback_id"]) for shortcut in features["shortcuts"]}
    expected = {("global", shortcut) for shortcut in REPORT_SHORTCUTS | {SEARCH_FOUND}} | {
        ("message", shortcut) for shortcut in MESSAGE_SHORTCUTS
    }
    assert shortcuts == expected
    assert features["app_home"]["home_tab_enabled"] is True
    assert features["app_home"]["messages_tab_enabled"] is True
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
