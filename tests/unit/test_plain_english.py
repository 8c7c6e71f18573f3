"""What people read is plain: none of the phrases in tests/data/mannered.txt."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.main import app

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


def mannered(text: str) -> list[str]:
    lines = " ".join(text.split())  # a phrase may go over the end of a line
    return [found[0] for phrase in PHRASES for found in phrase.finditer(lines)]


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_written_in_plain_english(file: str) -> None:
    assert mannered((ROOT / file).read_text("utf-8")) == []


def helps(command: Any) -> Iterator[str]:
    yield command.help or ""
    yield from (getattr(each, "help", None) or "" for each in command.params)
    for each in getattr(command, "commands", {}).values():
        yield from helps(each)


def test_the_help_of_every_command_is_plain_english() -> None:
    said = [text for text in helps(typer.main.get_command(app)) if text]
    assert len(said) > 40
    assert [text for text in said if mannered(text)] == []


@pytest.mark.parametrize(
    "text", ["Whoever lost it", "It had\nbetter be hidden", "as far\nas I know", "they shall not", "I look again"]
)
def test_mannered_phrases_are_found(text: str) -> None:
    assert mannered(text)
