"""What is left of a text when its noise between phrases and in forms is gone."""

import pytest

from reunite.text.content import content_of
from reunite.text.noise import clean


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("my bag is gone 😭 black, has a tag", "my bag is gone, black, has a tag"),
        ("my 🔑 keys", "my keys"),
        ("a red 🎒 backpack 😭", "a red backpack"),
        ("mug, support ticket INC0048213", "mug,"),
        ("a train ticket 44812", "a train ticket 44812"),
        ('{"item": "mug", "colour": "white"}', '{". "mug", ". "white"}'),
        ("**Item** | mug\n**Agent** | Zarquon", "mug"),
        ("Tasse trouvée\nEnvoyé de mon iPhone", "Tasse trouvée"),
        ("Tasse\nVon meinem Samsung Galaxy gesendet.", "Tasse"),
        ("kubek\nWysłane z Xiaomi", "kubek"),
        ("杯子\n发自我的华为手机", "杯子"),
        ("マグカップ\niPhoneから送信", "マグカップ"),
        ("mug 7f9c24e8-3b12-4fef-91e0-5c8f6d1a2b3c", "mug"),
        ("mug d41d8cd98f00b204e9800998ecf8427e", "mug"),
        ("mug, lost.zarquon.example/form?id=778", "mug,"),
        ("écharpe, récompense à la clé", "écharpe,"),
    ],
)
def test_the_rest_reads_as_before(text: str, rest: str) -> None:
    assert " ".join(clean(text).text.replace(" ,", ",").split()).removesuffix(" .") == rest


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my grandma: a necklace",
        "a mug that I sent from my old phone shop",
        "Enviado desde Madrid: una bufanda",
        "collar de mon iPhone",
        "cordon à la clé",
        "hat.gloves/scarf",
        "is it yours?bag=mine",
    ],
)
def test_what_only_begins_like_noise_stays(text: str) -> None:
    assert clean(text).text == text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("aparat, nr seryjny 20931187", {"20931187"}),
        ("tableta, n.º de serie 55120", {"55120"}),
        ("zwarte fiets, serienummer 88123", {"88123"}),
        ("étagère 3, de la série 20", set()),
    ],
)
def test_a_serial_in_other_languages_is_no_place(text: str, named: set[str]) -> None:
    content = content_of(text)
    assert content.named_serials == named
    assert not content.place
