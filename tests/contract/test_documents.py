"""What the documents promise, the program has."""

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import discord
import pytest
import typer
import yaml

from api.config import ApiConfig
from board.config import BoardConfig
from bot.channels import role_of
from bot.discord.config import DiscordConfig
from bot.slack.config import SlackConfig
from bot.slack.permissions import SCOPES
from bot.webhook.config import WebhookConfig
from cli.main import app
from cli.settings import variables
from reunite.community import KEEP_DAYS
from reunite.entities import ReportKind
from reunite.entities import Settings as WorkspaceSettings
from reunite.language import LANGUAGES, words_in
from tests.support.tables import for_each

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs/commands-and-settings.md").read_text("utf-8")
DISCORD = (ROOT / "docs/discord.md").read_text("utf-8")
DISCORD_STEPS = (ROOT / "docs/discord-in-ten-minutes.md").read_text("utf-8")
SLACK = (ROOT / "docs/slack.md").read_text("utf-8")
SLACK_STEPS = (ROOT / "docs/slack-in-ten-minutes.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text("utf-8")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
ROOMS = "reunite|db|metrics|workers|bot|api|board|http_server|embedded|cli|tests|scripts|slack|deploy|docs"
FOR_CHATS = [ROOT / f"docs/{name}.md" for name in ("members", "moderators", "board", "privacy", "glossary")]
OF_SLACK_ITSELF = {"invite"}


def section(document: str, title: str) -> str:
    return re.split(r"^#+ ", document.split(f"\n## {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def named_in(table: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, "\n".join(line.split("|")[1] for line in table.splitlines() if line[:1] == "|")))


def test_the_reference_has_every_setting() -> None:
    assert set(variables()) <= named_in(section(REFERENCE, "Settings"), r"REUNITE_\w+")


def test_the_reference_has_the_defaults_of_the_settings() -> None:
    answer: dict[str, str] = {}
    for names, values in re.findall(r"^\| (`REUNITE[^|]+)\|([^|]*)\|", section(REFERENCE, "Settings"), re.MULTILINE):
        answer.update(zip(re.findall(r"`([^`]+)`", names), re.findall(r"`([^`]+)`", values), strict=False))
    named = {
        name: str(default).lower() if isinstance(default, bool) else str(default)
        for name, default in variables().items()
        if isinstance(default, str | int)
    }
    assert {name: answer.get(name) for name in named} == named


def test_the_reference_has_every_command() -> None:
    known = typer.main.get_group(app).commands
    assert set(known) <= named_in(section(REFERENCE, "Commands"), r"`reunite (\w+)`")


@for_each("document", DOCUMENTS)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


@for_each("document", DOCUMENTS)
def test_files_that_are_named_exist(document: Path) -> None:
    named = re.findall(rf"`((?:{ROOMS})/[\w/.-]+)`", document.read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "document",
    [ROOT / "README.md", *FOR_CHATS, *(ROOT / "docs").glob("discord*.md"), *(ROOT / "docs").glob("slack*.md")],
    ids=lambda path: path.name,
)
def test_chat_commands_that_are_named_exist(document: Path) -> None:
    known = {words.name for language in LANGUAGES for words in words_in(language).commands.values()} | OF_SLACK_ITSELF
    named = re.findall(r"`/([a-z][\w-]*)(?=[ `])", document.read_text("utf-8"))
    assert set(named) <= known


def test_log_events_that_are_named_exist() -> None:
    table = section((ROOT / "docs/operations.md").read_text("utf-8"), "Read the logs")
    code = "\n".join(
        path.read_text("utf-8") for room in ("bot", "workers", "db", "metrics") for path in (ROOT / room).rglob("*.py")
    )
    named = named_in(table, r"`(\w+)`") - {"is_new", "task"}
    failures = re.findall(r"(?:log_failure|logging_failures)\(_log, \"(\w+)\"", code)
    strings = set(re.findall(r"\"(\w[\w{}]+)\"", code)) | {f"{event}_defect" for event in failures}
    known = re.compile("|".join(re.sub(r"{\w*}", r"\\w+", string) for string in strings if string.count("{") < 2))
    assert {event for event in named if not known.fullmatch(event)} == set()


def test_the_invitation_asks_for_the_permissions_of_the_table() -> None:
    asked = re.search(r"permissions=(\d+)", DISCORD_STEPS)
    assert asked is not None
    rights = {name for name, given in discord.Permissions(int(asked[1])) if given}
    rows = section(DISCORD, "Permissions").split("|---|---|\n")[1].split("\n\n")[0]
    texts = {right.strip() for row in rows.splitlines() for right in row.split("|")[1].split(",")}
    aliases = {"View Channels": "read_messages"}  # discord.py's older name for it
    assert rights == {aliases.get(right, right.lower().replace(" ", "_")) for right in texts}


def test_slacks_guide_tells_every_scope() -> None:
    assert named_in(section(SLACK, "Scopes"), r"`(\w+(?::\w+)?)`") >= SCOPES


def test_the_guides_tell_the_names_of_the_channels() -> None:
    titles = {DISCORD_STEPS: "Choose the channels", SLACK_STEPS: "Choose the channels and invite the bot"}
    for guide, title in titles.items():
        names = re.findall(r"`([\w-]+)`", section(guide, title).split(". You can choose others")[0])
        assert {role_of("C1", name, WorkspaceSettings()) for name in names} == set(ReportKind)
        assert {words_in("en").channels[kind][0] for kind in ReportKind} <= {*names}


def test_the_privacy_page_tells_how_long_reports_are_watched() -> None:
    usual, allowed = WorkspaceSettings().keep_days, KEEP_DAYS
    answer = (ROOT / "docs/privacy.md").read_text("utf-8")
    assert f"{usual} days" in answer
    assert re.search(rf"\({allowed.start} to\s+{allowed.stop - 1}\)", answer)


def test_the_guides_tell_how_far_back_the_bots_look() -> None:
    discord_days, slack_days = (
        DiscordConfig().look_back.days,
        SlackConfig().look_back.days,
    )
    assert f"{discord_days} days back on Discord, {slack_days} days on Slack" in ARCHITECTURE
    words = {2: "two", 7: "seven"}
    assert f"last {words[discord_days]} days" in DISCORD
    assert f"{words[slack_days]} days back" in SLACK


def test_the_architecture_tells_what_the_domain_imports() -> None:
    row = next(line for line in section(ARCHITECTURE, "Packages").splitlines() if line.startswith("| `reunite/` |"))
    texts = {name.strip() for name in row.split("|")[3].split(",")} - {"the standard library"}
    assert imported(ROOT / "reunite") - sys.stdlib_module_names - {"reunite"} == texts


def imported(package: Path) -> set[str]:
    """The top-level modules that a package's files import."""
    nodes = [node for path in package.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in plain | {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom)}}


def test_the_operators_guide_tells_the_only_ports_on_the_host() -> None:
    services = parsed("docker-compose.yml")["services"]
    published = [port for service in services.values() for port in service.get("ports", [])]
    slack, webhook, api, board = SlackConfig().port, WebhookConfig().port, ApiConfig().port, BoardConfig().port
    ports = {"SLACK": slack, "WEBHOOK": webhook, "API": api, "BOARD": board}
    assert published == [f"127.0.0.1:${{{name}_PORT:-{port}}}:{port}" for name, port in ports.items()]
    answer = " ".join((ROOT / "docs/operations.md").read_text("utf-8").split())
    bots = f"the Slack bot's, 127.0.0.1:{slack}, the webhook bot's, {webhook}"
    assert f"The only ports on the host are {bots}, the HTTP API's, {api}, and the board's, {board};" in answer


def test_the_workflow_tests_the_versions_that_the_package_names() -> None:
    workflow = parsed(".github/workflows/test.yml")
    job = workflow["jobs"]["test"]
    pattern = r"Programming Language :: Python :: (3\.\d+)"
    named = [found[1] for line in PROJECT["classifiers"] if (found := re.fullmatch(pattern, line))]
    assert job["strategy"]["matrix"]["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == "make test"
    assert workflow["permissions"] == {"contents": "read"}


def test_the_hooks_run_what_the_developers_tools_bring() -> None:
    hooks = [hook for repo in parsed(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    commands = {Path(hook["entry"].split()[0]) for hook in hooks}
    assert {path.parent for path in commands} == {Path(".venv/bin")}
    assert [path for path in commands if not (Path(sys.executable).parent / path.name).exists()] == []
    assert {path.name for path in commands} == {"ruff", "mypy", "lint-imports"}


def parsed(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))
