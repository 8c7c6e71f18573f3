import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.encoders.chunks import chunks

pytestmark = pytest.mark.untraced


@pytest.mark.parametrize(
    ("text", "letters", "pieces"),
    [
        ("a red hat", 20, ["a red hat"]),
        ("  a red hat ", 9, ["a red hat"]),
        ("", 20, [""]),
        ("I lost a hat. It is red.", 14, ["I lost a hat.", "It is red."]),
        ("a red hat with a brim", 12, ["a red hat", "with a brim"]),
        ("赤い帽子です。つばがあります。", 8, ["赤い帽子です。", "つばがあります。"]),
        ("aaaaaaaaaa", 5, ["aaaaa", "aaaaa"]),
    ],
)
def test_texts_are_cut_where_a_reader_would_pause(text: str, letters: int, pieces: list[str]) -> None:
    assert chunks(text, lambda piece: len(piece) <= letters) == pieces


@given(st.text(), st.integers(1, 40))
def test_pieces_fit_and_nothing_is_lost(text: str, letters: int) -> None:
    pieces = chunks(text, lambda piece: len(piece) <= letters)
    assert all(len(piece) <= letters for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(["hat", "umbrella", "is", "red.", "Where?"]), min_size=8).map(" ".join))
def test_no_small_rest_counts_as_much_as_the_others(text: str) -> None:
    pieces = chunks(text, lambda piece: len(piece) <= 30)
    assert max(map(len, pieces)) <= 4 * min(map(len, pieces)) + 8
