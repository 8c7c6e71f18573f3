"""Numbers on cards are known by their own checks, also as a reader mistakes them; other numbers are left alone."""

from random import Random

import pytest

from reunite.text.card_numbers import digits_of, has_end_of_card, has_iban, has_payment_number, is_machine_line
from tests.cards.numbers import NETWORKS, grouped, iban, machine_lines, payment_number
from tests.support.tables import for_each

PROSE = "decoder dies, its photo is tried once more with no"
"""'de co' and so on would be DE and check digits, if letters alone could be digits."""
MISTAKES = str.maketrans({"0": "O", "1": "l", "5": "S", "8": "B"})


@for_each("network", NETWORKS)
def test_payment_cards_numbers_are_known(network: str) -> None:
    chance = Random(network)  # noqa: S311 - no secret
    for _ in range(30):
        number = payment_number(network, chance)
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert has_payment_number(grouped(number)), number
        assert has_payment_number(f"Card: {grouped(number)} 12/29"), number
        assert has_payment_number(grouped(number).replace("5", "S", 1)), number
        assert has_payment_number(number) is (len(number) != 14), number
        assert len(number) > 16 or not has_payment_number(grouped(wrong)), wrong


@for_each(
    "text",
    [
        "4006381333931",  # an article (GTIN-13)
        "9783161484100",  # a book
        "39015291417775",  # a library's copy of a book
        "8949010000000000007",  # a SIM card
        "490154203237518",  # a phone (IMEI)
        "4111 1111 1111 1112",
        "41 11 11 11 11 11 11 11",
        "411 1111111111111 22",
        "+49 30 4111 1111",
        "1Z 999 AA1 01 2345 6784",
        "4111",
        "",
    ],
)
def test_other_numbers_are_no_payment_cards(text: str) -> None:
    assert not has_payment_number(text)


def test_a_number_misread_is_known_by_its_groups() -> None:
    assert has_payment_number("4111 1111 1111 1112", checked=False)
    assert not has_payment_number("9111 1111 1111 1112", checked=False)
    assert not has_payment_number("4111111111111112", checked=False)


@pytest.mark.parametrize(
    ("text", "is_end"),
    [("VALID THRU 12/28", True), ("01/2031", True), ("13/28", False), ("1.12.28", False), ("12/2028/1", False)],
)
def test_the_end_of_a_card_is_a_month_and_a_year(text: str, is_end: bool) -> None:  # noqa: FBT001 - a table
    assert has_end_of_card(text) is is_end


@pytest.mark.parametrize("country", ["DE", "FR", "ES", "PL", "GB", "NL", "AT"])
def test_ibans_of_several_countries_are_recognised(country: str) -> None:
    chance = Random(country)  # noqa: S311 - no secret
    for _ in range(30):
        number = iban(country, chance)
        assert has_iban(f"IBAN: {number}"), number
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert not has_iban(wrong), wrong
    assert has_iban("DE89 3704 0044 0532 0130 00".translate(MISTAKES))


@pytest.mark.parametrize("text", ["DE00 0000", "DE44 5001 0517 5407 3249 32", "ORDER DE12345", "", "DE" * 60, PROSE])
def test_other_codes_are_no_accounts(text: str) -> None:
    assert not has_iban(text)


@pytest.mark.parametrize("kind", ["TD1", "TD2", "TD3"])
def test_machine_readable_lines_are_known(kind: str) -> None:
    chance = Random(kind)  # noqa: S311 - no secret
    for _ in range(30):
        lines = machine_lines(kind, "GARCIA LOPEZ", "ANNA MARIA", chance)
        assert sum(map(is_machine_line, lines)) > 1, lines
        dates = lines[1].replace("<", "K")
        assert is_machine_line(dates), dates
        assert is_machine_line(dates.translate(MISTAKES)), dates


@pytest.mark.parametrize(
    "text", ["<<<<<<", "IF (A << B) AND (C << D) THEN GO << E", "A" * 44, "0" * 44, "7" * 6 + "1F" + "7" * 6 + "1"]
)
def test_other_lines_are_not_for_machines(text: str) -> None:
    assert not is_machine_line(text)


def test_rows_of_digits_are_read() -> None:
    assert digits_of("41ll") == "4111"
    assert not digits_of("Abc1")
    assert not digits_of("")
