"""The code stays small enough to be read, and speaks the glossary's language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import PACKAGES, ROOT, files

pytestmark = pytest.mark.untraced

CODE = (*PACKAGES, "scripts")
MAX_FUNCTION_LINES = 45
MAX_LINES_OF_95_PERCENT = {"functions": 20, "files": 260}
MAX_PROTOCOL_METHODS, MAX_PUBLIC_METHODS = 12, 25
RETIRED_WORDS = ("lo" + "ser", "err" + "and", "to" + "wn", "de" + "sk", "judge" + "ment")
"""Words that the glossary has replaced."""
TEXT_SUFFIXES = {".py", ".sql", ".toml", ".html", ".css", ".js", ".json"}
EXAMPLES = (
    "reunite/languages/",
    "reunite/text/everyday.toml",
    "reunite/text/heads.toml",
    "reunite/text/noise.toml",
    "reunite/text/own_losses.toml",
    "reunite/text/places.toml",
    "reunite/text/informative.toml",
    "tests/unit/test_noise.py",
    "tests/unit/test_words_that_say_nothing.py",
)
"""Where people write, or read example sentences, which may speak of a shop's counter."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@pytest.fixture(scope="module")
def definitions() -> list[tuple[str, Definition]]:
    """Every class and function of the code and its tests, with its file."""
    return [
        (str(path.relative_to(ROOT)), node)
        for path in files(*CODE, "tests")
        for node in defined(path.read_text("utf-8"))
    ]


def defined(source: str) -> list[Definition]:
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, Definition)]
    for node in found:
        if isinstance(node, Function):
            node.body.clear()  # a million nodes would keep the garbage collector busy
    return found


def function_lengths(definitions: list[tuple[str, Definition]]) -> dict[str, int]:
    return {
        f"{file}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file, node in definitions
        if isinstance(node, Function)
    }


def longer_than(lengths: dict[str, int], most: int) -> dict[str, int]:
    return {name: lines for name, lines in lengths.items() if lines > most}


def bases(node: ast.ClassDef) -> set[str]:
    """Return the names of the base classes, without their type arguments."""
    plain = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return {base.id for base in plain if isinstance(base, ast.Name)}


def public_methods(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> set[str]:
    """Return the public methods and properties, those inherited from the project's classes included."""
    own = {
        member.name
        for member in node.body
        if isinstance(member, Function) and not member.name.startswith(("_", "test_"))
    }
    parents = (classes[base] for base in bases(node) if classes.get(base, node) is not node)
    return own.union(*(public_methods(parent, classes) for parent in parents))


@pytest.mark.parametrize("packages", [CODE, ("tests",)], ids=["code", "tests"])
def test_files_are_short(packages: tuple[str, ...]) -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n") for path in files(*packages)}
    long = longer_than(lengths, MAX_LINES_OF_95_PERCENT["files"])
    assert len(long) <= 0.05 * len(lengths), long


@pytest.mark.parametrize("tests", [False, True], ids=["code", "tests"])
def test_functions_are_short(definitions: list[tuple[str, Definition]], *, tests: bool) -> None:
    lengths = function_lengths([(file, node) for file, node in definitions if file.startswith("tests/") is tests])
    long = longer_than(lengths, MAX_LINES_OF_95_PERCENT["functions"])
    assert len(long) <= 0.05 * len(lengths), long
    assert longer_than(lengths, MAX_FUNCTION_LINES) == {}


def test_protocols_and_classes_are_small(definitions: list[tuple[str, Definition]]) -> None:
    found = [(file, node) for file, node in definitions if isinstance(node, ast.ClassDef)]
    classes, big = {node.name: node for _, node in found}, {}
    for file, node in found:
        public = public_methods(node, classes)
        if len(public) > (MAX_PROTOCOL_METHODS if "Protocol" in bases(node) else MAX_PUBLIC_METHODS):
            big[f"{file}:{node.name}"] = sorted(public)
    assert big == {}


def test_nothing_is_left_open_in_the_code() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")
    left = [f"{path}: {word}" for path in files(*CODE) for word in words if word in path.read_text("utf-8")]
    assert not left


def sources() -> Iterator[Path]:
    for folder in (*CODE, "tests"):
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in TEXT_SUFFIXES)


def test_retired_words_are_gone() -> None:
    retired = re.compile(rf"(?<![a-z])({'|'.join(RETIRED_WORDS)})(?![a-z])", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        if not str(path.relative_to(ROOT)).startswith(EXAMPLES)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if retired.search(line)
    ]
    assert found == []
