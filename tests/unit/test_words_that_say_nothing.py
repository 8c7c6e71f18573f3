"""A found mug and lost keys whose posts share only what says nothing, and pairs that share what says a lot."""

import pytest

from reunite.entities import Label
from reunite.matching.weights import ScoringModel
from reunite.text.content import rare_candidates, significant_words
from reunite.text.rarity import rare_words
from tests.support.tables import for_each
from tests.support.uninformative import MODELS, OPEN_COUNTS, WITH_CLIP, first_found, search

NOTHING = {
    "a link": (
        "mug, https://school.example/lost-and-found/2026",
        "my keys, see https://school.example/lost-and-found/2026",
    ),
    "a greeting": ("Good morning dear all, a mug", "Good morning dear all, I lost my keys"),
    "an extension": ("mug, call the desk on ext. 4711", "keys lost, call me on ext. 4711"),
    "hashtags": ("mug #lostandfound #campusnord #helpneeded", "keys #lostandfound #campusnord #helpneeded"),
    "a place": ("mug, found in the Zarquon building", "keys, lost in the Zarquon building"),
    "emoji": ("mug :pepe_sob: :blob_wave:", "keys :pepe_sob: :blob_wave:"),
    "a date": ("mug, 12 May 2026, 14:30", "keys, 12 May 2026, 14:30"),
    "a form's headings": (
        "Item: mug\nColour: white\nDistinguishing features: none\nContact: Office",
        "Item: keys\nColour: -\nDistinguishing features: none\nContact: Office",
    ),
    "two map links": ("mug https://maps.app.goo.gl/AbCd1234", "keys https://maps.app.goo.gl/XyZw9876"),
    "mentions": ("mug <@U01ABCDEF> <#C01LOSTFND|lost>", "keys <@U01ABCDEF> <#C01LOSTFND|lost>"),
    "a phone number": ("mug, 0151 2345678", "keys, 0151 2345678"),
    "an e-mail address": ("mug, write to office@campus.example", "keys, write to office@campus.example"),
    "thanks": ("mug, thanks in advance and kind regards", "keys, thanks in advance and kind regards"),
    "a room": ("mug, room B2.14", "keys, room B2.14"),
    "a weekday and a time": ("mug, Tuesday around 2 pm", "keys, Tuesday around 2 pm"),
    "German chat": (
        "Hallo zusammen, Tasse gefunden, bitte bei mir melden, vielen Dank",
        "Hallo zusammen, Schlüssel verloren, bitte bei mir melden, vielen Dank",
    ),
    "Spanish chat": ("Hola a todos, he encontrado una taza, gracias", "Hola a todos, he perdido unas llaves, gracias"),
    "French chat": ("Bonjour à tous, tasse trouvée, merci d'avance", "Bonjour à tous, clés perdues, merci d'avance"),
    "Polish chat": (
        "Drodzy sąsiedzi, znaleziono kubek przy wejściu, właściciela proszę o kontakt wieczorem",
        "Drodzy sąsiedzi, wieczorem zgubiłam klucze, bardzo mi zależy, proszę o kontakt, nagroda dla znalazcy",
    ),
    "Italian chat": (
        "Ho trovato una tazza davanti all'ingresso, il proprietario può contattarmi nel pomeriggio",
        "Ho perso le chiavi nel pomeriggio davanti all'ingresso, hanno valore affettivo, ricompensa a chi le trova",
    ),
    "Portuguese chat": (
        "Encontrei uma caneca perto da paragem, estava no chão, contactar o dono à noite",
        "Perdi as chaves perto da paragem, talvez à noite, estava com pressa, agradeço muito a ajuda",
    ),
    "Japanese chat": (
        "こんにちは、カップを見つけました。よろしくお願いします",
        "こんにちは、鍵をなくしました。よろしくお願いします",
    ),
    "common words": ("this mug has been here since last week", "I have been looking for my keys since last week"),
    "a size": ("mug, size 8", "keys, size 8"),
    "an extension with a dash": ("mug, reception x-4471", "keys, reception x-4471"),
    "a ticket's fields": (
        "Ticket status: open | Priority: low | Item: mug",
        "Ticket status: open | Priority: low | Item: keys",
    ),
    "a Polish form": (
        "Przedmiot: kubek\nZnaki szczególne: brak",
        "Przedmiot: klucze\nZnaki szczególne: brak",
    ),
    "an Italian form": (
        "Oggetto: tazza\nSegni particolari: nessuno",
        "Oggetto: chiavi\nSegni particolari: nessuno",
    ),
    "calls to share": ("mug, bump, pls repost and boost", "keys, bump, pls repost and boost"),
    "a short link": ("mug bit.ly/3xYzAb9", "keys bit.ly/3xYzAb9"),
    "a Japanese room": ("マグカップ 301号室", "鍵 301号室"),
    "Polish thanks": ("kubek, z góry dziękuję za pomoc", "klucze, z góry dziękuję za pomoc"),
    "a German hour": ("Tasse, gegen halb sieben", "Schlüssel, gegen halb sieben"),
    "a message's id": ("mug 123456789012345678", "keys 123456789012345678"),
    "a flight": ("mug, flight LH456", "keys, flight LH456"),
    "a course": ("CS101 lecture. Found a mug", "CS101 lecture. I lost my keys"),
    "an order's number": ("mug, order no. 4455667", "keys, order no. 4455667"),
    "opening hours": ("mug, opening hours 9am-5pm", "keys, opening hours 9am-5pm"),
    "a photo's name": ("mug, DSC00123", "keys, DSC00123"),
    "a plus code": ("mug, 9F4MGC2X+4R", "keys, 9F4MGC2X+4R"),
    "three words for a place": ("mug at ///filled.count.soap", "keys at ///filled.count.soap"),
    "the name of an event": ("mug, Zarquon gala", "keys, Zarquon gala"),
    "Korean talk": ("오늘 아침에 우산을 주웠어요 연락 주세요", "오늘 아침에 지갑을 잃어버렸어요 연락 주세요"),
    "Arabic talk": ("وجدت مظلة سوداء عند المدخل", "فقدت وشاحا أسود عند المدخل"),
    "Czech talk": ("Nalezen černý deštník u vchodu", "Ztratil jsem černou šálu u vchodu"),
    "Dutch talk": (
        "Iemand is zijn paraplu vergeten, ligt bij de receptie",
        "Iemand mijn sjaal gezien? Ik ben hem vergeten",
    ),
    "Swedish talk": ("Hittade ett svart paraply vid ingången", "Har tappat en svart halsduk vid ingången"),
}
A_LOT = {
    "a serial in groups": ("headphones, serial JX 4471 B", "my headphones S/N: jx4471b"),
    "an IMEI in groups": ("phone, IMEI 35 209900 176148 1", "phone imei 352099001761481"),
    "a frame number in groups": ("Fahrrad, Rahmennr. WXB 5521 L", "Rad, Rahmennummer WXB5521L"),
    "a serial": ("headphones, serial number JX4471-B", "my headphones, S/N JX4471B"),
    "an inventory tag": ("laptop, tag AB-12345", "laptop with tag AB-12345"),
    "an unusual name": ("mug, it says Zarquon", "my mug with Zarquon on it"),
    "a serial in Dutch": ("zwarte koptelefoon gevonden, SN: JX4471B", "mijn zwarte koptelefoon is weg, SN: JX4471B"),
}


@pytest.mark.parametrize("model", WITH_CLIP.values(), ids=WITH_CLIP)
@pytest.mark.parametrize("open_count", OPEN_COUNTS)
@for_each("words", NOTHING)
def test_a_mug_is_not_the_keys_whatever_their_posts_share(words: str, open_count: int, model: ScoringModel) -> None:
    found, lost = NOTHING[words]
    mug = first_found(search(found, lost, open_count, model, 0.0), model)
    assert mug.label is None
    assert mug.probability < 0.1


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("open_count", OPEN_COUNTS)
@for_each("words", A_LOT)
def test_a_shared_serial_or_an_unusual_name_makes_a_match(words: str, open_count: int, model: ScoringModel) -> None:
    found, lost = A_LOT[words]
    thing = first_found(search(found, lost, open_count, model, 3.0), model)
    assert thing.label in {Label.HIGH, Label.POSSIBLE}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("open_count", OPEN_COUNTS)
def test_a_serial_outweighs_the_lack_of_any_likeness(open_count: int, model: ScoringModel) -> None:
    found, lost = "found this, serial JX4471", "my thing, serial JX4471"
    assert first_found(search(found, lost, open_count, model, 0.0), model).probability > 0.5


@pytest.mark.parametrize("open_count", OPEN_COUNTS)
@pytest.mark.parametrize(
    ("found", "lost"),
    [("found a theremin", "I lost my theremin"), ("ocarina, left in the hall", "my ocarina is gone since Friday")],
)
def test_a_rare_noun_that_both_are_about_makes_a_possible_match(found: str, lost: str, open_count: int) -> None:
    model = MODELS["concept"]
    assert first_found(search(found, lost, open_count, model, 1.5), model).label in {Label.HIGH, Label.POSSIBLE}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_of_two_different_things_only_a_named_serial_counts(model: ScoringModel) -> None:
    code, serial = (
        first_found(search(f"mug, {words}", f"my keys, {words}", 21, model, 0.0), model)
        for words in ("JX4471-B", "serial JX4471-B")
    )
    assert not code.evidence.get("rare words")
    assert serial.evidence["rare words"] > 0


def test_a_models_name_says_less_than_a_serial() -> None:
    model = MODELS["concept"]
    name, serial = (
        first_found(search(f"headphones, {code}", f"my headphones, {code}", 21, model, 0.5), model)
        for code in ("WH-1000XM4", "serial WH-1000XM4")
    )
    assert 0 < name.evidence["rare words"] < serial.evidence["rare words"]
    assert name.label is Label.POSSIBLE
    assert serial.label is Label.HIGH


def test_a_rare_word_next_to_the_thing_says_less_than_a_rare_thing() -> None:
    model = MODELS["concept"]
    thing, beside = (
        first_found(search(found, lost, 21, model, 0.5), model).evidence["rare words"]
        for found, lost in (("a theremin", "my theremin"), ("mug, it says theremin", "my mug with theremin on it"))
    )
    assert thing > beside > 0


def test_a_caretakers_signature_is_boilerplate() -> None:
    texts = ("mug, facilities crew Zarquon", "umbrella, facilities crew Zarquon")
    holders = {
        word: dict.fromkeys((text for text in texts if word in significant_words(text)), "caretaker")
        for word in rare_candidates("keys, please tell facilities crew Zarquon")
    }
    rare, boilerplate = rare_words(holders, {"caretaker": 2}, 21)
    assert not rare
    assert boilerplate >= {"crew", "zarquon"}


def test_a_word_is_rare_or_shared_but_never_counted_twice() -> None:
    model = MODELS["concept"]
    found, lost = A_LOT["an unusual name"]
    evidence = first_found(search(found, lost, 5, model, 0.5), model).evidence
    assert evidence["rare words"] == pytest.approx(1.7)
    assert evidence["shared words"] == pytest.approx(0.693, abs=0.001)  # the mug alone


def test_a_place_in_the_words_counts_as_a_place() -> None:
    model = MODELS["concept"]
    found, lost = NOTHING["a place"]
    mug = first_found(search(found, lost, 5, model, 0.5), model)
    assert mug.evidence["place"] > 0
    assert ("place", "Zarquon building", "agrees") in {(why.aspect, why.word, why.agreement) for why in mug.why}
