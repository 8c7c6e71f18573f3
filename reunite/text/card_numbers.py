"""Numbers that nobody else should read: of payment cards and accounts, and documents' machine-readable lines."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from reunite.text.data import read_toml

_TABLES: Final = read_toml("card_numbers.toml")
_PREFIXES: Final[Sequence[tuple[range, int, frozenset[int]]]] = [
    (range(first, last + 1), len(str(first)), frozenset(lengths))
    for first, last, *lengths in _TABLES["payment"]["prefixes"]
]
_IBAN_LENGTHS: Final[dict[str, int]] = _TABLES["iban"]["lengths"]
_AS_DIGITS: Final = str.maketrans("OoDQÖIil|!JZzASsGbBgq", "000001111112245566899")
"""What a reader takes a digit for, and the digit."""
_AS_LETTERS: Final = str.maketrans("01258", "OIZSB")
_GROUPS: Final = ((4, 6, 5), (4, 6, 4), (4, 11), (10, 5), (10, 4))
"""How numbers of 14 and 15 digits are grouped, also with a gap overlooked."""
_MAX_TOKENS: Final = 60
_WORDS_HAVE_FEWER: Final = 4
"""At least one in this many characters of an account number is a digit: words, too, have letters that look like
digits."""
_FOUR: Final = 4
_IN_BOOKS: Final = 14
"""The length of library bar codes, which pass the Luhn check and may begin like a card number: these must be
grouped."""
_EAN: Final = 13
_PLAIN: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_LABEL: Final = "BAN"
_BETWEEN: Final = re.compile(r"[\s\-.·•]")
_END_OF_CARD: Final = re.compile(r"(?<![\d./])(?:0[1-9]|1[0-2]) ?[/.-] ?(?:20)?[2-4]\d(?![/.\d])")
_DATES: Final = re.compile(r"(\d{6}\d)[MFX<HKN](\d{6}\d)")
"""In the second machine-readable line: birth with its check digit, sex, the document's end with its own."""
_WEIGHTS: Final = (7, 3, 1)
_SHORTEST_MACHINE_LINE: Final = 24
_LEAST_FILLERS: Final = 3


def has_payment_number(text: str, *, checked: bool = True) -> bool:
    """Return whether a line has a payment card number; unless `checked`, digits may have been misread."""
    return any(
        _is_of_network(number) and (_is_checked(number) if checked else is_grouped)
        for number, is_grouped in _grouped_numbers(_tokens(text))
    )


def has_end_of_card(text: str) -> bool:
    """Return whether a line has a month and year as payment cards have them."""
    return _END_OF_CARD.search(text) is not None


def has_iban(text: str) -> bool:
    """Return whether a line has an account number (IBAN)."""
    signs, starts = "", list[int]()
    for word in islice(_PLAIN.finditer(text), _MAX_TOKENS):
        starts.append(len(signs))
        if word[0][1:_FOUR].upper() == _LABEL:  # the space after "IBAN" is often overlooked
            starts.append(len(signs) + _FOUR)
        signs += word[0]
    return any(
        _is_iban(signs[start : start + length])
        for start in starts
        if not signs[start : start + 2].isdecimal()
        and (length := _IBAN_LENGTHS.get(_country(signs[start : start + 2])))
    )


def is_machine_line(text: str) -> bool:
    """Return whether a line is machine-readable (ICAO 9303): by its two dates' check digits, or by its fillers."""
    signs = "".join(text.split()).replace("«", "<<")
    if len(signs) < _SHORTEST_MACHINE_LINE:
        return False
    if signs.count("<") > _LEAST_FILLERS and all(sign == "<" or sign.isalnum() for sign in signs):
        return True
    return any(map(_are_dates, (signs.upper(), signs.translate(_AS_DIGITS))))


def digits_of(text: str) -> str:
    """Return a line that consists of digits alone, as it would be read; empty if it doesn't."""
    read = "".join(_tokens(text))
    return read if read.isdecimal() and read.isascii() else ""


def _tokens(text: str) -> list[str]:
    """Split a line; what mostly consists of digits consists of digits alone."""
    return [
        token.translate(_AS_DIGITS) if 2 * sum(map(str.isdecimal, token)) >= len(token) else token
        for token in _BETWEEN.split(text)[:_MAX_TOKENS]
        if token
    ]


def _grouped_numbers(tokens: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield what may be a number in groups, and whether each group is as a card's."""
    for start in range(len(tokens)):
        number, sizes = "", list[int]()
        for token in tokens[start:]:
            if not (token.isdecimal() and token.isascii()):
                break
            number += token
            sizes.append(len(token))
            if len(number) > 19:  # noqa: PLR2004 - ISO/IEC 7812-1
                break
            in_fours = len(sizes) > 1 and all(size % _FOUR == 0 for size in sizes[:-1])
            if in_fours or tuple(sizes) in _GROUPS or (len(sizes) == 1 and len(number) != _IN_BOOKS):
                yield number, sizes == [_FOUR] * _FOUR


def _is_of_network(number: str) -> bool:
    return any(
        len(number) in lengths and int(number[:size]) in prefixes for prefixes, size, lengths in _PREFIXES
    ) and not (len(number) == _EAN and _is_article(number))


def _is_checked(number: str) -> bool:
    """Check by Luhn's formula (ISO/IEC 7812-1, annex B)."""
    values = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in values) % 10 == 0


def _is_article(number: str) -> bool:
    """Return whether it's a trade item's number (GTIN-13), as on most packages."""
    return sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(number)) % 10 == 0


def _is_iban(signs: str) -> bool:
    if _WORDS_HAVE_FEWER * sum(map(str.isdecimal, signs)) < len(signs):
        return False
    country, rest = _country(signs[:2]), signs[2:]
    return len(signs) == _IBAN_LENGTHS[country] and any(
        number[:2].isdecimal()
        and int("".join(str(int(sign, 36)) for sign in number[2:] + country + number[:2])) % 97 == 1
        for number in {rest, rest.translate(_AS_DIGITS), rest[:2].translate(_AS_DIGITS) + rest[2:]}
    )


def _country(signs: str) -> str:
    return signs.upper().translate(_AS_LETTERS)


def _are_dates(signs: str) -> bool:
    return any(_is_machine_checked(born) and _is_machine_checked(ends) for born, ends in _DATES.findall(signs))


def _is_machine_checked(field: str) -> bool:
    """Check a field's last digit (ICAO 9303-3, 4.9)."""
    return sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(field[:-1])) % 10 == int(field[-1])
