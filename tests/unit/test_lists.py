"""Lists in one line are read as lines, and what only looks like one stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.text.lists import one_line_each
from tests.support.tables import for_each


@for_each(
    ("text", "lines"),
    [
        ("1) keys 2) wallet 3) blue scarf", "keys\nwallet\nblue scarf"),
        ("Lost: 1. keys 2. wallet", "Lost:\nkeys\nwallet"),
        ("(a) hat (b) scarf", "hat\nscarf"),
        ("lost: - airpods - charger", "lost:\nairpods\ncharger"),
        ("– gants – bonnet", "gants\nbonnet"),
        ("• gloves • hat", "gloves\nhat"),
        ("1️⃣ keys 2️⃣ bag", "keys\nbag"),
        ("①钱包 ②耳机", "钱包\n耳机"),
        ("・手袋 ・帽子", "手袋\n帽子"),
        ("my list:\n- keys\n- hat", "my list:\nkeys\nhat"),
    ],
)
def test_each_item_of_a_list_gets_its_line(text: str, lines: str) -> None:
    assert one_line_each(text) == lines


@pytest.mark.parametrize(
    "text",
    [
        "bag - black - with a zip",
        "Brille im 1. Stock oder 2. Stock",
        "found 1. keys",
        "lot 3) of 4) things",
        "ワイヤレス・イヤホン",
        "size S/M, 1/2 full",
        "two  spaces\n\nand an empty line",
    ],
)
def test_what_is_no_list_stays(text: str) -> None:
    assert one_line_each(text) == text


@given(st.text("1a2b). -•\n:x"))
def test_no_word_is_lost_or_added(text: str) -> None:
    assert one_line_each(text).count("x") == text.count("x")
