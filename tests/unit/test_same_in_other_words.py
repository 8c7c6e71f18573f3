"""What an owner and a finder call one thing, each in their own words and language, is read as one kind of thing."""

from reunite.entities import ReportKind
from reunite.matching.evidence import Candidate, Search
from reunite.matching.kinds_compared import AGREE, named
from reunite.matching.measurement import word_evidence
from reunite.matching.weights import SHARED_WORDS
from reunite.text.heads import head_phrase
from reunite.text.kinds import relation
from reunite.text.normalise import normalise
from reunite.text.parts import parts
from tests.support.features import features_of
from tests.support.tables import for_each

IN_ELEVEN_LANGUAGES = {
    "white lab coat": (
        "weißer Laborkittel", "bata de laboratorio blanca", "blouse de labo", "白衣を忘れました", "实验服不见了",
        "jaleco branco", "camice bianco", "fartuch laboratoryjny", "witte labjas", "белый халат",
        "실험복을 잃어버렸어요",
    ),
    "mouthguard": (
        "Sportmundschutz verloren", "protector bucal", "protège-dents", "マウスガード", "护牙套", "protetor bucal",
        "paradenti", "ochraniacz na zęby", "gebitsbeschermer", "боксёрская капа", "마우스가드를 찾아요",
    ),
    "hearing aid": (
        "Hörhilfe", "aparato auditivo", "prothèse auditive", "補聴器", "助听器", "prótese auditiva",
        "protesi acustica", "aparat dla niedosłyszących", "hoortoestel", "слуховой аппарат", "보청기",
    ),
    "swimming cap": (
        "Badekappe", "gorro de natación", "bonnet de bain", "水泳帽", "泳帽", "touca de natação", "cuffia da nuoto",
        "czepek pływacki", "badmuts", "шапочка для плавания", "수영모",
    ),
    "external hard drive": (
        "externe Festplatte", "disco duro externo", "disque dur", "ハードディスク", "移动硬盘", "disco rígido externo",
        "disco esterno", "dysk zewnętrzny", "externe harde schijf", "внешний диск", "외장하드",
    ),
    "multimeter": (
        "Multimeter", "multímetro", "multimètre", "テスター", "万用表", "multímetro", "multimetro", "multimetr",
        "multimeter", "мультиметр", "멀티미터",
    ),
    "zimmer frame": (
        "Rollator", "andador", "déambulateur", "歩行器を忘れました", "助行器", "andarilho",
        "deambulatore", "balkonik", "chodzik",
        "ходунки", "보행기",
    ),
    "camping stove": (
        "Gaskocher", "hornillo", "réchaud", "ガスバーナー", "卡式炉", "fogareiro",
        "fornellino", "kuchenka turystyczna",
        "gasbrandertje", "газовая горелка", "버너",
    ),
    "wig": (
        "Perücke", "peluca", "perruque", "ウィッグ", "假发", "peruca", "parrucca", "peruka", "pruik", "парик", "가발",
    ),
    "harness": (
        "Klettergurt", "arnés", "baudrier", "ハーネス", "安全带", "arnês", "imbragatura",
        "uprząż", "klimgordel", "шлейка",
        "하네스",
    ),
    "walkie talkie": (
        "Funkgerät", "perdí el walkie", "talkie-walkie perdu", "トランシーバー", "对讲机",
        "ricetrasmittente", "krótkofalówka", "portofoon",
        "рация", "무전기",
    ),
    "microscope": ("Mikroskop", "microscopio", "顕微鏡", "显微镜", "mikroskop", "microscoop", "микроскоп", "현미경"),
    "duvet cover": (
        "Bettbezug", "funda nórdica", "housse de couette", "布団カバー", "被套",
        "copripiumino", "poszwa", "dekbedovertrek",
        "пододеяльник",
    ),
    "trowel": ("Pflanzkelle", "desplantador", "transplantoir", "移植ごて", "小铲子", "plantschepje", "모종삽"),
    "sword": ("Schwert", "espada", "épée", "木刀", "木剑", "spada", "miecz", "zwaard", "меч"),
    "dice": ("Würfel", "dados", "サイコロ", "骰子", "dadi", "dobbelstenen", "주사위"),
    "pipette": ("pipeta", "ピペット", "移液枪", "pipetta", "pipet", "пипетка"),
}  # fmt: skip


@for_each(
    ("english", "other"), [(english, other) for english, others in IN_ELEVEN_LANGUAGES.items() for other in others]
)
def test_a_thing_is_one_in_all_languages(english: str, other: str) -> None:
    assert named(features_of(english), features_of(other))[0] in AGREE


@for_each(
    ("lost", "found"),
    [
        ("lost my ventolin, blue puffer", "asthma inhaler"),
        ("Littmann Classic, burgundy tubing", "stethoscope, wine red"),
        ("Can't find my Apple Pencil", "white stylus"), ("A5 sketch pad, black hardcover", "somebody's drawing book"),
        ("tortoiseshell claw clip", "hair claw, brown"), ("Has my cardi turned up? cream, pearl buttons", "cardigan"),
        ("red padlock", "combo lock"),
        ("blue cap, Arena", "gorro de baño azul"),
        ("WD My Passport 2TB, blue", "external hard disk"), ("Mitutoyo digital caliper", "vernier in a grey case"),
        ("AirPods case, white", "earphones case"), ("violin case", "instrument case"), ("iPhone case", "phone case"),
        ("Gehstock", "Krückstock"), ("pennetta kingston", "chiavetta USB"),
        ("pendrajw srebrny, brelok kotek", "pendrive"),
        ("mouthguard, black", "Gum shield"), ("pruners with red handles", "Felco"), ("grey zip up", "zip hoodie"),
        ("мешок со сменкой", "мешок для обуви"), ("上履き袋", "シューズバッグ"), ("실내화 주머니", "신발주머니"),
        ("son appareil dentaire, boîte verte", "appareil pour les dents"), ("sumiu meu fone bluetooth", "fones azuis"),
    ],
)  # fmt: skip
def test_two_words_for_one_thing_agree(lost: str, found: str) -> None:
    assert named(features_of(lost), features_of(found))[0] in AGREE


@for_each(
    ("first", "second"),
    [
        ("guitar case", "flute case"), ("phone case", "glasses case"), ("drone propeller", "drone"),
        ("stylus", "pencil"), ("padlock", "bike lock"), ("cabin bag", "suitcase"), ("carry-on", "backpack"),
        ("phone charger", "camera charger"), ("phone battery", "camera battery"), ("clock key", "watch key"),
        ("tablet case", "laptop case"), ("handbag strap", "wallet strap"), ("coat hanger", "jacket hanger"),
        ("skateboard bag", "scooter bag"), ("cat collar", "dog collar"),
        ("bicycle pedal", "bicycle"), ("swimming cap", "woolly hat"), ("hard-drive", "laptop"),
    ],
)  # fmt: skip
def test_other_things_do_not(first: str, second: str) -> None:
    assert relation(first, second) not in AGREE


@for_each("text", ["drone propellers", "Found drone propellers on the field", "two bike pedals"])
def test_a_part_alone_is_no_whole(text: str) -> None:
    assert (head_phrase(normalise(text)) or "").split()[-1] not in {"drone", "bike", "car"}


@for_each("text", ["lost phone, pink strap", "phone, black charm"])
def test_what_a_thing_has_is_no_second_thing(text: str) -> None:
    assert not parts(text)


@for_each(
    ("text", "count"),
    [
        ("I lost my phone, a pink ring and my keys", 3), ("Lost phone, silver ring", 2), ("Handy, silberner Ring", 2),
        ("téléphone, bague en or", 2), ("teléfono, anillo de plata", 2), ("phone, keyring, wallet", 3),
        ("lost earphones, lunch box, bottle", 3), ("bracelet, music box", 2), ("Lost ring, tool box and hat", 3),
        ("retainer, green box", 2), ("ネックレス、弁当箱", 2), ("earphones, black box", 2),
    ],
)  # fmt: skip
def test_what_has_a_name_of_its_own_is_a_second_thing(text: str, count: int) -> None:
    assert len(parts(text)) == count


@for_each(
    ("text", "noun"),
    [
        ("I spoke to security, lost my black wallet", "wallet"), ("As we spoke my blue pen fell", "pen"),
        ("headrest: left my jacket over the headrest", "jacket"),
        ("Has a red ribbon. Black suitcase lost.", "suitcase"),
        ("it was a hard drive home and I lost my blue hat", "hat"),
        ("long hard drive to work, lost my scarf", "scarf"),
        ("perdi meu pen e meu caderno", "pen"), ("disco externo de frisbee", "frisbee"),
        ("een bitje geluk nodig: sjaal verloren", "scarf"), ("Cardi B shirt", "shirt"), ("a fone lost", "phone"),
        ("I've lost me fone", "phone"), ("Fone verloren", "phone"), ("perdi um fone branco", "headphones"),
        ("apple pencil case", "pencil case"), ("Samsung S Pen", "stylus"),
        ("my passport drive to airport", "passport"),
        ("Littmann Straße verloren Schal", "scarf"), ("ho giocato a scacchi e ho perso la giacca", "jacket"),
        ("il portiere dice che ha trovato un ombrello", "umbrella"), ("Zauberwürfel", "puzzle"),
        ("Hi-Vis Weste", "hivis waistcoat"),
        ("our dog lost his lead", "lead"), ("My cat lost her collar and has been missing", "cat"),
        ("Our dog slipped his collar, he is brown", "dog"), ("Lost dog, she lost her collar", "dog"),
        ("Good morning plot holders! I've mislaid my secateurs", "secateurs"),
        ("card holders, two found", "card holders"),
        ("Bus driver here, left my flask in the cab", "flask"), ("white trainer here, size 8", "trainer"),
        ("Who has my coat? Blue lining", "coat"), ("Found in the bag drop: a frame", "frame"),
        ("C'è una felpa su un pouf, la zip non funziona", "sweatshirt"),
        ("mi hijo no encuentra su mochila", "backpack"),
        ("no sé dónde dejé mi bufanda", "scarf"), ("注射器を拾いました", "注射器を"), ("トラックのおもちゃ", "toy"),
        ("丢了一件白衣服", "衣服"), ("bata blanca de baño", "bata"), ("右耳环", "earring"), ("左耳坠", "earring"),
        ("右耳罩", "earmuffs"), ("钥匙被套在红色绳子上", "key"), ("雨伞被套上塑料袋", "umbrella"),
        ("双色子母扣背包", "backpack"), ("Schwerte Bahnhof, Handschuh gefunden", "glove"),
        ("Schwertfisch", "swordfish"), ("andador azul de bebé", "walker"),
        ("hojas de dados del alumno, carpeta", "folder"),
        ("toy dog lost its eye", "dog toy"), ("stuffed rabbit lost his jacket", "rabbit toy"),
        ("plush cat lost its tail", "cat toy"), ("My bunny lost its ear, grey plush", "bunny"),
        ("keyring dog lost its leg", "keyring"), ("bunny keychain lost her ribbon", "bunny key chain"),
        ("our cat lost its ear tag", "tag"), ("bag owners: blue bag found", "bag"),
        ("iPhone users: charger found", "charger"), ("my hard hat walked off site, white", "hat"),
    ],
)  # fmt: skip
def test_a_word_that_is_also_another_names_no_thing_here(text: str, noun: str) -> None:
    assert features_of(text).nouns[0] == noun


@for_each("text", ["телесный контакт, потерял перчатку", "bolso de color, piel", "牛肉色拉盒"])
def test_no_colour_of_skin_is_read_into_other_words(text: str) -> None:
    assert "beige" not in normalise(text)


def test_a_maker_is_kept_beside_its_drawing_pad() -> None:
    assert "Wacom" in features_of("Wacom drawing pad").brands.own


@for_each(
    ("text", "maker"),
    [
        ("Apple AirTag", "Apple"), ("Anker USB-C hub", "Anker"), ("Logitech dongle", "Logitech"),
        ("Helly Hansen hi-vis", "Helly Hansen"), ("Petzl harness", "Petzl"), ("Trangia stove", "Trangia"),
        ("iPhone users: charger found", "Apple"),
    ],
)  # fmt: skip
def test_a_thing_has_its_makers(text: str, maker: str) -> None:
    assert maker in features_of(text).brands.own


@for_each(
    ("text", "english"),
    [
        ("сумка чёрная, одна ручка оторвана", "handle"), ("сумка с ручкой", "handle"),
        ("сумка, в ней ручка Parker", "pen"),
        ("рюкзак, в кармане была ручка синяя", "pen"), ("портфель, внутри была красная ручка", "pen"),
        ("чемодан, ручка сломана", "handle"), ("сумка, ручка, тетрадь", "pen"),
        ("потерял сумку, ручку и тетрадь", "pen"),
        ("сумка и ручка", "pen"), ("сумка, синяя ручка и паспорт", "pen"),
    ],
)  # fmt: skip
def test_the_handle_of_a_bag_is_no_pen(text: str, english: str) -> None:
    words = normalise(text).replace(",", "").split()
    assert english in words
    assert ({"handle", "pen"} - {english}).isdisjoint(words)


@for_each(
    "text", ["audífono, color carne", "Hörgerät, hautfarben", "appareil auditif couleur chair", "skin-coloured strap"]
)
def test_the_colour_of_skin_is_beige(text: str) -> None:
    assert "beige" in normalise(text).split()


@for_each("text", ["Fluke meter found in the lab", "Salomon shoes", "Trunki with stickers"])
def test_a_brand_is_no_typing_error(text: str) -> None:
    assert normalise(text) == text


@for_each(
    ("lost", "found"),
    [
        ("小米充电宝，白色", "Xiaomi power bank found"),
        ("perdu la clef de ma clio", "Renault car key"),
        ("WD hard drive", "hard disk, Western Digital"),
    ],
)
def test_a_brand_in_other_words_is_shared(lost: str, found: str) -> None:
    query, other = features_of(lost, ReportKind.LOST), features_of(found)
    plain = features_of("nothing like it", ReportKind.LOST)
    candidate, search = Candidate(other.item, {}), Search(query.item, ())
    assert query.brands.own.keys() & other.brands.own.keys()
    without = {**word_evidence(search, query, plain, candidate)}
    assert word_evidence(search, query, other, candidate)[SHARED_WORDS] > without[SHARED_WORDS]
