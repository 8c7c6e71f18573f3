"""What is left of a text when its noise between phrases and in forms is gone."""

from reunite.text.content import content_of
from reunite.text.noise import clean
from tests.support.tables import for_each


@for_each(
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
        ("sac\nrécompense à la clé pour qui le trouve", "sac pour qui le trouve"),
        ("黒い傘\n私のiPhoneから送信", "黒い傘"),
        ("雨伞\n发自我的 iPhone", "雨伞"),
        ("torba\nWysłane z iPhone'a", "torba"),
        ("bag\nSent from my Galaxy S21 Ultra", "bag"),
        ("bag\nGet Outlook for iOS", "bag"),
        ("bag\nSent from Mail for Windows", "bag"),
    ],
)
def test_the_rest_reads_as_before(text: str, rest: str) -> None:
    assert " ".join(clean(text).text.replace(" ,", ",").split()).removesuffix(" .") == rest


@for_each(
    "text",
    [
        "Sent from my grandma: a necklace",
        "a mug that I sent from my old phone shop",
        "Enviado desde Madrid: una bufanda",
        "collar de mon iPhone",
        "cordon à la clé",
        "hat.gloves/scarf",
        "is it yours?bag=mine",
        "hat.black/cap?colour=red",
        "and/or.bag/phone?case=black",
        "récompense à la clé USB noire",
        "récompense à la clé de la maison",
        "黒い傘をなくしました iPhoneから送信",
        "来自我的奶奶的银手镯丢了",
        "来自我的朋友的红色帽子",
        "Sent from my iPhone lost black bag",
        "sent from my mobile black samsung galaxy lost",
        "Enviado desde mi Samsung de color negro perdido",
        "Envoyé depuis mon téléphone portable noir perdu",
    ],
)
def test_what_only_begins_like_noise_stays(text: str) -> None:
    assert clean(text).text == text


@for_each(
    ("text", "named"),
    [
        ("aparat, nr seryjny 20931187", {"20931187"}),
        ("tableta, n.º de serie 55120", {"55120"}),
        ("zwarte fiets, serienummer 88123", {"88123"}),
        ("étagère 3, de la série 20", set()),
        ("bici, n.º serie 4471882", {"4471882"}),
        ("Apple Watch no serie 10 negro", set()),
        ("pulsera plata, no serie 925", set()),
        ("libro n. serie 12", set()),
        ("'n serie 12 kaarten kwijt", set()),
        ("laptop, serial: 4C4C4544-0046-3310-8051-B4C04F4E4432", {"4c4c4544004633108051b4c04f4e4432"}),
        ("laptop, asset tag 4C4C4544-0046-3310-8051-B4C04F4E4432", {"4c4c4544004633108051b4c04f4e4432"}),
    ],
)
def test_a_serial_in_other_languages_is_no_place(text: str, named: set[str]) -> None:
    content = content_of(text)
    assert content.named_serials == named
    assert not content.place
