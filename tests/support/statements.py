"""All SQL statements in the code, and the tables that each names."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.support.sources import PACKAGES, ROOT, files

_FIRST = "SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|COPY|LOCK TABLE|TABLE|TRUNCATE|MERGE"
_BEGINS = re.compile(rf"\s*({_FIRST}) ?\b")
_WORDS = re.compile(rf"\b(?:{_FIRST})\b")
_NAME = r"\s+(?:ONLY\s+|IF EXISTS\s+)?((?:public\.)?[a-z_]+)\b"
_TABLE = re.compile(rf"\b(?:(?<!DISTINCT )FROM|JOIN|(?<!FOR )(?<!DO )(?<!KEY )UPDATE|TABLE|USING){_NAME}(?!\s*[(.])")
_WRITTEN = re.compile(rf"\b(?:INTO|COPY){_NAME}")
_WITH = re.compile(r"\b([a-z_]+)\s*(?:\([a-z_, ]*\))?\s+AS\s+(?:NOT\s+)?(?:MATERIALIZED\s+)?\(")
_CALL = re.compile(r"\b([a-z_]+)\s*\(")


@dataclass(frozen=True)
class Statement:
    module: str
    line: int
    text: str

    @property
    def tables(self) -> set[str]:
        found = [*_TABLE.findall(self.text), *_WRITTEN.findall(self.text)]
        named = {name.removeprefix("public.") for name in found}
        return named - set(_WITH.findall(self.text))

    @property
    def calls(self) -> set[str]:
        return set(_CALL.findall(self.text))


def statements(packages: tuple[str, ...] = PACKAGES) -> list[Statement]:
    return [
        statement
        for path in files(*packages)
        for statement in of_module(str(path.relative_to(ROOT)), path.read_text("utf-8"))
    ]


def of_module(name: str, code: str) -> Iterator[Statement]:
    """Yield every string that is a statement, f-strings and sums of strings as one."""
    if not _WORDS.search(code):
        return  # to parse every module takes seconds
    tree = ast.parse(code)
    constants = dict(_constants(tree))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) for part in _parts(node)}
    for node in ast.walk(tree):
        if (
            id(node) in docstrings
            or id(node) in parts
            or not isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp)
        ):
            continue
        if _BEGINS.match(text := _text(node, constants)):
            yield Statement(name, node.lineno, text)


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value) | ast.AnnAssign(
                ast.Name(name), value=ast.expr() as value
            ):
                yield name, value


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        yield from (part for part in ast.walk(node) if part is not node)


def _text(node: ast.expr, constants: Mapping[str, ast.expr]) -> str:
    match node:
        case ast.Constant(str() | bytes() as value):
            return value if isinstance(value, str) else value.decode(errors="replace")
        case ast.JoinedStr(values):
            return "".join(_text(value, constants) for value in values)
        case ast.BinOp(left, ast.Add(), right):
            return _text(left, constants) + _text(right, constants)
        case ast.FormattedValue(value):
            return _text(value, constants)
        case ast.Name(name) if name in constants:
            return _text(constants[name], constants)
    return "…"
