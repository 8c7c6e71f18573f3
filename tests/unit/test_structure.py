"""The code stays small enough to be read: 95% of files under 400 lines, of functions under 40, none over 80."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("reunite", "db", "workers", "bot", "cli", "embedded")


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def functions() -> Iterator[tuple[str, int]]:
    for path in files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_files_are_short() -> None:
    lengths = {path.relative_to(ROOT): path.read_text("utf-8").count("\n") for path in files()}
    long = {path: lines for path, lines in lengths.items() if lines >= 400}
    assert len(long) <= 0.05 * len(lengths), long


def test_functions_are_short() -> None:
    lengths = dict(functions())
    long = {name: lines for name, lines in lengths.items() if lines >= 40}
    assert len(long) <= 0.05 * len(lengths), long
    assert max(lengths.values()) <= 80


def test_nothing_is_left_open_in_the_code() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")
    left = [f"{path}: {word}" for path in files() for word in words if word in path.read_text("utf-8")]
    assert not left
