"""What the documents promise, the program has."""

import re
from pathlib import Path

import discord
import pytest
import typer

from bot.discord.config import DiscordConfig
from bot.slack.config import SCOPES, SlackConfig
from cli.main import app
from cli.settings import Settings
from reunite.community import KEEP_DAYS
from reunite.entities import Settings as WorkspaceSettings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DISCORD = (ROOT / "docs/discord.md").read_text("utf-8")
SLACK = (ROOT / "docs/slack.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = "reunite|db|workers|bot|cli|tests|slack"


def section(document: str, title: str) -> str:
    return re.split(r"^#+ ", document.split(f"\n## {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def named_in(table: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, "\n".join(line.split("|")[1] for line in table.splitlines() if line[:1] == "|")))


def test_the_readme_tells_every_setting() -> None:
    settings = {f"REUNITE_{name.upper()}" for name in Settings.model_fields}
    assert settings <= named_in(section(README, "Settings"), r"REUNITE_\w+")


def test_the_readme_tells_every_command() -> None:
    known = typer.main.get_group(app).commands
    assert set(known) <= named_in(section(README, "Commands"), r"`reunite (\w+)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(document: Path) -> None:
    named = re.findall(rf"`((?:{ROOMS})/[\w/.]+\.\w+)`", document.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_invitation_asks_for_the_permissions_of_the_table() -> None:
    asked = re.search(r"permissions=(\d+)", DISCORD)
    assert asked is not None
    rights = {name for name, given in discord.Permissions(int(asked[1])) if given}
    rows = section(DISCORD, "Invite the bot").split("|---|---|\n")[1].split("\n\n")[0]
    told = {right.strip() for row in rows.splitlines() for right in row.split("|")[1].split(",")}
    aliases = {"View Channels": "read_messages"}  # discord.py's older name for it
    assert rights == {aliases.get(right, right.lower().replace(" ", "_")) for right in told}


def test_slacks_guide_tells_every_scope() -> None:
    assert named_in(section(SLACK, "Create the app"), r"`(\w+(?::\w+)?)`") >= SCOPES


def test_the_guides_tell_the_names_of_the_channels() -> None:
    for guide, config in ((DISCORD, DiscordConfig(token="")), (SLACK, SlackConfig(bot_token="b", app_token="a"))):
        names = section(guide, "Choose the channels" if guide is DISCORD else "Choose the channels and invite the bot")
        assert config.found_channels | config.lost_channels <= set(re.findall(r"`([\w-]+)`", names))


def test_the_privacy_page_tells_how_long_reports_are_watched() -> None:
    usual, allowed = WorkspaceSettings().keep_days, KEEP_DAYS
    told = (ROOT / "docs/privacy.md").read_text("utf-8")
    assert f"{usual} days" in told
    assert re.search(rf"\({allowed.start} to\s+{allowed.stop - 1}\)", told)
