"""Posts with a time before the thing, parts with colours of their own, models without a noun, and shortened words."""

from reunite.text.content import content_of
from tests.support.features import features_of
from tests.support.tables import for_each


def _things(text: str) -> str:
    read = features_of(text)
    return "; ".join(
        f"{' '.join(colour.name for colour in thing.colours)} {thing.noun}".strip() for thing in read.things
    )


@for_each(
    ("text", "things", "place"),
    [
        ("lost at 9:30 a scarf", "scarf", ""), ("lost at 9 a scarf", "scarf", ""),
        ("lost at about 9 a red mug", "red mug", ""), ("lost yesterday at noon my blue umbrella", "blue umbrella", ""),
        ("found at half past seven a black glove", "black glove", ""), ("lost on 12 May a red mug", "red mug", ""),
        ("lost between 9 and 10 a red mug", "red mug", ""), ("perdu hier à midi un bonnet rouge", "red hat", ""),
        ("sciarpa dimenticata in aula magna ieri mattina", "scarf", "aula magna"),
        ("écharpe oubliée au gymnase samedi soir", "scarf", "gymnase"),
        ("calculadora, la perdí en el examen del lunes", "calculator", "examen"),
        ("cargador olvidado a las nueve y media", "charger", ""), ("perdi o boné às sete e meia", "cap", ""),
        ("una media roja", "red sock", ""),
        ("lost my scarf at gate 9", "scarf", "gate 9"), ("scarf lost in hall 5", "scarf", "hall 5"),
    ],
)  # fmt: skip
def test_a_time_before_a_thing_or_after_a_place_is_neither(text: str, things: str, place: str) -> None:
    assert _things(text) == things
    assert features_of(text).place == place


@for_each(
    ("text", "things"),
    [
        ("keys, green carabiner", "keys"), ("keys green lanyard", "keys"), ("green carabiner keys", "keys"),
        ("clés, mousqueton vert", "key"), ("鍵、緑のカラビナ", "key"), ("緑のカラビナの鍵", "key"),
        ("ключі, зелений карабін", "key"), ("green carabiner", "green carabiner"), ("phone, blue popsocket", "phone"),
        ("hat, white brim", "hat"), ("green lid bottle", "bottle"), ("white sole shoes", "shoes"),
        ("black frame glasses", "black glasses"), ("赤いカバーのスマホ", "phone"),
        ("Біла пляшка, синя кришка", "white bottle"),
        ("メガネ…赤いケース", "glasses"),
        ("Schuhe, weiße Sohle", "shoe"), ("butelka, niebieska nakrętka", "bottle"), ("boné, aba vermelha", "cap"),
        ("keys: 2 house keys, a bike key and a keyring", "keys"),
        ("keys, car key and a red wallet", "keys; car key; red wallet"), ("green bottle", "green bottle"),
    ],
)  # fmt: skip
def test_the_colour_of_a_part_is_not_the_things(text: str, things: str) -> None:
    assert _things(text) == things


@for_each(
    ("text", "things"),
    [
        ("Uhr, braunes Lederarmband", "brown watch"), ("Uhr mit braunem Armband", "brown watch"),
        ("montre à bracelet en cuir marron", "brown watch"), ("relógio, pulseira de couro preta", "black watch"),
        ("zegarek, brązowy pasek", "brown watch"),
        ("zegarek na brązowym pasku", "brown watch"), ("腕時計、茶色の革ベルト", "brown watch"),
        ("relógio dourado, pulseira de couro preta", "yellow black watch"), ("часы, коричневый ремешок", "brown watch"),
        ("Reloj perdido, correa de cuero negra", "black watch"), ("Uhr und Armband", "watch; bracelet"),
        ("Uhr, Armband", "watch; bracelet"), ("Uhr, goldenes Armband", "watch; yellow bracelet"),
        ("watch, gold bracelet", "watch; yellow bracelet"), ("Armband aus braunem Leder", "brown bracelet"),
    ],
)  # fmt: skip
def test_a_watchs_strap_is_no_bracelet(text: str, things: str) -> None:
    assert _things(text) == things


@for_each(
    ("text", "things"),
    [
        ("lost my TI-84", "calculator"), ("TI-84 Plus", "calculator"), ("casio fx-991 found", "calculator"),
        ("卡西欧fx-991", "calculator"), ("charger for a TI-84", "charger"), ("lost my ps vita", "game console"),
        ("lost my s21 ultra", "phone"), ("scarf, S21", "scarf"), ("mein Kindle verloren", "kindle"),
        ("a ti te digo: perdí mi bufanda", "scarf"), ("lost: flip flop", "flip-flops"),
        ("chess club: red mug", "red mug"), ("guitar workshop, red mug lost", "red mug"),
        ("beanie w a bobble, football practice", "beanie"), ("football", "football"), ("chess game", "chess game"),
        ("bottle w blue lid", "bottle"), ("kurtka w szatni", "jacket"), ("blue的water bottle", "blue bottle"),
    ],
)  # fmt: skip
def test_models_activities_and_shortened_words_are_read(text: str, things: str) -> None:
    assert _things(text) == things


@for_each(
    ("text", "things"),
    [
        ("財布、現金なし", "wallet"), ("紅茶の缶", "can"),
        ("面白いキーホルダー、赤", "red keyring"), ("黒板の前で青い傘", "blue umbrella"),
        ("青山で黒い傘", "black umbrella"), ("绿茶瓶子", "bottle"), ("白天丢了黑色雨伞", "black umbrella"),
        ("红绿灯旁边丢了黑色手套", "black glove"), ("金色の指輪", "yellow ring"),
        ("коричневі рукавички", "brown glove"),
    ],
)  # fmt: skip
def test_a_colour_is_not_read_inside_another_word(text: str, things: str) -> None:
    assert _things(text) == things


@for_each(
    ("text", "code"),
    [
        ("Studierendenausweis, Matrikelnummer 20211234", "20211234"), ("carteirinha, matrícula 20231187", "20231187"),
        ("carte étudiante, numéro étudiant 21904577", "21904577"), ("legitymacja nr albumu 445120", "445120"),
        ("学生証、番号は21B0457です", "21b0457"), ("학생증, 학번 20211234", "20211234"),
        ("学生证，学号20218845", "20218845"),
    ],
)  # fmt: skip
def test_a_students_number_identifies_a_card(text: str, code: str) -> None:
    assert content_of(text).serials == (code,)


@for_each(
    ("text", "place"),
    [
        ("Schal in der U6 vergessen", "U6"), ("Schal in der S3", "S3"), ("아이 신발, 놀이터 그네 옆", "놀이터 그네 옆"),
        ("black phone, im coworking space", "coworking space"), ("部屋番号の傘", ""),
    ],
)  # fmt: skip
def test_lines_and_swings_are_places(text: str, place: str) -> None:
    assert features_of(text).place == place
