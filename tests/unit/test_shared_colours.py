"""A colour that a text says of two things is the colour of both."""

import pytest

from reunite.entities import ReportKind
from tests.support.features import features_of
from tests.support.tables import for_each


def colours_of(text: str) -> list[list[str]]:
    read = features_of(text, ReportKind.LOST)
    return [[colour.name for colour in thing.colours] for thing in read.things]


@for_each(
    "text",
    [
        *("hat/scarf, both grey", "hat and scarf (both grey)", "A hat and a scarf. Both are grey.", "hat/scarf grey"),
        *("Mütze/Schal grau", "Mütze und Schal, beides grau", "Mütze und Schal, beide grau", "bonnet/écharpe gris"),
        *("bonnet et écharpe, tous les deux gris", "bonnet et écharpe, les deux gris", "gorro y bufanda, ambos grises"),
        *(
            "gorro y bufanda, los dos grises",
            "cappello e sciarpa, entrambi grigi",
            "cappello e sciarpa, tutti e due grigi",
        ),
        *("chapéu e cachecol, ambos cinzentos", "chapéu e cachecol, os dois cinzentos", "czapka i szalik, oba szare"),
        *("帽子和围巾，都是灰色", "帽子とマフラー、どちらもグレー", "帽子とマフラー、両方グレー"),
        *(
            "czapka i szalik, obie rzeczy szare",
            "帽子とマフラー、どちらもグレーです",
            "Mütze und Schal, beide sind grau",
        ),
        *("gorro y bufanda, ambos son grises", "bonnet et écharpe, les deux sont gris"),
    ],
)
def test_a_colour_said_of_both_is_that_of_both(text: str) -> None:
    assert colours_of(text) == [["grey"], ["grey"]]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "gloves, hat, scarf (all black)",
            "Handschuhe, Mütze und Schal, alles schwarz",
            "gants, bonnet, écharpe, tout en noir",
        ),
        *(
            "guantes, gorro y bufanda, todo negro",
            "guanti, cappello e sciarpa, tutti neri",
            "luvas, gorro e cachecol, tudo preto",
        ),
        *("rękawiczki, czapka i szalik, wszystko czarne", "手套、帽子和围巾，全部黑色", "手袋と帽子とマフラー、全部黒"),
    ],
)
def test_it_is_that_of_all(text: str) -> None:
    assert colours_of(text) == [["black"]] * 3


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("Brille mit rotem Gestell", [["red"]]),
        ("watch with a black strap", [["black"]]),
        ("notebook with a blue cover", [["blue"]]),
        ("watch with a black sticker", [[]]),
        ("white gold ring", [["grey"]]),
    ],
)
def test_the_part_by_which_a_thing_is_called_gives_its_colour(text: str, colours: list[list[str]]) -> None:
    assert colours_of(text) == colours


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("keys/wallet black", [[], ["black"]]),
        ("hat/grey scarf", [[], ["grey"]]),
        ("hat and scarf, grey", [[], ["grey"]]),
        ("red hat and scarf, both grey", [["red"], ["grey"]]),
        ("keys and scarf, both of my sons wore grey", [[], ["grey"]]),
    ],
)
def test_other_colours_stay_with_their_thing(text: str, colours: list[list[str]]) -> None:
    assert colours_of(text) == colours
