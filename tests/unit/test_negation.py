import pytest

from reunite.text.normalise import normalise
from tests.support.tables import for_each


@for_each(
    ("text", "words"),
    [
        ("black bag, not the red one", "black bag,"),
        ("it is not red but blue", "it is but blue"),
        ("a cap, neither black nor dark grey, size 7", "a cap, , size 7"),
        ("scarf, not red or pink", "scarf,"),
        ("my bag, it isn't the big leather one", "my bag, it"),
        ("a rucksack, not the one with the red strap, but similar", "a rucksack, , but similar"),
        ("keine schwarze Tasche", "bag"),
        ("Tasche, nicht die schwarze, sondern die blaue", "bag, , sondern blue"),
        ("weder schwarz noch blau", ""),
        ("mochila, no la negra", "backpack,"),
        ("no es negra sino azul", "sino blue"),
        ("un sac, pas le noir", "bag,"),
        ("黒ではない傘", "umbrella"),
        ("黒じゃなくて紺のかばん", "navy bag"),
        ("黒くない傘", "umbrella"),
    ],
)
def test_what_a_thing_is_not_is_left_out_in_five_languages(text: str, words: str) -> None:
    assert normalise(text) == words


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("I have not seen my black bag since Monday", "black"),
        ("I did not find it: a red cap", "red"),
        ("ich habe meine schwarze Tasche nicht gefunden", "black"),
        ("no encuentro mi mochila negra", "black"),
        ("je ne trouve pas mon sac noir", "black"),
        ("黒い傘が見つからない", "black"),
        ("not sure where, a red cap", "red"),
    ],
)
def test_a_negated_verb_says_nothing_of_the_thing(text: str, colour: str) -> None:
    assert colour in normalise(text)
