"""What comes from Slack in its own notation, and what the app's manifest asks of Slack."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.slack.config import COMMAND, EVENTS, SCOPES, SlackConfig
from bot.slack.inbound import plain_text
from reunite.model import ReportKind

MANIFEST = Path(__file__).parents[2] / "slack" / "manifest.yaml"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("hat &lt;red&gt; &amp; blue", "hat <red> & blue"),
        ("ask <@U123|bob> in <#C1|found>", "ask @bob in #found"),
        ("ask <@U123> in <#C1>", "ask @U123 in #C1"),
        ("<!channel> <!here|here> <!subteam^S1|@helpers>", "@channel here @helpers"),
        ("<https://a.example/?b=1&amp;c=2>", "https://a.example/?b=1&c=2"),
        ("<https://a.example|the shop> <mailto:a@b.example|a@b.example>", "the shop a@b.example"),
        ("  2 < 3, typed raw ", "2 < 3, typed raw"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_slacks_notation_becomes_what_people_read(sent: str, meant: str) -> None:
    assert plain_text(sent) == meant


def test_channels_have_their_role_by_name() -> None:
    config = SlackConfig(bot_token="b", app_token="a")
    roles = {name: config.channel("C1", name).role for name in ("found", "lost", "lost-and-found", "general")}
    assert roles == {
        "found": ReportKind.FOUND,
        "lost": ReportKind.LOST,
        "lost-and-found": ReportKind.FOUND,
        "general": None,
    }


def test_tokens_are_not_shown_where_the_settings_are_printed() -> None:
    assert "secret" not in repr(SlackConfig(bot_token="xoxb-secret", app_token="xapp-secret"))


def test_the_manifest_asks_for_what_the_code_uses() -> None:
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    settings = manifest["settings"]
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert set(settings["event_subscriptions"]["bot_events"]) == EVENTS
    assert [each["command"] for each in manifest["features"]["slash_commands"]] == [COMMAND]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
