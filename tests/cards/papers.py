"""Papers and cards that say who somebody is, drawn without a photo of their face."""

from random import Random
from typing import Final

from tests.cards.drawn import Colour, Sheet
from tests.cards.numbers import date_of, digits, machine_lines
from tests.cards.payment import PEOPLE

_PALE: Final[tuple[Colour, ...]] = ((226, 232, 240), (240, 228, 230), (232, 240, 228), (244, 240, 226), (250, 250, 250))
_INK: Final = (30, 32, 48)
_NAMES: Final = {
    "en": ("Surname", "Given names", "Date of birth", "Expires"),
    "de": ("Name", "Vornamen", "Geburtsdatum", "Gültig bis"),
    "es": ("Apellidos", "Nombre", "Fecha de nacimiento", "Válido hasta"),
    "fr": ("Nom", "Prénoms", "Date de naissance", "Valable jusqu’au"),
    "ja": ("氏", "名", "生年月日", "有効期限"),
    "pl": ("Nazwisko", "Imiona", "Data urodzenia", "Ważne do"),
}
_LICENCE: Final = {
    "en": "DRIVING LICENCE",
    "de": "FÜHRERSCHEIN",
    "es": "PERMISO DE CONDUCCIÓN",
    "fr": "PERMIS DE CONDUIRE",
    "ja": "運転免許証",
    "pl": "PRAWO JAZDY",
}
_INSURANCE: Final = {
    "en": ("EUROPEAN HEALTH INSURANCE CARD", "Personal identification number"),
    "de": ("Gesundheitskarte", "Versichertennummer"),
    "es": ("TARJETA SANITARIA EUROPEA", "Número de identificación"),
    "fr": ("Carte Vitale", "Numéro de sécurité sociale"),
    "ja": ("健康保険被保険者証", "記号・番号"),
    "pl": ("EUROPEJSKA KARTA UBEZPIECZENIA ZDROWOTNEGO", "Numer identyfikacyjny"),
}
_STUDENT: Final = {
    "en": ("Student Card", "Student ID"),
    "de": ("Studierendenausweis", "Matrikelnummer"),
    "es": ("Carné universitario", "N.º de estudiante"),
    "fr": ("Carte d’étudiant", "N° étudiant"),
    "ja": ("学生証", "学籍番号"),
    "pl": ("Legitymacja studencka", "Nr albumu"),
}
_LIBRARY: Final = {
    "en": ("City Library", "Library card no."),
    "de": ("Stadtbibliothek", "Ausweisnummer"),
    "es": ("Biblioteca Municipal", "N.º de carné"),
    "fr": ("Bibliothèque municipale", "N° de carte"),
    "ja": ("市立図書館", "利用者番号"),
    "pl": ("Biblioteka Miejska", "Nr karty"),
}


def _paper(chance: Random, size: tuple[int, int] = (1012, 638)) -> Sheet:
    return Sheet(chance, chance.choice(_PALE), _INK, size=size)


def _date(chance: Random, years: tuple[int, int]) -> str:
    day, month, year = date_of(chance, years)
    return chance.choice((f"{day:02}.{month:02}.{year}", f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}"))


def passport(chance: Random, _: str) -> Sheet:
    """Return a passport's page without its photo."""
    sheet = _paper(chance, (1250, 880))
    surname, name = chance.choice(PEOPLE)
    sheet.write((430, 50), "PASSPORT", 40, "bold")
    born, ends = _date(chance, (1950, 2008)), _date(chance, (2027, 2036))
    fields = [("Surname", surname), ("Given names", name), ("Date of birth", born), ("Date of expiry", ends)]
    sheet.fields((430, 120), fields, 34, below=True)
    for row, text in enumerate(machine_lines("TD3", surname, name, chance)):
        sheet.write((40, 720 + 62 * row), text, 44, "machine", secret=True)
    return sheet


def back_of_id(chance: Random, _: str) -> Sheet:
    """Return the back of an identity card, with three machine-readable lines."""
    sheet = _paper(chance)
    sheet.chip((60, 60))
    sheet.write((300, 60), "12 EXAMPLE STREET", 30)
    sheet.write((300, 110), "4711 UTOPIA CITY", 30)
    for row, text in enumerate(machine_lines("TD1", *chance.choice(PEOPLE), chance)):
        sheet.write((50, 380 + 74 * row), text, 50, "machine", secret=True)
    return sheet


def older_id(chance: Random, _: str) -> Sheet:
    """Return an identity card of the larger format, with two machine-readable lines."""
    sheet = _paper(chance, (1240, 874))
    surname, name = chance.choice(PEOPLE)
    sheet.write((60, 60), "REPUBLIC OF UTOPIA", 44, "bold")
    sheet.fields((420, 160), [("Name", surname), ("Given names", name)], 40, below=True)
    for row, text in enumerate(machine_lines("TD2", surname, name, chance)):
        sheet.write((50, 690 + 72 * row), text, 52, "machine", secret=True)
    return sheet


def licence(chance: Random, language: str) -> Sheet:
    """Return a driving licence with the numbered fields of the European model, or Japan's labels."""
    sheet = _paper(chance)
    sheet.write((360, 40), _LICENCE[language], 40, "bold")
    surname, name = chance.choice(PEOPLE)
    born, given, ends = (_date(chance, years) for years in ((1950, 2008), (2015, 2025), (2027, 2036)))
    if language == "ja":
        labels = _NAMES["ja"]
        fields = [("氏名", f"{surname} {name}"), (labels[2], born), (labels[3], ends), ("番号", digits(12, chance))]
    else:
        fields = [
            ("1.", surname),
            ("2.", name),
            ("3.", born),
            ("4a.", given),
            ("4b.", ends),
            ("5.", digits(10, chance)),
        ]
    sheet.fields((360, 120), fields, 38, below=False)
    return sheet


def insurance(chance: Random, language: str) -> Sheet:
    """Return a health insurance card."""
    sheet = _paper(chance)
    title, number = _INSURANCE[language]
    size = 44 if len(title) < 30 else 34
    sheet.write((60, 40), title, size, "bold")
    return _with_person(sheet, chance, language, (number, chance.choice("ABX") + digits(9, chance)))


def student(chance: Random, language: str) -> Sheet:
    """Return a student's card."""
    sheet = _paper(chance)
    title, number = _STUDENT[language]
    sheet.write((60, 30), "University of Utopia", 34)
    sheet.write((60, 85), title, 48, "bold")
    return _with_person(sheet, chance, language, (number, digits(chance.choice((7, 8)), chance)))


def library(chance: Random, language: str) -> Sheet:
    """Return a library's card, with a bar code."""
    sheet = Sheet(chance, (40, 92, 96), (245, 245, 240))
    title, label = _LIBRARY[language]
    sheet.write((60, 50), title, 56, "bold")
    surname, name = chance.choice(PEOPLE)
    name_label = "氏名" if language == "ja" else _NAMES[language][0]
    number = digits(chance.choice((8, 10, 14)), chance)
    sheet.fields((60, 170), [(name_label, f"{name} {surname}"), (label, number)], 40, below=True)
    sheet.bars((60, 460, 600, 590))
    return sheet


def _with_person(sheet: Sheet, chance: Random, language: str, number: tuple[str, str]) -> Sheet:
    surname, name = chance.choice(PEOPLE)
    last, first, born, ends = _NAMES[language]
    dates = [(born, _date(chance, (1950, 2008))), (ends, _date(chance, (2027, 2036)))]
    sheet.fields((60, 175), [(last, surname), (first, name), dates[0]], 38, below=True)
    sheet.fields((560, 175), [number, dates[1]], 38, below=True)
    return sheet
