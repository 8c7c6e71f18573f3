"""What is near a thing keeps to itself: a belt next to a watch, the colour of one key, numbers that are no serials."""

from reunite.text.noise import clean
from tests.support.features import features_of
from tests.support.tables import for_each


def _things(text: str) -> str:
    return "; ".join(
        f"{' '.join(colour.name for colour in thing.colours)} {thing.noun}".strip()
        for thing in features_of(text).things
    )


@for_each(
    ("text", "things"),
    [
        ("Handy, Uhr, brauner Ledergürtel, Geldbeutel", "phone; watch; brown belt; wallet"),
        ("montre, ceinture noire", "watch; black belt"), ("reloj, cinturón negro", "watch; black belt"),
        ("orologio, cintura nera", "watch; black belt"), ("часы, черный пояс", "watch; black belt"),
        ("collier, montre, bracelet rouge", "necklace; watch; red bracelet"),
        ("zegarek, czerwona bransoletka", "watch; red bracelet"),
        ("Uhr, rotes Armband und Ring", "watch; red bracelet; ring"),
        ("relógio, pulseira vermelha e anel", "watch; red bracelet; ring"),
        ("Uhr, braunes Lederarmband", "brown watch"), ("zegarek, brązowy pasek", "brown watch"),
        ("часы, черный ремешок", "black watch"), ("腕時計、黒いベルト", "black watch"),
        ("시계, 검은 벨트", "black watch"), ("horloge, bruine riem", "brown watch"),
    ],
)  # fmt: skip
def test_a_belt_or_a_bracelet_of_several_things_is_no_strap(text: str, things: str) -> None:
    assert _things(text) == things


@for_each(
    ("text", "things"),
    [
        ("green lanyard key card", "green lanyard key card"), ("red lanyard key fob", "red lanyard key fob"),
        ("green ribbon key chain", "green ribbon key chain"), ("brown strap camera bag", "camera bag"),
        ("black strap guitar case", "black strap guitar case"), ("white sole shoe bag", "white shoe bag"),
        ("silver frame glasses case", "grey frame glasses case"), ("blue lid cup holder", "blue lid cup holder"),
        ("brown handle bag charm", "brown bag charm"), ("red lid water bottle", "bottle"),
        ("green lid coffee cup", "cup"), ("green lid bottle", "bottle"),
        ("青のスマホのケース", "blue case"), ("黒のiPhoneのケース", "black case"), ("赤の眼鏡のケース", "red case"),
        ("紺の傘のカバー", "navy cover"), ("ピンクの水筒のカバー", "pink cover"), ("黒の車の鍵", "black key"),
        ("緑のカラビナの鍵", "key"), ("青のストラップのスマホ", "phone"),
        ("keys: house key, red car key", "keys; red car key"),
        ("keys: 2 house keys, a bike key and a keyring", "keys"),
    ],
)  # fmt: skip
def test_a_colour_stays_with_what_it_was_said_of(text: str, things: str) -> None:
    assert _things(text) == things


@for_each(
    ("text", "things"),
    [
        ("lost my Sony FX30 camera", "camera"), ("Panasonic FX500 camera", "camera"), ("Yamaha FX310 guitar", "guitar"),
        ("Casio fx-991EX", "calculator"), ("fx-82MS lost", "calculator"),
        ("奶茶色毛衣", "brown sweater"), ("奶茶色包", "brown bag"), ("抹茶色のマフラー", "green scarf"),
        ("紅茶色の帽子", "brown hat"), ("绿茶色围巾", "green scarf"), ("白天鹅玩偶", "white toy"),
        ("红灯笼", "red lamp"), ("visiera bianca persa in palestra", "white cap"),
        ("Zamek w Malborku, zgubiony szalik", "scarf"), ("zamek rowerowy", "padlock"),
        ("cordon de chargeur blanc", "white charger"), ("cinturino nero dell'orologio", "black watch"),
        ("tracolla rossa", "red bag"), ("kurtka w black", "black jacket"), ("umbrella w black handle", "umbrella"),
    ],
)  # fmt: skip
def test_words_for_other_things_leave_the_thing_as_it_is(text: str, things: str) -> None:
    assert _things(text) == things


def test_a_bus_keeps_the_preposition_of_its_time() -> None:
    assert features_of("found by 9:30 bus a scarf").place == "bus"


@for_each(
    ("text", "serials"),
    [
        ("携帯の番号は09012345678です、鍵", ()), ("連絡先の番号は080-1234-5678", ()), ("番号は090-1234-5678", ()),
        ("電話の番号は090-1234-5678", ()), ("ロッカー番号は0305", ()), ("ホテルの部屋の番号は1204", ()),
        ("座席の番号は 12A", ()), ("バスの番号は205", ()),
        ("学籍番号は12345", ("12345",)), ("鍵、番号は0305", ("0305",)), ("番号は1234です", ("1234",)),
    ],
)  # fmt: skip
def test_numbers_of_phones_rooms_and_buses_are_no_serials(text: str, serials: tuple[str, ...]) -> None:
    assert clean(text).serials == serials
