"""No expression takes longer on a hostile text than its length explains: each is found, and tried on its own poison."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from tests.doubles.hostile import TAILS, TooSlowError, check_growth, pumps, texts
from tests.support.sources import PACKAGES, ROOT, files

pytestmark = pytest.mark.untraced


EXPRESSIONS = re.compile(r"^import re$|\bPattern\b", re.MULTILINE)


def modules() -> Iterator[str]:
    """Yield those that may have expressions; in workers/, to import the others would load PyTorch for seconds."""
    for room in PACKAGES:
        for package in pkgutil.walk_packages([str(ROOT / room)], f"{room}."):
            source = ROOT / f"{package.name.replace('.', '/')}.py"
            if room != "workers" or package.ispkg or EXPRESSIONS.search(source.read_text("utf-8")):
                yield package.name


def patterns_in(value: Any) -> Iterable[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, Mapping):
        return [pattern for inner in value.values() for pattern in patterns_in(inner)]
    if isinstance(value, tuple | list | set | frozenset):
        return [pattern for inner in value for pattern in patterns_in(inner)]
    if hasattr(value, "cache_info") and "Pattern" in str(value.__annotations__.get("return")):  # made at its first use
        return patterns_in(value())
    return []


def expressions() -> Mapping[re.Pattern[Any], str]:
    """Return every expression with the last of its names: a module may have it from another."""
    return {
        pattern: f"{name}.{variable}[{number}]"
        for name in modules()
        for variable, value in vars(importlib.import_module(name)).items()
        for number, pattern in enumerate(patterns_in(value))
    }


def check(pattern: re.Pattern[Any]) -> None:
    """Look through whole texts for all that it matches."""
    for before, repeated in pumps(pattern):
        for tail in TAILS:
            make = partial(texts, pattern, before, repeated, tail)

            def search(size: int, make: Callable[[int], str] = make) -> None:
                for _ in pattern.finditer(make(size)):
                    pass

            check_growth(search)


def test_no_expression_has_a_possessive_group() -> None:
    """Python 3.11.2 matches them wrongly (CPython issue 106052); an atomic group does the same."""
    possessive = re.compile(r"\)(?:[*+?]|\{[\d,]+\})\+")
    assert [name for pattern, name in expressions().items() if possessive.search(str(pattern.pattern))] == []


@pytest.mark.slow
def test_every_expression_takes_as_long_as_the_text_is() -> None:
    found = expressions()
    assert len(found) > 25
    slow = []
    for pattern, name in found.items():
        try:
            check(pattern)
        except TooSlowError as error:
            slow.append(f"{name}: {error}")
    assert not slow


WEB_PAGE = (  # what stopped the workers
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|(?:html|head|body|script|meta|title)\b)"
)


@pytest.mark.parametrize(
    "pattern",
    [
        re.compile(WEB_PAGE, re.DOTALL | re.IGNORECASE),
        re.compile(r"((?:\s*(?:[,;:.+&\n]|\b(?:and|plus)\b))+\s*)"),
        re.compile(r"^(\s*\d+)\.", re.MULTILINE),
        re.compile(r"(a+)+$"),
        re.compile(r"\s+x"),
    ],
    ids=lambda pattern: repr(pattern.pattern),
)
def test_an_expression_that_backtracks_is_caught(pattern: re.Pattern[Any]) -> None:
    with pytest.raises(TooSlowError):
        check(pattern)


USE = re.compile(r"\bre\s*\.\s*(?:sub|match|search|fullmatch|find|split)")


def test_no_expression_is_written_where_it_would_not_be_found() -> None:
    inline = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files()
        if USE.search(source := path.read_text("utf-8"))  # to parse every module takes a second
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "re"
        and node.attr in {"sub", "subn", "match", "search", "fullmatch", "findall", "finditer", "split"}
    ]
    assert not inline
