"""Cards without a number that has checks are known by their labels, in each of our languages."""

from reunite.language import LANGUAGES
from reunite.text.card_words import is_personal_card
from reunite.text.data import read_toml
from tests.support.tables import for_each

CARDS = {
    "en": ["Student Card", "Surname", "DOE", "Student ID", "40442804"],
    "de": ["Krankenversicherung", "Name", "MUSTERMANN", "Versichertennummer", "A123456789"],
    "es": ["Apellidos", "GARCÍA", "Fecha de nacimiento", "08.12.1973", "NÚM SOPORT"],
    "fr": ["Carte Vitale", "Nom", "MARTIN", "1 85 05 78 006 084"],
    "it": ["Patente di guida", "1. ROSSI", "Cognome", "Data di nascita", "08/12/1973"],
    "ja": ["運転免許証", "氏名", "山田花子", "生年月日", "番号 012345678900"],
    "nl": ["Bibliotheek", "Achternaam", "DE VRIES", "Pasnummer", "06459027"],
    "pt": ["Carteira Nacional de Habilitação", "Nome", "MARIA DA SILVA", "Data de nascimento", "08/12/1973"],
    "pl": ["Biblioteka Miejska", "Nazwisko", "KOWALSKI", "Nr karty", "06459027"],
    "zh": ["姓名 王小明", "性别 男 民族 汉", "出生 1998年3月2日", "公民身份号码 110101199803020012"],
    "a Chinese student card": ["某某大学", "校园卡", "学号 2023010203"],
    "a Chinese social security card": ["社会保障卡", "社会保障号码 110101199803020012"],
    "a bank card": ["银行卡", "6222 0200 0000 0000 000"],
    "a card from Taiwan": ["全民健康保險", "出生日期 87/03/02", "0000 1234 5678"],
    "short labels": ["ID CARD", "Jane DOE", "12345678"],
    "two short labels": ["Card No 12345678", "Né(e) le", "12.03.1990"],
    "numbered": ["1. DOE", "2. JOHN", "3. 01.02.1990", "4a. 01.02.2020", "4b. 01.02.2030", "5. DOE99"],
}
OTHERS = {
    "a bottle": ["Sparkling water", "Best before 12/2028", "LOT 123456", "4006381333931"],
    "medicine": ["Expiry date 05.2027", "Batch no. 1234567"],
    "a ticket": ["OPEN AIR 2027", "Row 12", "Seat 123456"],
    "a poster": ["Lost cat", "Name: Luna", "Call 0123 456 789"],
    "a phone": ["Model A1234", "IMEI 490154203237518"],
    "a book": ["University Library", "Introduction to Optics", "ISBN 978-3-16-148410-0"],
    "a business card": ["Jane Doe", "Example Ltd", "+44 20 1234 5678"],
    "a jacket": ["MADE IN UTOPIA", "100% COTTON", "STYLE 123456"],
    "a school book": ["Name: Ella", "Class 4b", "Valley College", "No. 1234567"],
    "a shopping list": ["1. eggs 1.2.24", "2. milk 2.2.24", "3. bread", "5. tea", "9. jam"],
    "a travel guide": ["Your Passport to Adventure", "ISBN 978-3-16-148410-0"],
    "a lost document's poster": ["LOST PASSPORT", "please call 0171 1234567"],
    "a lost document's poster in Chinese": ["寻物启事：丢失护照一本", "捡到请联系 13800000000"],
    "a shop's leaflet in Chinese": ["会员日", "电话 021 5555 0000"],
    "a title alone": ["PASSPORT", "to adventure"],
    "nothing": [],
}


@for_each("lines", CARDS.values())
def test_personal_cards_are_known(lines: list[str]) -> None:
    assert is_personal_card(lines)


@for_each("lines", OTHERS.values())
def test_print_on_other_things_is_left_alone(lines: list[str]) -> None:
    assert not is_personal_card(lines)


def test_each_language_has_its_words() -> None:
    assert set(LANGUAGES) <= CARDS.keys()
    assert {
        kind: len(lines) for kind, lines in read_toml("card_words.toml").items() if len(lines) != len(LANGUAGES)
    } == {}
