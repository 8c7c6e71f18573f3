"""Finds that a phone is put in, on or to, which need no sealing unless the phone may be there."""

from reunite.text.sealing import category_of
from tests.support.tables import for_each


@for_each(
    ("words", "category"),
    [
        *(
            (words, None)
            for words in (
                "blue phone case found",
                "found a phone case, blue",
                "phone charger",
                "iphone 13 pro case found",
                "case for an iPhone",
                "Handy-Hülle gefunden",
                "Hülle von einem Handy",
                "funda de móvil azul",
                "coque de téléphone bleue",
                "étui d'iphone",
                "cover del telefono",
                "capa de telemóvel",
                "capinha de celular rosa",
                "hoesje van een telefoon",
                "iphone-oplader",
                "samsung phone case",
                "iphone screen protector",
                "etui na telefon",
                "чехол для телефона",
                "스마트폰 케이스",
                "スマホケースを拾いました",
                "아이폰 충전기",
            )
        ),
        *(
            (words, "phone")
            for words in (
                "phone in a blue case",
                "phone, blue case",
                "phone with case",
                "phone and charger",
                "iphone 13, black case",
                "phone case with a phone in it",
                "phone case with my phone inside",
                "Handy mit Hülle",
                "Handy, Hülle blau",
                "Handy und Hülle",
                "móvil con funda",
                "téléphone avec coque",
                "téléphone, coque bleue",
                "telefono con cover",
                "telemóvel com capa",
                "telefoon met hoesje",
                "telefon w etui",
                "телефон в чехле",
                "телефон, чехол синий",
                "スマホケースに入ったスマホ",
                "スマホ、ケース付き",
                "휴대폰 케이스 안에 든 휴대폰",
                "케이스 끼운 휴대폰",
                "phone case and iphone",
                "found phone case with phone",
                "iphone 12 cover missing, found at bar",
                "iphone 11 case cracked, lockscreen shows a dog",
                "Handy Hülle schwarz, Sperrbildschirm Hund",
                "Handy Hülle blau gefunden, Display kaputt",
                "iPhone Hülle rot Display gesprungen",
                "iPhone-Hülle, Display gesprungen",
                "Handy-Hülle weg",
                "telefoon hoesje blauw scherm kapot",
                "funda de móvil con un samsung dentro",
                "funda móvil, pantalla rota",
                "coque téléphone avec samsung dedans",
                "coque iphone, écran cassé",
                "phone case, Samsung inside",
                "phone case, Pixel 7",
                "cover iphone con schermo rotto",
                "etui na telefon, ekran pęknięty",
                "スマホケース、画面割れ",
                "아이폰 케이스 화면 깨짐",
            )
        ),
        ("phone case with a credit card inside", "card"),
    ],
)
def test_what_a_phone_is_put_in_or_on_is_no_phone(words: str, category: str | None) -> None:
    assert category_of(words) == category
