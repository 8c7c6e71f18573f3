"""Made-up numbers that pass the checks of real ones. Payment cards are of ranges that networks give out for tests."""

from random import Random
from typing import Final

_NETWORKS: Final = {  # prefixes that payment processors document as test cards, and lengths
    "visa": ("411111", 16),
    "visa of 19 digits": ("400000", 19),
    "mastercard": ("555555", 16),
    "mastercard of series 2": ("222300", 16),
    "maestro": ("676770", 16),
    "american express": ("378282", 15),
    "diners": ("305693", 14),
    "discover": ("601111", 16),
    "jcb": ("353011", 16),
    "unionpay": ("620000", 16),
}
NETWORKS: Final = tuple(_NETWORKS)
_BBANS: Final = {"DE": 18, "FR": 23, "ES": 20, "PL": 24, "GB": 18, "NL": 14, "AT": 16}
_WEIGHTS: Final = (7, 3, 1)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def payment_number(network: str, chance: Random) -> str:
    """Return a number whose last digit is right by Luhn's formula (ISO/IEC 7812-1, annex B)."""
    prefix, length = _NETWORKS[network]
    body = prefix + digits(length - len(prefix) - 1, chance)
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def grouped(number: str) -> str:
    """Group a payment card's number as cards do."""
    if len(number) in {14, 15}:
        return f"{number[:4]} {number[4:10]} {number[10:]}"
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def iban(country: str, chance: Random) -> str:
    """Return an IBAN whose check digits are right (ISO 13616-1), in groups of four."""
    body = digits(_BBANS[country], chance)
    if country in {"GB", "NL"}:
        body = "TEST" + body[4:]
    number = "".join(str(int(sign, 36)) for sign in f"{body}{country}00")
    whole = f"{country}{98 - int(number) % 97:02}{body}"
    return " ".join(whole[start : start + 4] for start in range(0, len(whole), 4))


def digits(number: int, chance: Random) -> str:
    return "".join(chance.choices("0123456789", k=number))


def date_of(chance: Random, years: tuple[int, int]) -> tuple[int, int, int]:
    return chance.randint(1, 28), chance.randint(1, 12), chance.randint(*years)


def machine_lines(kind: str, surname: str, name: str, chance: Random) -> list[str]:
    """Return the machine-readable lines of a document (ICAO 9303, parts 4 to 6): TD1, TD2 or TD3, of Utopia."""
    number = chance.choice(_LETTERS) + digits(8, chance)
    born, ends = (_short(date_of(chance, years)) for years in ((1950, 2008), (2027, 2036)))
    sex = chance.choice("MF<")
    names = f"{surname}<<{name}".upper().replace(" ", "<")
    if kind == "TD1":
        first = f"I<UTO{_checked(number)}".ljust(30, "<")
        second = f"{_checked(born)}{sex}{_checked(ends)}UTO".ljust(29, "<")
        whole = first[5:30] + second[:7] + second[8:15] + second[18:29]
        return [first, second + _check(whole), names.ljust(30, "<")[:30]]
    start, length = ("I<UTO", 36) if kind == "TD2" else ("P<UTO", 44)
    second = f"{_checked(number)}UTO{_checked(born)}{sex}{_checked(ends)}"
    if kind == "TD3":
        second += _checked("<" * 14)
    second = second.ljust(length - 1, "<")
    whole = second[:10] + second[13:20] + second[21 : length - 1]
    return [(start + names).ljust(length, "<")[:length], second + _check(whole)]


def _short(date: tuple[int, int, int]) -> str:
    day, month, year = date
    return f"{year % 100:02}{month:02}{day:02}"


def _checked(field: str) -> str:
    return field + _check(field)


def _check(field: str) -> str:
    """Return the check digit of a field (ICAO 9303-3, 4.9)."""
    values = (0 if sign == "<" else int(sign, 36) for sign in field)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)
