"""Posts with a time before the thing, and with numbers and places as people write them."""

from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.matching.features import ReportFeatures, extract
from reunite.text.content import content_of
from tests.support.labelled_sets import LONG_AGO
from tests.support.tables import for_each


def _read(text: str) -> ReportFeatures:
    return extract(Item(UUID(int=1), ReportKind.FOUND, text, "", LONG_AGO, time_is_stated=False))


def _things(text: str) -> str:
    read = _read(text)
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
        ("lost my scarf at gate 9", "scarf", "gate 9"), ("scarf lost in hall 5", "scarf", "hall 5"),
    ],
)  # fmt: skip
def test_a_time_before_a_thing_or_after_a_place_is_neither(text: str, things: str, place: str) -> None:
    assert _things(text) == things
    assert _read(text).place == place


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
    assert _read(text).place == place
