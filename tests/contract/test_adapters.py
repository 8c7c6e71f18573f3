"""Every adapter has the shape that docs/add-a-platform.md describes, and the registry names every platform."""

import ast
import inspect
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from bot.platforms import PLATFORMS, entry_of, photo_hosts
from cli.settings import Settings
from reunite.entities import PlatformName

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SHAPE = (ROOT / "docs/add-a-platform.md").read_text("utf-8").split("\n## Shape of an adapter\n")[1].split("\n## ")[0]
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in SHAPE.splitlines() if line.startswith("| `")]
ON = {"discord": 2, "slack": 3, "web": 4, "webhook": 5}
MAX_LINES_OF_THE_EXAMPLE = 200


def test_the_registry_names_every_platform() -> None:
    assert {*PLATFORMS, "api"} == set(get_args(PlatformName))  # the HTTP API is a package of its own
    assert set(PLATFORMS) <= set(Settings.model_fields)
    [independent] = [
        contract for contract in PROJECT["tool"]["importlinter"]["contracts"] if contract["type"] == "independence"
    ]
    assert {f"bot.{name}" for name in PLATFORMS} == set(independent["modules"])
    extras = {entry.extra for entry in PLATFORMS.values() if entry.extra}
    assert extras <= set(PROJECT["project"]["optional-dependencies"])
    assert photo_hosts() == {"cdn.discordapp.com", "media.discordapp.net", "files.slack.com"}


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_platform_is_known_by_its_settings(name: str) -> None:
    assert entry_of(getattr(Settings(), name)) is PLATFORMS[name]


@pytest.mark.parametrize("name", PLATFORMS)
def test_adapters_are_called_alike(name: str) -> None:
    entry = PLATFORMS[name]
    assert list(inspect.signature(entry.running()).parameters)[:3] == ["handlers", "store", "config"]
    if entry.has_doctor:
        assert list(inspect.signature(entry.check()).parameters) == ["config", "connections"]


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_adapter_has_the_files_of_the_table_and_no_others(name: str) -> None:
    described = {row[0].strip("`") for row in ROWS if cell_of(row, name)}
    assert described == {path.name for path in (ROOT / "bot" / name).glob("*.py")} - {"__init__.py"}


def cell_of(row: list[str], platform: str) -> str:
    """Return what a row says of a platform; cells at the end may be left out."""
    return row[ON[platform]] if ON[platform] < len(row) else ""


def test_parts_have_the_same_class_on_every_platform() -> None:
    for row in ROWS:
        module = row[0].strip("`").removesuffix(".py")
        for platform in ON:
            for public in re.findall(r"`(\w+)`", cell_of(row, platform)):
                assert hasattr(import_module(f"bot.{platform}.{module}"), public), (platform, module, public)


def test_the_guide_names_every_module_that_adapters_share() -> None:
    shared = {path.name for path in (ROOT / "bot").glob("*.py")} - {"__init__.py"}
    assert set(re.findall(r"`bot/(\w+\.py)`", SHAPE)) >= shared


def test_the_worked_example_of_a_platform_stays_short() -> None:
    files = (ROOT / "bot/webhook").glob("*.py")
    assert sum(code_lines(path.read_text("utf-8")) for path in files) < MAX_LINES_OF_THE_EXAMPLE


def code_lines(source: str) -> int:
    """Count the lines with code: neither blank nor only a comment or a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}:
            lines.update(range(token.start[0], token.end[0] + 1) if token.string else ())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or 0) + 1))
    return len(lines)


def test_a_platforms_library_is_imported_by_its_adapter_only() -> None:
    modules = ["bot.platforms", "cli.settings", "cli.services", "cli.doctor", "api.app"]
    script = """import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    print(name, *{"discord", "slack_bolt", "slack_sdk", "torch"} & set(sys.modules))"""
    command = [sys.executable, "-c", script, *modules]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.splitlines() == modules
