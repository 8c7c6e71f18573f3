"""What is left of a text when its noise between phrases and in forms is gone."""

import pytest

from reunite.text.noise import clean


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("my bag is gone 😭 black, has a tag", "my bag is gone, black, has a tag"),
        ("my 🔑 keys", "my keys"),
        ("a red 🎒 backpack 😭", "a red backpack"),
        ("mug, support ticket INC0048213", "mug,"),
        ("a train ticket 44812", "a train ticket 44812"),
        ('{"item": "mug", "colour": "white"}', '{". "mug", ". "white"}'),
        ("**Item** | mug\n**Agent** | Zarquon", "mug"),
    ],
)
def test_the_rest_reads_as_before(text: str, rest: str) -> None:
    assert " ".join(clean(text).text.replace(" ,", ",").split()).removesuffix(" .") == rest
