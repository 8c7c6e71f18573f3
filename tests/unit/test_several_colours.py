"""Several named colours that a photo shows say more than one, and less if it shows none of them."""

from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching import colours
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Item
from reunite.matching.features import extract
from reunite.matching.measurement import content_evidence
from reunite.matching.reasons import reasons
from reunite.matching.scoring import core_log_odds, total_log_odds
from reunite.matching.weights import COLOUR, NAMED_COLOURS, SEVERAL_COLOURS
from tests.support.labelled_sets import LONG_AGO
from tests.support.tables import for_each

CONCEPT = for_encoder("concept")


def seen(*names: str) -> colours.Shares:
    return tuple((name in names) / len(names) for name in colours.NAMES)


def evidence(lost_text: str, photo: colours.Shares, caption: str = "", *, by_photo: bool = False) -> dict[str, float]:
    """Compare a description with a photo of a find; `by_photo` swaps lost and found."""
    kinds = (ReportKind.FOUND, ReportKind.LOST) if by_photo else (ReportKind.LOST, ReportKind.FOUND)
    described = Item(UUID(int=1), kinds[0], lost_text, "", LONG_AGO, time_is_stated=False)
    shown = Item(UUID(int=2), kinds[1], caption, "", LONG_AGO, time_is_stated=False, colours=(photo,))
    pair = (shown, described) if by_photo else (described, shown)
    return content_evidence(*map(extract, pair))


@pytest.mark.parametrize("by_photo", [False, True])
@pytest.mark.parametrize(
    "text", ["black bag with red straps", "red and black bag", "schwarz-rote Tasche", "bolsa negra y roja"]
)
def test_the_colour_counts_again_if_several_are_named(text: str, *, by_photo: bool) -> None:
    measured = evidence(text, seen("black", "red"), by_photo=by_photo)
    assert measured[SEVERAL_COLOURS] == measured[COLOUR] > 0
    assert evidence(text, seen("green"), by_photo=by_photo)[SEVERAL_COLOURS] < 0


@pytest.mark.parametrize(
    "text", ["black bag", "bag", "a black, black bag", "bag, not red and not black", "wine red bag", "olive green bag"]
)
def test_one_colour_or_none_counts_once(text: str) -> None:
    assert SEVERAL_COLOURS not in evidence(text, seen("black"))


@pytest.mark.parametrize("photo", ["red", "black"])
@for_each(
    "text",
    [
        *(
            "red or black bag",
            "bag, either red or maybe black",
            "bag, red/black?",
            "bag: red? black?",
            "red bag, might be black",
        ),
        *(
            "rote oder schwarze Tasche",
            "Tasche, evtl. rot, evtl. schwarz",
            "sac rouge ou noir",
            "sac rouge, peut-être noir",
        ),
        *("bolso rojo o negro", "bolso, quizás rojo, tal vez negro", "borsa rossa o nera", "borsa rossa, forse nera"),
        *(
            "bolsa vermelha ou preta",
            "bolsa vermelha, talvez preta",
            "torba czerwona albo czarna",
            "torba czerwona lub czarna",
        ),
        *("torba może czerwona, może czarna", "红色或黑色的包", "包，可能是红色，也可能是黑色", "赤か黒のバッグ"),
        *(
            "torba czerwona czy czarna",
            "Tasche in rot oder schwarz",
            "bag, red (black maybe)",
            "バッグ、赤っぽい（黒かも）",
        ),
        *("赤または黒のバッグ", "バッグ、赤かも、黒かも"),
    ],
)
def test_a_choice_of_colours_is_one_that_is_not_known(text: str, photo: str) -> None:
    measured = evidence(text, seen(photo))
    assert SEVERAL_COLOURS not in measured
    assert measured[COLOUR] == evidence(f"{photo} bag", seen(photo))[COLOUR]
    assert evidence(text, seen("green"))[COLOUR] < 0


@pytest.mark.parametrize("caption", ["red bag", "black bag"])
def test_a_find_of_either_colour_agrees(caption: str) -> None:
    named = evidence("red or black bag", seen("green"), caption)[NAMED_COLOURS]
    assert named == evidence(caption, seen("green"), caption)[NAMED_COLOURS]


@pytest.mark.parametrize(
    "text",
    [
        "red/black bag",
        "red bag or black strap",
        "red bag and maybe a black strap",
        "red bag, maybe black straps",
        "sac rouge et noir",
    ],
)
def test_two_colours_that_are_both_meant_stay_several(text: str) -> None:
    assert SEVERAL_COLOURS in evidence(text, seen("black", "red"))


def test_what_the_author_answers_ends_a_choice() -> None:
    item = Item(
        UUID(int=1), ReportKind.LOST, "red or black bag", "", LONG_AGO, time_is_stated=False, answered_colour="red"
    )
    [thing] = extract(item).things
    assert not thing.is_either


def test_of_several_things_the_one_whose_colours_are_seen_counts() -> None:
    text = "my green hat and a black bag with red straps"
    assert SEVERAL_COLOURS in evidence(text, seen("red", "black"))
    assert SEVERAL_COLOURS not in evidence(text, seen("green"))


@pytest.mark.parametrize(("caption", "differs"), [("black keys, umbrella, hat", False), ("black keys", True)])
def test_of_several_things_none_is_said_to_have_another_colour_than_a_photo(caption: str, *, differs: bool) -> None:
    lost = Item(UUID(int=1), ReportKind.LOST, "", "", LONG_AGO, time_is_stated=False, colours=(seen("red"),))
    found = Item(UUID(int=2), ReportKind.FOUND, caption, "", LONG_AGO, time_is_stated=False, colours=(seen("black"),))
    whys = reasons(extract(lost), extract(found), (), {})
    assert any(why.aspect == "colour" and why.agreement == "differs" for why in whys) is differs


def test_colours_that_both_name_are_compared_by_name_alone() -> None:
    measured = evidence("black bag with red straps", seen("black", "red"), "black and red bag")
    assert NAMED_COLOURS in measured
    assert SEVERAL_COLOURS not in measured


def test_two_colours_that_are_seen_say_more_than_one_and_two_that_are_not_say_more_against_it() -> None:
    def log_odds(text: str, photo: colours.Shares) -> float:
        return total_log_odds(evidence(text, photo), CONCEPT)

    for two, one in (("red and yellow hat", "yellow hat"), ("yellow and red hat", "red hat")):
        assert log_odds(two, seen("red", "yellow")) > log_odds(one, seen("red", "yellow")) > 0
        assert log_odds(two, seen("blue")) < log_odds(one, seen("blue")) < 0


def test_colours_never_give_a_label_alone() -> None:
    assert core_log_odds(evidence("black bag with red straps", seen("black", "red")), CONCEPT) == 0


def test_clip_has_no_weight_for_what_was_not_measured_with_it() -> None:
    assert SEVERAL_COLOURS not in for_encoder("clip").terms
