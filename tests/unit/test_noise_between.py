"""What is left of a text when its noise between phrases, in forms and about the search is gone."""

import pytest

from reunite.text.noise import clean


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("my bag is gone 😭 black, has a tag", "my bag is gone, black, has a tag"),
        ("my 🔑 keys", "my keys"),
        ("a red 🎒 backpack 😭", "a red backpack"),
        ("lost my keys. I've already checked my bag, coat and the car. They're new", "lost my keys. . They're new"),
        ("we searched the car and found a glove", "and found a glove"),
        ("mug, support ticket INC0048213", "mug,"),
        ("a train ticket 44812", "a train ticket 44812"),
        ('{"item": "mug", "colour": "white"}', '{". "mug", ". "white"}'),
        ("**Item** | mug\n**Agent** | Zarquon", "mug"),
    ],
)
def test_the_rest_reads_as_before(text: str, rest: str) -> None:
    assert " ".join(clean(text).text.replace(" ,", ",").split()).removesuffix(" .") == rest
