import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from reunite.encoder import Pixels
from reunite.matching import colours
from reunite.text import colour_words
from reunite.text.normalise import normalise
from tests.support.tables import for_each

RED, GREEN, WHITE, BLUE, BLACK = (200, 25, 40), (60, 160, 70), (250, 250, 250), (35, 90, 200), (15, 15, 16)


def disc(of: tuple[int, int, int], on: tuple[int, int, int]) -> Pixels:
    down, across = np.mgrid[:200, :200] - 100
    inside = (down**2 + across**2 < 60**2)[..., None]
    return np.where(inside, np.array(of), np.array(on)).astype(np.uint8)


def colours_in(text: str) -> list[str]:
    return list(colour_words.named_colours(normalise(text)))


@pytest.mark.parametrize(
    ("of", "on", "name"),
    [
        (RED, GREEN, "red"),
        (GREEN, RED, "green"),
        (BLACK, WHITE, "black"),
        (WHITE, BLUE, "white"),
        (BLUE, WHITE, "blue"),
    ],
)
def test_a_disc_has_its_own_colour_and_not_the_grounds(
    of: tuple[int, int, int], on: tuple[int, int, int], name: str
) -> None:
    shares = colours.of_photo(disc(of, on))
    assert colours.dominant(shares) == name
    assert colours.share_of(name, shares) > 0.8


def test_a_thing_that_fills_the_photo_keeps_its_colour() -> None:
    assert colours.dominant(colours.of_photo(np.full((50, 80, 3), RED, np.uint8))) == "red"


@pytest.mark.parametrize(("level", "name"), [(25, "black"), (128, "grey")])
def test_a_shop_picture_without_any_tint_keeps_its_colour(level: int, name: str) -> None:
    assert colours.dominant(colours.of_photo(disc((level,) * 3, (255, 255, 255)))) == name


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
def test_every_photo_has_shares_that_sum_to_one(pixels: Pixels) -> None:
    shares = colours.of_photo(pixels)
    assert len(shares) == len(colours.NAMES)
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1)
    assert colours.similarity(shares, shares) == pytest.approx(1)


@for_each(
    ("text", "names"),
    [
        ("black rucksack with a red strap", ["black", "red"]),
        ("lemon water bottle", ["yellow"]),
        ("metallic blue crutch", ["blue"]),
        ("a metallic pen", ["grey"]),
        ("a bottle of lemon water", []),
        ("ginger tea towel and mint tea", ["orange"]),
        ("peach juice coloured blanket", ["orange"]),
        ("lavender soap", []),
        ("blue beer can and a lemon water jug", ["blue", "yellow"]),
        ("my light-blue cap, dark red trim", ["light blue", "dark red"]),
        ("an off-white boot", ["white"]),
        ("a bag, not black but navy", ["navy"]),
        ("it isn't the red one, it's grey", ["grey"]),
        ("roter Rucksack", ["red"]),
        ("una mochila azul marino", ["navy"]),
        ("chapeau blanc à ruban noir", ["white", "black"]),
        ("黒い革の帽子", ["black"]),
        ("marron clair", ["beige"]),
        ("hellgraue Mütze", ["grey"]),
        ("chaqueta verde oscuro", ["green"]),
        ("sac blanc cassé", ["white"]),
        ("濃い青のかばん", ["navy"]),
        ("keys and a phone", []),
        ("tub of hand cream", []),
        ("cream hat, cream", ["beige", "beige"]),
        ("blue ice cream scoop", ["blue"]),
        ("wine bottle, green", ["green"]),
        ("wine coat", ["dark red"]),
        ("red cross-body bag with white stripes", ["red", "white"]),
        ("black Red Bull cap", ["black"]),
    ],
)
def test_colours_are_read_from_words_in_five_languages(text: str, names: list[str]) -> None:
    assert colours_in(text) == names


def test_the_colour_named_first_counts_most() -> None:
    shares = colours.of_names(colours_in("white hat with a black band"))
    assert shares is not None
    assert shares[colours.NAMES.index("white")] > shares[colours.NAMES.index("black")] > 0
    assert sum(shares) == pytest.approx(1)
    assert colours.of_names(colours_in("a hat")) is None


def test_what_is_said_lifts_the_photo_that_shows_it() -> None:
    red = colours.of_names(["red"])
    assert red is not None
    on_red, on_dark_red, on_green = (
        colours.log_ratio(red, colours.of_photo(disc(of, WHITE))) for of in (RED, (122, 22, 38), GREEN)
    )
    assert on_red > on_dark_red > on_green
    assert on_green < 0 < on_dark_red


@pytest.mark.parametrize("name", ["light blue", "navy", "blue", "turquoise", "green", "purple"])
def test_grey_in_a_photo_says_little_against_a_colour_that_looks_grey_in_shade(name: str) -> None:
    shaded = colours.of_photo(disc((104, 112, 118), WHITE))
    stated, red = colours.of_names([name]), colours.of_names(["red"])
    assert stated
    assert red
    assert colours.dominant(shaded) == "grey"
    assert colours.log_ratio(stated, shaded) > -0.5
    assert colours.log_ratio(red, shaded) < -1.5


def test_in_words_grey_and_navy_are_two_colours() -> None:
    grey, navy = colours.of_names(["grey"]), colours.of_names(["navy"])
    assert grey
    assert navy
    assert colours.log_ratio_of_names(grey, navy) < -1
    assert colours.name_similarity("grey", "navy") == 0


def test_agreement_is_symmetric_and_less_for_other_colours() -> None:
    red, green = colours.of_photo(disc(RED, WHITE)), colours.of_photo(disc(GREEN, WHITE))
    assert colours.similarity(red, green) == colours.similarity(green, red) < 0.2
