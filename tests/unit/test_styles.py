"""The page and the board have one palette."""

import re
from pathlib import Path

import board
import bot.web
import http_server

SHEETS = [
    path
    for package in (board, bot.web, http_server)
    for path in sorted(Path(str(package.__file__)).parent.joinpath("static").glob("*.css"))
]
_SET = re.compile(r"^\s*(--[\w-]+):", re.MULTILINE)
_USED = re.compile(r"var\((--[\w-]+)[,)]")


def test_each_colour_is_set_in_one_place_and_used() -> None:
    words = {path.name: path.read_text("utf-8") for path in SHEETS}
    assert len(words) == len(SHEETS)
    assert {name for name, text in words.items() if _SET.search(text)} == {"base.css"}
    assert set(_SET.findall(words["base.css"])) == {name for text in words.values() for name in _USED.findall(text)}


def test_quotation_marks_are_those_of_the_language() -> None:
    rules = [line for path in SHEETS for line in path.read_text("utf-8").splitlines() if "quotes:" in line]
    assert all(rule.startswith(":lang(") for rule in rules)  # the browser's own marks elsewhere
