from dataclasses import replace

from reunite.matching import defaults
from reunite.matching.weights import Limits
from reunite.text.reading import is_readable, names_in
from tests.support.tables import for_each

READABLE = (
    *("", "found this", "lost my black umbrella near the gym", "Nalgene", "Nike Vaporfly Next", "purple quilted vest"),
    *("laptop, serial C02XK1ABJG5H", "I've misplaced a blue fountain pen", "my watch, gold, engraved M.K."),
    *("Schwarzer Regenschirm im Bus liegen gelassen", "He perdido una mochila azul", "parapluie noir, poignée en bois"),
    *("zgubiłem czarny parasol", "ho perso un ombrello nero", "perdi meu guarda-chuva preto"),
    "Zginął mi niebieski plecak, chyba w bibliotece. To jego starsze zdjęcie.",
    "zwarte paraplu gevonden bij de ingang",
    *("my retainer!!! wrapped in a napkin, canteen", "the Zwiersma Qandux Frisbjorn Hultaqvist, please"),
    *("黒い傘を失くしました", "我丢了一把黑色雨伞", "검은색 우산을 주웠어요", "우산", "Нашёл чёрный зонт"),
    *("LOST AND FOUND: потерял черный рюкзак возле метро", "Пропал рюкзак возле метро, please help, anyone, with your"),
)
UNREADABLE = (
    *("ฉันพบร่มสีดำ", "Βρήκα μαύρη ομπρέλα", "وجدت مظلة سوداء عند المدخل"),
    *("Ztratil jsem černou šálu u vchodu", "Hittade ett svart paraply"),
    *("LOST AND FOUND: έχασα μαύρη τσάντα κοντά στο μετρό", "Lost and found: Kayıp siyah çanta metro yakınında"),
    *("Lost and found: Ztratil jsem černou šálu u vchodu", "LOST + FOUND: Hittade ett svart paraply"),
    "Έχασα τσάντα στο μετρό, please help, anyone, with your",
    *("Siyah atkımı kaybettim, bulan yazsın", "Elvesztettem a fekete sálamat", "Tôi bị mất ô màu đen ở cổng"),
)


@for_each("text", READABLE)
def test_languages_of_the_lexicon_are_readable_and_so_are_brands(text: str) -> None:
    assert is_readable(text)


@for_each("text", UNREADABLE)
def test_other_languages_are_not_readable(text: str) -> None:
    assert not is_readable(text)


def test_names_are_the_words_capitalised_within_a_sentence() -> None:
    assert names_in("Paraplu van Zwiersma. Gevonden: Bij de Ñandú\nDank") == {"zwiersma", "nandu"}


def test_what_cannot_be_read_has_the_stricter_limits_of_all_words() -> None:
    clip = defaults.for_encoder("clip")
    model = replace(clip, text_limits=Limits(0.99, 0.6), translated_limits=Limits(0.97, 0.7))
    assert model.limits(photos=False, translated=True, readable=False) == Limits(0.99, 0.7, 0.7)
    assert model.limits(photos=True, translated=False, readable=False) == model.photo_limits
