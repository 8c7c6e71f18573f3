"""Chinese is spaced and punctuated in one way in all that Reunite says."""

import re

import pytest

from reunite.language import words_in
from tests.unit.test_languages import everything

HAN = r"[\u3400-\u9fff]"
FULL = r"[，。！？：；（）“”、]"
LATIN = r"[A-Za-z0-9{}`]"
DATES = {"date", "moment"}
"""Dates like 12月21日 have no spaces."""
TEXTS = {
    key: text.replace("** ", "").replace("**", "").replace("{sentence}", "")
    for key, text in everything("zh")
    if key not in DATES
}
"""Without bold marks, each with the space after it, and without a whole sentence of ours."""


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("a space stands between characters and anything else", rf"{HAN}{LATIN}|{LATIN}{HAN}"),
        ("no space stands between characters", rf"{HAN} {HAN}"),
        ("no space stands at a full-width mark", rf" {FULL}|{FULL} "),
        ("marks are full-width", rf"{HAN}[,.!?:;()\"']|[,!?;]{HAN}|\.\.\.|……"),
        ("you are 你", "您"),
    ],
)
def test_all_texts_follow_one_rule(rule: str, broken: str) -> None:
    assert {key: text for key, text in TEXTS.items() if re.search(broken, text)} == {}, rule


def test_a_count_in_words_has_no_plural() -> None:
    assert all(isinstance(text, str) or set(text) == {"other"} for text in words_in("zh").sentences.values())
