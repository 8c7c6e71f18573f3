import pytest

from reunite.text.negation import negated_words
from reunite.text.words import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("black jacket without a hood", {"hood"}),
        ("coat with a missing button", {"button"}),
        ("coat with missing buttons", {"buttons"}),
        ("bag, it's missing its strap", {"strap"}),
        ("The bag is missing a strap", {"strap"}),
        ("Missing Patagonia jacket", set()),
        ("missing keys with a blue lanyard", set()),
        ("My Patagonia is missing since Monday", set()),
    ],
)
def test_what_a_thing_lacks_is_not_a_missing_thing(text: str, expected: set[str]) -> None:
    assert negated_words(plain(text)) == expected
