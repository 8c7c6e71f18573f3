import pytest

from workers.encoders.concept_words import ConceptWords

WORDS = ConceptWords("0\tbag, water bottle\n1\tbottle, glasses\n2\twater bottle, boot")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("my Bag!", [("bag", 0)]),
        ("two bags", [("bag", 0)]),
        ("a water bottle", [("water bottle", 0), ("water bottle", 2)]),
        ("bottle of water", [("bottle", 1)]),
        ("reading glasses and boots", [("glasses", 1), ("boot", 2)]),
        ("baggage", []),
        ("", []),
    ],
)
def test_phrases_are_found_whole_singular_or_plural_the_longest_first(text: str, seen: list[tuple[str, int]]) -> None:
    assert [(WORDS.phrases[entry], WORDS.concepts[entry]) for entry in WORDS.mentioned(text)] == seen
