"""What people say around a thing when they tell a story: corrections, counts, streets, names and signatures."""

import pytest

from reunite.text.content import content_of
from reunite.text.normalise import normalise
from reunite.text.parts import parts
from tests.support.features import features_of
from tests.support.tables import for_each


@pytest.mark.parametrize(
    "text",
    [
        "no es la mochila negra, es la verde",
        "pas le sac noir, le sac vert",
        "Désolé. Ce n'est pas la veste noire, la veste verte",
        "non lo zaino nero, quello verde",
        "não é a mala preta, é a verde",
        "nie ta czarna torba, tylko zielona",
        "不是黑色的包,是绿色的那个",
    ],
)
def test_a_colour_that_is_ruled_out_first_isnt_the_things(text: str) -> None:
    (thing,) = features_of(text).things
    assert (thing.noun is not None, [colour.name for colour in thing.colours]) == (True, ["green"])


@pytest.mark.parametrize(
    ("text", "colours"),
    [
        ("je ne trouve pas le sac noir", ["black"]),
        ("no encuentro mi mochila negra", ["black"]),
        ("no es la mochila negra, gracias", ["black"]),
    ],
)
def test_what_is_missing_isnt_ruled_out(text: str, colours: list[str]) -> None:
    (thing,) = features_of(text).things
    assert [colour.name for colour in thing.colours] == colours


@pytest.mark.parametrize(
    "text", ["two scarves: one red, one blue", "found 2 scarves (one is red and the other one blue)"]
)
def test_two_of_a_kind_have_a_colour_each(text: str) -> None:
    assert [(thing.noun, [colour.name for colour in thing.colours]) for thing in features_of(text).things] == [
        ("scarf", ["red"]),
        ("scarf", ["blue"]),
    ]
    assert len(parts(text)) == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("chatte perdue rue des Lilas, collier jaune", "rue des Lilas"),
        ("perdida calle Mayor, bolso negro", "calle Mayor"),
        ("zgubiono ul. Lipowa, portfel", "ul. Lipowa"),
        ("gatto smarrito via Garibaldi", "via Garibaldi"),
        ("my ring came off in the lake", "lake"),
    ],
)
def test_the_place_of_a_story_is_found(text: str, place: str) -> None:
    assert content_of(text).place == place


@for_each(
    ("text", "noun"),
    [
        ("🔑 on a yellow ribbon", "key"),
        ("found a shoelace 👟", "shoelace"),
        ("hello its maria from accounts i left a beige cardigan on the train", "cardigan"),
        ("clés + badge", "key"),
        ("J'ai perdu mes clés pendant le cours", "key"),
        ("Écharpe trouvée pendant que j'attendais", "scarf"),
        ("pendant en argent", "pendant"),
        ("silver pendant found", "pendant"),
        ("Hamsterrad gefunden", "hamster wheel"),
        ("Al terzo piano ho trovato una tazza", "mug"),
        ("Piano terra, tazza trovata", "mug"),
        ("perso piano giocattolo", "piano toy"),
        ("perdí mi coche de juguete", "toy car"),
        ("mug found, I'm keeping it safe", "mug"),
        ("I'm keeping it safe. Found a mug", "mug"),
        ("found a safe, kept locked", "safe"),
        ("Year 9 geography with Mrs Pellegrino\nFound a mug", "mug"),
        ("se gratificará con 40 euros\nTaza encontrada", "mug"),
        ("lało jak z cebra, wichura\nZnaleziono kubek", "mug"),
        ("Bag with a strap. Found keys inside", "bag"),
        ("kalimba with a bag. Lost both on the bus", "kalimba"),
        ("kalimba with a red case. Found it yesterday", "kalimba"),
        ("kalimba with a brown strap.\nLost it with my bag on the bus", "kalimba"),
        ("kalimba mit Tasche. Verloren am Montag", "kalimba"),
        ("kalimba con funda. La he perdido en el parque", "kalimba"),
        ("kalimba avec housse. Perdue hier", "kalimba"),
        ("kalimba z pokrowcem. Zgubiona wczoraj", "kalimba"),
        ("kalimba with initials. My mum found it", "kalimba"),
        ("kalimba with engraving. If found, call me", "kalimba"),
        ("kalimba with a red ball. It's in the lost property box now", "kalimba"),
        ("kalimba with a red ball. Lost while riding my bike", "kalimba"),
        ("There is a blue scarf here. I found it in my bag", "scarf"),
        ("There are glasses in the staff room. I found them under a coat", "glasses"),
        ("Mit rotem Band, Koffer schwarz. Am Gleis gefunden, daneben eine Tasche", "suitcase"),
        ("Avec un porte-clés rouge, mes clés. Perdues dans une veste", "key"),
        ("Con cappuccio, giacca blu. Trovata in uno zaino", "jacket"),
        ("Pendant la pause j'ai perdu un bonnet bleu, veste non", "hat"),
        ("During the break I lost my blue cap, jacket found", "cap"),
        ("gold pendant la virgen de guadalupe", "pendant"),
        ("je cherche un pendant un peu comme celui-ci", "pendant"),
        ("Während der Pause habe ich meine blaue Mütze verloren, Jacke habe ich noch", "hat"),
        ("carregador portátil do notebook", "laptop charger"),
        ("llaves del coche 4", "key"),
        ("someone keeps it safe, lost my mug", "mug"),
        ("If found ring: burgundy scarf", "scarf"),
        ("perdeu a lancheira do Homem-Aranha", "lunch box"),
    ],
)
def test_the_thing_of_a_story_is_found(text: str, noun: str) -> None:
    assert features_of(text).nouns[0] == noun


def test_both_words_of_a_name_may_be_called_like_colours() -> None:
    assert normalise("bufanda, nombre Rosa Blanco") == "scarf, nombre Rosa Blanco"


def test_an_emails_signature_and_an_extension_say_nothing() -> None:
    assert content_of("mug\n-- \nOttoline Fairweather | Zarqhouse\nshe/her").thing == "mug\n."
    assert content_of("mug, ring ext. 4471").thing == "mug,"


def test_a_serial_may_be_followed_by_kana() -> None:
    assert content_of("カメラ、シリアル番号8120045577です").named_serials == {"8120045577"}


def test_a_chinese_verb_isnt_part_of_a_brand() -> None:
    assert features_of("我的AirPods落在会议室了").brands.own.keys() == {"Apple"}
