"""What people read, code included, is plain: none of the phrases in tests/data/mannered.txt."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app
from tests.support.sources import PACKAGES
from tests.support.tables import for_each

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parents[2]
PHRASES = [
    re.compile(rf"\b(?:{line.partition(' -> ')[0]})\b", re.IGNORECASE)
    for line in (ROOT / "tests/data/mannered.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
FILES = (
    "reunite/languages/en.toml",
    "slack/manifest.yaml",
    *(f"bot/web/static/{path.name}" for path in sorted((ROOT / "bot/web/static").glob("*.js"))),
    "bot/web/static/index.html",
    *(path.name for path in sorted(ROOT.glob("*.md"))),
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md"))),
)
TEST_PATH = re.compile(r"(?<![\w/.-])tests/[\w./*-]*\w")


def mannered(text: str) -> list[str]:
    lines = " ".join(text.split())  # a phrase may go over the end of a line
    return [found[0] for phrase in PHRASES for found in phrase.finditer(lines)]


@for_each("file", FILES)
def test_a_file_is_written_in_plain_english(file: str) -> None:
    assert mannered((ROOT / file).read_text("utf-8")) == []


def notes(source: str) -> Iterator[str]:
    """Yield a module's docstrings, those below its constants included, and what comes after a #, as comments do."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    yield from (line.partition("#")[2] for line in source.splitlines() if "#" in line)


@pytest.mark.parametrize("package", [*PACKAGES, "scripts", "tests"])
def test_docstrings_and_comments_are_plain_english(package: str) -> None:
    read = [(path, note) for path in sorted((ROOT / package).rglob("*.py")) for note in notes(path.read_text("utf-8"))]
    assert read
    found = {f"{path.relative_to(ROOT)}: {phrase}" for path, note in read for phrase in mannered(note)}
    assert not found


def helps(command: Any) -> Iterator[str]:
    yield command.help or ""
    yield from (getattr(param, "help", None) or "" for param in command.params)
    for subcommand in getattr(command, "commands", {}).values():
        yield from helps(subcommand)


def test_the_help_of_every_command_is_plain_english() -> None:
    texts = [text for text in helps(typer.main.get_command(app)) if text]
    assert len(texts) > 40
    assert [text for text in texts if mannered(text)] == []


def test_every_path_of_a_test_that_the_docs_name_is_there() -> None:
    named = {
        path for file in FILES if file.endswith(".md") for path in TEST_PATH.findall((ROOT / file).read_text("utf-8"))
    }
    assert len(named) > 5
    assert [path for path in sorted(named) if not any(ROOT.glob(path))] == []


@pytest.mark.parametrize(
    "text", ["Whoever lost it", "It had\nbetter be hidden", "as far\nas I know", "they shall not", "I look again"]
)
def test_mannered_phrases_are_found(text: str) -> None:
    assert mannered(text)
