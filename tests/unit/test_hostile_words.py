"""Reading words takes as long as they are, whatever they are: up to the length that a report may have."""

import re
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from types import FrameType

import pytest

from bot.discord import markup as discord_markup
from bot.slack import markup
from reunite import rules
from reunite.matching.described_things import part_nouns, things_of
from reunite.text import (
    card_numbers,
    card_words,
    colour_words,
    finds,
    foreign_colours,
    heads,
    informative,
    lexicon,
    losses,
    misspellings,
    noise,
    normalise,
    own_losses,
    parts,
    places,
    reading,
    sealing,
    shared_colours,
    spelling,
    when_words,
    words,
)
from reunite.text.phrases import any_of
from reunite.text.remembered import remembered
from reunite.text.when import read_when
from tests.doubles import hostile
from tests.doubles.hostile import EVERYWHERE, TooSlowError, check_growth
from workers.encoders.chunks import chunks

SIZES = (rules.MAX_TEXT // 64, rules.MAX_TEXT // 16, rules.MAX_TEXT // 4, rules.MAX_TEXT)
PUMPS = (
    *EVERYWHERE,
    *(
        "not ",
        "not the ",
        "no red or ",
        "red not ",
        "red, ",
        "bear shaped ",
        "bear baby ",
        "bear ",
        "red top ",
        "keys and ",
        "and ",
        "plus ",
        "with ",
        "has ",
        "dark ",
        "navy ",
        "I checked ",
        "bag 😭 ",
        "left in the ",
        "ticket ",
        "serial A 1 ",
    ),
    *("red and umbrella and ", "umbrela ", "schlüssel", "lederjacke", "it's ", "鍵を", "赤い", ". ", "\n\n"),
    *(
        "12.",
        "12:00 ",
        "am 3. ",
        "a\u0301\u0327",
        "\u0327\u0301",
        "\ufdfa",
        "<@U1|",
        "&amp;",
        "&#9",
        "<!--",
        "-->",
        "*_~`",
        "http://",
        "a@a.",
        ":a",
        "+1 ",
        "serial no ",
        "Item: ",
        "danke ",
        "5 de ",
        "in the ",
        "gym bag ",
        "Where: ",
        "図書館",
        "の前",
        "4111 ",
        "DE",
        "1" * 7 + "F",
    ),
)
TAIL = "x\0"
"""Makes a search fail at its end. Every expression is tried on more of them in test_expressions.py."""

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def when(text: str) -> None:
    read_when(text, NOW)


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.parametrize(
    "read",
    [
        card_numbers.has_payment_number,
        card_numbers.has_iban,
        card_numbers.is_machine_line,
        lambda text: card_words.is_personal_card([text, text]),
        colour_words.named_colours,
        colour_words.readings,
        shared_colours.with_spoken,
        lambda text: shared_colours.shared_colours(f"hat/{text}", ["hat", text]),
        discord_markup.escape,
        finds.reads_as_find,
        losses.reads_as_loss,
        own_losses.says_lost,
        foreign_colours.with_colours,
        heads.name_of_thing,
        lexicon.to_english,
        markup.plain_text,
        noise.clean,
        normalise.normalise,
        parts.parts,
        places.locate,
        sealing.category_of,
        markup.escape,
        spelling.correct_spelling,
        misspellings.correct_misspellings,
        misspellings.split_compounds,
        when,
        words.tokens,
        reading.is_readable,
        reading.names_in,
        informative.is_informative,
        lambda text: chunks(text, lambda piece: len(piece) < 70),
        lambda text: things_of(text, [text], ()),
        lambda text: part_nouns([text]),
        lambda text: things_of(f"hat in {text}", [f"hat in {text}"], ()),
    ],
)
def test_words_are_read_in_the_time_that_their_length_explains(read: Callable[[str], object]) -> None:
    for pump in PUMPS:

        def run(size: int, pump: str = pump) -> object:
            return read(pump * (size // len(pump)) + TAIL)

        check_growth(run, SIZES)


def test_a_reading_that_tries_every_way_is_caught() -> None:
    with pytest.raises(TooSlowError):
        check_growth(lambda size: re.match("(a+)+$", "a" * size + "!"))


@pytest.mark.parametrize(("power", "is_caught"), [(1, False), (4, True)])
def test_growth_is_caught_however_little_a_quarter_takes(
    monkeypatch: pytest.MonkeyPatch, power: int, *, is_caught: bool
) -> None:
    def timed(run: Callable[[], float], limit: float) -> float:
        if (seconds := run()) > limit:
            raise TooSlowError
        return seconds

    monkeypatch.setattr(hostile, "_timed", timed)
    with pytest.raises(TooSlowError) if is_caught else nullcontext():
        check_growth(lambda size: 0.001 * (size / SIZES[-2]) ** power, SIZES)


def test_what_was_remembered_of_shorter_texts_makes_no_growth() -> None:
    @remembered(8)
    def read(text: str) -> int:
        end = time.process_time() + len(text) / 20_000  # seconds
        while time.process_time() < end:
            pass
        return len(text)

    for size in SIZES[:-1]:
        read("a" * size)
    check_growth(lambda size: read("a" * size), SIZES)


@pytest.mark.parametrize("pump", ["A ", "Rosa ", "A Rosa "])
def test_a_row_of_names_may_be_as_long_as_a_text(pump: str) -> None:
    names = (pump * rules.MAX_TEXT)[: rules.MAX_TEXT - 30]
    assert lexicon.to_english(f"perdí un bolso azul {names}Rosa").startswith("lost bag blue")


def test_no_number_in_a_slack_message_is_too_long_to_read() -> None:
    assert markup.plain_text(f"&#{'9' * 5000}; &lt;b&gt; &amp;lt;") == f"&#{'9' * 5000}; <b> &lt;"


@pytest.mark.untraced
@pytest.mark.parametrize("mark", ["\u0327\u0301", "\u05b1\u05b0", "\u0f74\u0f71", "\u0f73", "\uff9e\u05b0"])
@pytest.mark.parametrize("read", [words.plain, lexicon.to_english, when_words.plain])
def test_the_order_of_a_letters_marks_takes_no_longer_than_their_number(
    read: Callable[[str], object], mark: str
) -> None:
    check_growth(lambda size: read("a" + mark * (size // len(mark))), [4**power for power in range(4, 9)])


def test_marks_that_languages_use_are_kept() -> None:
    assert words.plain("が Ｇｒün かﾞ หนู") == "が grun が หนู"
    assert words.plain("🧢" * 50) == "🧢" * 50


@pytest.mark.parametrize("sign", ["\ufdfa", "\ufdfb", "㌖", "㈝"])
def test_no_sign_makes_a_text_many_times_longer(sign: str) -> None:
    assert len(words.plain(sign * 1000)) <= 7 * 1000


@pytest.mark.parametrize("pump", ["*", "**", "\u05b0\u05b1", "\ufdfa", "|", ". "])
def test_signs_take_not_many_more_calls_than_words(pump: str) -> None:
    told = "Lost my black rucksack on Monday near the library, laptop inside. Please write to me if you have it! "

    def calls(text: str) -> int:
        repeated = (text * rules.MAX_TEXT)[: rules.MAX_TEXT]
        reading.is_readable(repeated)  # what the words mean is remembered
        return calls_of(reading.is_readable, repeated)

    assert calls(pump) < 2.5 * calls(told)


@pytest.mark.parametrize(
    "pump", ["谁的", "落とし物", "つえ", "found ", "found a ", "a1-", "wer hat ", "encontr", "été ", "🔑"]
)
def test_whether_a_caption_tells_takes_calls_as_many_as_it_has_words(pump: str) -> None:
    few, many = (calls_of(informative.is_informative, f"{pump * times}.") for times in (100, 800))
    assert many < 10 * few


def calls_of(read: Callable[[str], object], text: str) -> int:
    """Count the calls, of Python's and of C's functions."""
    counted = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return counted


def test_no_phrase_is_tried_where_none_begins_with_the_next_letter() -> None:
    """Each sign of a text would take the time of hundreds of phrases."""
    pattern = any_of(["hello", "hi there", "good day", "こんにちは", "鍵"])
    assert re.findall(r"\(\?=\[(\w+)\]\)\(\?>(\w)", pattern) == [("gh", "h"), ("こ鍵", "こ")]
    assert pattern.count("(?>") == 2


def test_a_story_says_no_moment() -> None:
    assert read_when("yesterday", NOW).moment
    assert read_when("yesterday " * 40, NOW).problem == "when_not_understood"
