import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.entities import ReportKind
from reunite.matching.measurement import distinguishing_words
from reunite.text.frequency import Frequency, frequency
from reunite.text.rarity import is_boilerplate, is_rare, rare_words, rarity
from tests.support.features import features_of


@pytest.mark.parametrize(
    ("frequent", "words"),
    [
        (Frequency.COMMON, "everyone noticed walked verloren gesucht alguien busco quelqu trouvez です 見"),
        (Frequency.EVERYDAY, "keys mug jackets strawberry rucksacke mochila cles 財布 red anna nike"),
        (Frequency.UNUSUAL, "zarquon eastpak kenzo slowy ab1234 4711 ケンゾー"),
    ],
)
def test_words_are_as_frequent_as_in_everyday_language(frequent: Frequency, words: str) -> None:
    assert {word: frequency(word) for word in words.split()} == dict.fromkeys(words.split(), frequent)


@pytest.mark.parametrize("open_count", [1, 5, 21, 60, 1000])
def test_common_words_are_never_rare_and_a_serial_in_one_report_always_is(open_count: int) -> None:
    assert not is_rare("everyone", 1, open_count)
    assert is_rare("ab1234", 1, open_count)
    assert is_rare("zarquon", 1, open_count)


def test_everyday_words_are_rare_only_among_many_reports() -> None:
    assert [is_rare("strawberry", 1, open_count) for open_count in (5, 21, 60, 1000)] == [False, False, True, True]
    assert not is_rare("strawberry", 2, 60)


@given(st.integers(1, 100), st.integers(1, 100))
def test_five_reports_do_not_make_every_word_rare(holders: int, open_count: int) -> None:
    assert is_rare("zarquon", holders, 5) == (holders == 1)
    if is_rare("zarquon", holders + 1, open_count):
        assert is_rare("zarquon", holders, open_count)


def test_what_one_author_repeats_is_boilerplate_and_what_two_people_say_is_not() -> None:
    posts = {"caretaker": 5, "anna": 1, "ben": 1}
    assert is_boilerplate(["caretaker"] * 2, posts, 21)
    assert is_boilerplate(["caretaker", "caretaker", "anna"], posts, 21)
    assert not is_boilerplate(["caretaker"], posts, 21)
    assert not is_boilerplate(["anna", "ben"], posts, 21)
    assert not is_boilerplate(["caretaker"] * 2, {"caretaker": 60}, 60)


def test_what_most_reports_have_is_a_template() -> None:
    assert is_boilerplate(list("abcd"), {}, 6)
    assert not is_boilerplate(list("abcd"), {}, 60)
    assert not is_boilerplate(list("ab"), {}, 3)


def test_rare_words_come_by_report_and_boilerplate_apart() -> None:
    holders = {
        "zarquon": {1: "anna"},
        "facilities": {1: "caretaker", 2: "caretaker", 3: "caretaker"},
        "walked": {2: "ben"},
    }
    assert rare_words(holders, {"caretaker": 4}, 21) == ({1: {"zarquon"}}, frozenset({"facilities"}))


@given(st.lists(st.sampled_from(["zarquon", "kenzo", "ab1234", "strawberry"]), unique=True))
def test_more_rare_words_never_say_less(words: list[str]) -> None:
    seen = [rarity(words[:count]) for count in range(len(words) + 1)]
    assert seen == sorted(seen)
    assert all(rarity(["ab1234"]) > rarity([word]) for word in words if word != "ab1234")


@pytest.mark.parametrize(
    ("found", "distinguishing"),
    [
        ("löytyi laukku Zyxel A4711 vaaleanruskea", ["zyxel", "a4711"]),
        ("found a backpack Zyxel A4711 vaaleanruskea", ["zyxel", "a4711", "vaaleanruskea"]),
    ],
)
def test_between_texts_that_cannot_be_read_only_names_and_numbers_distinguish(
    found: str, distinguishing: list[str]
) -> None:
    lost = features_of("kadonnut reppu Zyxel A4711 vaaleanruskea", ReportKind.LOST)
    assert distinguishing_words(["zyxel", "a4711", "vaaleanruskea"], lost, features_of(found)) == distinguishing
