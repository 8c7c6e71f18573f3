"""Whether two reports are about the same kind of thing, and what that says."""

from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching import colours, kinds_compared
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.features import ReportFeatures, extract
from reunite.matching.kinds_compared import log_odds
from reunite.matching.scoring import ScoredCandidate, score
from reunite.matching.weights import ALIKE_BY_KIND, COMMON_KIND
from reunite.text.kinds import RARE_SHARE, Relation, relation, share_of_lost
from tests.support.labelled_sets import LONG_AGO
from tests.support.tables import for_each

PHOTO = (colours.of_names(["red"]) or (),)


def report(text: str, *, shows: tuple[str, ...] = (), photo: bool = False, number: int = 1) -> Item:
    kind = ReportKind.LOST if number == 1 else ReportKind.FOUND
    return Item(
        UUID(int=number),
        kind,
        text,
        "",
        LONG_AGO,
        time_is_stated=False,
        colours=PHOTO if photo or shows else (),
        shows=shows,
    )


def features(text: str, *shows: str, photo: bool = False) -> ReportFeatures:
    return extract(report(text, shows=shows, photo=photo))


@for_each(
    ("first", "second", "speaks_for_it"),
    [
        ("blue backpack", "rucksack, very old", True),
        ("schwarzer Rucksack", "black backpack", True),
        ("my trainers", "a pair of shoes", True),
        ("my keys", "a wallet with cards", False),
        ("parapluie rouge", "red scarf", False),
        ("my keys on a red ribbon", "red umbrella", False),
        ("lanyard with a sea pass", "cruise card on a blue strap", True),
        ("my weekend pass", "a con badge", True),
        ("smartwatch", "Garmin watch", True),
        ("my Leatherman", "a folding knife", True),
        ("keys with a fob", "AirTag", True),
        ("USB-C hub", "a dongle", True),
        ("Zauberwürfel", "ein Würfel", True),
        ("foam shield", "foam sword", False),
        ("blue on-ear headphones", "headphones", True),
        ("green under armour rucksack", "backpack", True),
        ("fox shaped pillow", "a pillow with a fox", True),
        ("fox shaped pillow", "a mug", False),
        ("lace top", "white blouse", True),
        ("denim shirt dress", "dress", True),
        ("corduroy overshirt", "jacket", True),
    ],
)
def test_two_texts_agree_or_not_in_any_language(first: str, second: str, *, speaks_for_it: bool) -> None:
    value = log_odds(features(first), features(second))
    assert value is not None
    assert (value > 0) is speaks_for_it
    assert log_odds(features(second), features(first)) == value


@pytest.mark.parametrize(
    ("thing", "container"),
    [
        ("harmonica in its case", "small black case"),
        ("new headphones in a white box", "a box, unopened"),
        ("Brille in einem Etui", "case"),
        ("earrings, gold, inside a tiny pouch", "velvet pouch"),
    ],
)
def test_who_finds_what_a_thing_is_kept_in_may_name_that_alone(thing: str, container: str) -> None:
    value = log_odds(features(thing), features(container))
    assert value is None or value > 0
    assert log_odds(features(container), features(thing)) == value


def test_a_place_is_no_container_of_a_thing() -> None:
    assert log_odds(features("scarf in the library"), features("box")) == log_odds(features("scarf"), features("box"))


@pytest.mark.parametrize(
    ("first", "second"), [("something blue", "umbrella"), ("", "umbrella"), ("a zorblax", "umbrella")]
)
def test_what_names_nothing_known_says_nothing(first: str, second: str) -> None:
    assert log_odds(features(first), features(second)) is None


def test_a_photo_says_what_a_text_leaves_open() -> None:
    umbrella, backpack = features("", "umbrella"), features("", "backpack")
    assert log_odds(features("grey umbrella"), umbrella) == log_odds(features("grey umbrella"), features("umbrella"))
    assert log_odds(features("grey umbrella"), backpack) == log_odds(features("grey umbrella"), features("backpack"))


def test_words_of_both_count_before_what_a_photo_shows() -> None:
    captioned = features("umbrella, left on the bus", "backpack")
    assert log_odds(features("grey umbrella"), captioned) == log_odds(features("umbrella"), features("umbrella"))


def test_two_photos_are_not_compared_by_name_too() -> None:
    assert log_odds(features("", "umbrella"), features("", "umbrella")) is None
    assert log_odds(features("umbrella", photo=True), features("umbrella", photo=True)) is not None


def test_photos_of_one_kind_look_alike_for_that_alone() -> None:
    similarities = {PairKind.PHOTO_PHOTO: 0.7}
    background = {PairKind.PHOTO_PHOTO: Background(0.27, 0.06, 30)}

    def scored(first: str, second: str) -> ScoredCandidate:
        lost, found = report("", shows=(first,)), report("", shows=(second,), number=2)
        [candidate] = score(Search(lost, (Candidate(found, similarities),), background, 30), for_encoder("concept"))
        return candidate

    dogs, unnamed = scored("dog", "dog"), scored("dog", "zorblax")
    assert dogs.probability < unnamed.probability
    assert dogs.evidence[ALIKE_BY_KIND] < 0
    assert ALIKE_BY_KIND not in unnamed.evidence
    assert ALIKE_BY_KIND not in scored("umbrella", "dog").evidence


def test_a_soft_toy_is_not_the_animal_that_its_photo_shows() -> None:
    assert log_odds(features("soft toy"), features("", "dog")) is None


@pytest.mark.parametrize(
    ("first", "second", "related"),
    [
        ("plush rabbit", "Stoffhase", "same"),
        ("soft toy bunny", "ぬいぐるみのうさぎ", "same"),
        ("Holzpferd", "wooden horse", "same"),
        ("plush wolf", "peluche chien", "near"),
        ("plush dog", "dog", "near"),
        ("knitted rabbit", "toy", "same"),
    ],
)
def test_a_toy_is_compared_as_one_with_what_it_depicts(first: str, second: str, related: Relation) -> None:
    (one,), (other,) = features(first).things, features(second).things
    assert relation(one.noun or "", other.noun or "") == related


def test_what_a_thing_holds_is_not_another_thing() -> None:
    assert log_odds(features("my keys"), features("black bag with keys in it")) is None


def test_another_kind_of_thing_is_less_probable_however_alike_it_sounds() -> None:
    similarities = {PairKind.TEXT_TEXT: 0.4, PairKind.TEXT_PHOTO: 0.3}
    background = {kind: Background(0.1, 0.07, 30) for kind in similarities}

    def probability(text: str) -> float:
        found = report(text, photo=True, number=2)
        search = Search(report("my red keys"), (Candidate(found, similarities),), background, 30)
        [scored] = score(search, for_encoder("concept"))
        return scored.probability

    assert probability("a red umbrella") < 0.8 * probability("a red zorblax") < 0.8 * probability("red keys")


@pytest.mark.parametrize("name", ["backpack", "rucksack", "mobile phone", "iphone", "car key", "woolly hat", "parka"])
def test_what_is_lost_often_is_common_by_any_of_its_names(name: str) -> None:
    assert share_of_lost(name) == share_of_lost("backpack") > share_of_lost("passport") > RARE_SHARE


@pytest.mark.parametrize("name", ["teapot", "violin", "zorblax"])
def test_all_else_is_rare(name: str) -> None:
    assert share_of_lost(name) == RARE_SHARE


def among(lost: Item, *found: str, open_count: int, photo: bool = False) -> list[ScoredCandidate]:
    """Search among reports of which each is as similar to the lost one as any other."""
    pair = PairKind.PHOTO_PHOTO if photo else PairKind.TEXT_TEXT
    candidates = tuple(
        Candidate(report(text, photo=photo, number=number), {pair: 0.6}) for number, text in enumerate(found, start=2)
    )
    background = {pair: Background(0.2, 0.1, open_count)}
    return list(score(Search(lost, candidates, background, open_count), for_encoder("concept")))


def test_one_of_a_common_kind_is_more_probably_another_one() -> None:
    [bottle] = among(report("green bottle"), "green bottle", open_count=40)
    [teapot] = among(report("green teapot"), "green teapot", open_count=40)
    assert bottle.evidence[COMMON_KIND] < teapot.evidence[COMMON_KIND] == 0
    assert bottle.probability < teapot.probability


@pytest.mark.parametrize(
    ("lost", "found", "is_labelled"),
    [
        ("lost a turquoise glove in hangar 12", "turquoise glove found in hangar 12", True),
        ("lost a turquoise glove in hangar 12", "turquoise tumbler found in hangar 12", False),
        ("black squash racket, court 3", "badminton racket, black, court 3", False),
        ("turquoise glove, serial number BX4711", "turquoise tumbler, serial number BX4711", True),
    ],
)
def test_colour_and_place_give_no_label_to_another_kind_of_thing(lost: str, found: str, *, is_labelled: bool) -> None:
    pair = Candidate(report(found, number=2), {PairKind.TEXT_TEXT: 0.6}, ("bx4711",) if "BX4711" in lost else ())
    search = Search(report(lost), (pair,), {PairKind.TEXT_TEXT: Background(0.2, 0.1, 20)}, 20)
    [scored] = score(search, for_encoder("concept"))
    assert (scored.label is not None) is is_labelled


def test_what_is_common_here_counts_too() -> None:
    *_, one_teapot = among(report("teapot"), "teapot", "scarf", open_count=40)
    *_, many_teapots = among(report("teapot"), *["teapot"] * 10, open_count=40)
    assert many_teapots.evidence[COMMON_KIND] < one_teapot.evidence[COMMON_KIND]


def test_a_thing_that_is_worn_or_kept_with_another_is_not_one_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    *_, with_others = among(report("violin"), *["scarf"] * 10, open_count=40)
    *_, with_cases = among(report("violin"), *["violin case"] * 10, open_count=40)
    odds = kinds_compared._LOG_ODDS
    monkeypatch.setattr(kinds_compared, "_LOG_ODDS", {**odds, "near": odds["broader"]})
    *_, whatever_it_weighs = among(report("violin"), *["violin case"] * 10, open_count=40)
    assert with_others.evidence[COMMON_KIND] == with_cases.evidence[COMMON_KIND]
    assert whatever_it_weighs.evidence[COMMON_KIND] == with_cases.evidence[COMMON_KIND]


def test_a_photo_says_that_its_thing_is_of_a_common_kind() -> None:
    [bottle] = among(report("", shows=("water bottle",)), "green bottle", open_count=40)
    assert bottle.evidence[COMMON_KIND] < 0


def test_two_photos_say_more_than_how_common_a_kind_is() -> None:
    [bottle] = among(report("green bottle", photo=True), "green bottle", open_count=40, photo=True)
    assert COMMON_KIND not in bottle.evidence


def test_more_of_a_common_kind_than_a_search_returns_does_not_make_it_rare() -> None:
    bottles = among(report("green bottle"), *["green bottle"] * 50, open_count=10_000)
    [lone] = among(report("green bottle"), "green bottle", open_count=10)
    assert max(bottle.evidence[COMMON_KIND] for bottle in bottles) <= lone.evidence[COMMON_KIND] + 0.1


def test_posts_of_one_thing_are_not_many_of_its_kind() -> None:
    posts = [report("teapot", photo=True, number=number) for number in (2, 3, 4)]
    candidates = tuple(Candidate(post, {PairKind.TEXT_TEXT: 0.6}) for post in posts)
    pairs = {frozenset((one.report, other.report)): 0.99 for one in posts for other in posts if one is not other}
    background = {PairKind.TEXT_TEXT: Background(0.2, 0.1, 40)}
    teapots = score(Search(report("teapot"), candidates, background, 40, pairs), for_encoder("concept"))
    assert {teapot.evidence[COMMON_KIND] for teapot in teapots} == {0.0}
