"""Payment cards, drawn."""

from random import Random
from typing import Final

from tests.cards.drawn import Colour, Sheet
from tests.cards.numbers import NETWORKS, digits, grouped, iban, payment_number

_LOOKS: Final[tuple[tuple[Colour, Colour], ...]] = (
    ((24, 52, 110), (245, 245, 245)),
    ((20, 20, 22), (222, 196, 120)),
    ((235, 236, 238), (30, 30, 34)),
    ((190, 30, 45), (255, 255, 255)),
    ((120, 200, 180), (20, 40, 60)),
    ((90, 60, 140), (240, 230, 250)),
    ((245, 200, 60), (30, 30, 30)),
    ((110, 115, 120), (240, 240, 240)),
)
PEOPLE: Final = (
    ("MUSTERMANN", "ERIKA"),
    ("SPECIMEN", "ANNA MARIA"),
    ("DOE", "JOHN Q"),
    ("MARTIN", "CAMILLE"),
    ("GARCIA LOPEZ", "LUCIA"),
    ("KOWALSKI", "JAN"),
    ("YAMADA", "HANAKO"),
)
_BANKS: Final = ("Example Bank", "Volksbank Muster", "Banco Ejemplo", "Crédit Exemple", "Bank Przykład", "Utopia Trust")
_STYLES: Final = ("mono", "mono bold", "sans", "bold", "typewriter", "times", "machine")


def _plain(chance: Random, size: tuple[int, int] = (1012, 638)) -> Sheet:
    return Sheet(chance, *chance.choice(_LOOKS), size=size)


def _owner(chance: Random) -> str:
    surname, name = chance.choice(PEOPLE)
    return f"{name} {surname}"


def _ends(chance: Random) -> str:
    return f"{chance.randint(1, 12):02}/{chance.randint(27, 33)}"


def flat(chance: Random, _: str) -> Sheet:
    """Return a card with a printed number, of any network."""
    sheet = _plain(chance)
    sheet.write((60, 50), chance.choice(_BANKS), 46, "bold")
    sheet.chip((90, 190))
    number = grouped(payment_number(chance.choice(NETWORKS), chance))
    sheet.write((70, 330), number, 62 if len(number) < 21 else 50, chance.choice(_STYLES), secret=True)
    sheet.write((420, 430), "VALID THRU", 20)
    sheet.write((560, 420), _ends(chance), 38, "mono", secret=True)
    sheet.write((70, 520), _owner(chance), 38, "mono", secret=True)
    return sheet


def embossed(chance: Random, _: str) -> Sheet:
    """Return a card whose number and name are pressed into it, coloured or not."""
    sheet = _plain(chance)
    ink = chance.choice(((205, 208, 212), (214, 188, 120), sheet.ground))
    sheet.write((60, 50), chance.choice(_BANKS), 46, "bold")
    sheet.chip((90, 170))
    sheet.ink = ink
    number = grouped(payment_number(chance.choice(NETWORKS), chance))
    sheet.write((70, 320), number, 62 if len(number) < 21 else 50, "machine", secret=True, raised=True)
    sheet.write((560, 420), _ends(chance), 40, "machine", secret=True, raised=True)
    sheet.write((70, 510), _owner(chance), 40, "machine", secret=True, raised=True)
    return sheet


def upright(chance: Random, _: str) -> Sheet:
    """Return a card in portrait format, its number in four rows."""
    sheet = _plain(chance, (638, 1012))
    sheet.write((60, 60), chance.choice(_BANKS), 46, "bold")
    sheet.chip((250, 190))
    number = payment_number("visa", chance)
    y = 420.0
    for start in range(0, 16, 4):
        y = sheet.write((70, y), number[start : start + 4], 58, chance.choice(("mono", "sans")), secret=True)
    sheet.write((70, y + 30), _ends(chance), 40, "mono", secret=True)
    sheet.write((70, y + 100), _owner(chance), 36, secret=True)
    return sheet


def back(chance: Random, _: str) -> Sheet:
    """Return a card's back with its number, small, below the strip."""
    sheet = _plain(chance)
    sheet.pen.rectangle((0, 60, 1012, 190), fill=(25, 25, 25))
    sheet.pen.rectangle((60, 240, 640, 310), fill=(240, 240, 235))
    sheet.write(
        (60, 345), grouped(payment_number(chance.choice(("visa", "mastercard")), chance)), 44, "sans", secret=True
    )
    sheet.write((60, 425), f"EXP {_ends(chance)}   CVC {digits(3, chance)}", 34, "sans", secret=True)
    sheet.write((60, 490), _owner(chance), 34, "sans", secret=True)
    return sheet


def account(chance: Random, language: str) -> Sheet:
    """Return a bank card with an account's number: IBAN."""
    sheet = _plain(chance)
    sheet.write((60, 50), chance.choice(_BANKS), 46, "bold")
    sheet.chip((90, 170))
    country = {"de": "DE", "fr": "FR", "es": "ES", "pl": "PL"}.get(language) or chance.choice(("GB", "NL", "AT"))
    sheet.write((60, 320), "IBAN", 26)
    number = iban(country, chance)
    sheet.write((60, 355), number, 44 if len(number) < 30 else 40, chance.choice(("mono", "sans")), secret=True)
    sheet.write((60, 450), _owner(chance), 36, "sans", secret=True)
    sheet.write((60, 520), digits(10, chance), 36, "mono", secret=True)
    return sheet
