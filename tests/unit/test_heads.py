"""The head of a description. Heads are compared in the singular."""

from pathlib import Path

import pytest

from reunite.text.heads import head_of, head_phrase, name_of_thing, names_a_thing
from reunite.text.words import stem
from tests.support.tables import for_each

_DATA = Path(__file__).parents[1] / "data"


def rows(name: str) -> list[tuple[str, str]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()[1:]
    return [(text.replace("\\n", "\n"), head) for text, head in (line.split("\t") for line in lines)]


@pytest.mark.parametrize(("name", "count", "least"), [("heads.tsv", 200, 0.97), ("heads_held_out.tsv", 120, 0.92)])
def test_the_head_of_a_report_is_its_thing(name: str, count: int, least: float) -> None:
    table = rows(name)
    wrong = [(text, head, head_of(text)) for text, head in table if stem(head_of(text) or "") != stem(head)]
    assert len(table) >= count
    assert 1 - len(wrong) / len(table) >= least, wrong


@for_each(
    ("text", "noun"),
    [
        ("strawberry sun hat for a child", "hat"),
        ("driver found a walking stick", "stick"),
        ("my trainer left a towel", "towel"),
        ("black umbrella left a week ago", "umbrella"),
        ("mug, please ring the bell", "mug"),
        ("a pink cat ear headset", "headset"),
        ("items handed in: a hat", "hat"),
        ("lost bike light", "lamp"),
        ("I lost my red rucksack, it has badges", "rucksack"),
        ("unopened can of IPA", "can"),
        ("I can't find it", None),
        ("stuffed animal with long arms", "animal"),
        ("teddy elephant", "toy"),
        ("elephant of soft toy", "toy"),
        ("wooden horse, red saddle", "toy"),
        ("crocheted octopus with a hat", "toy"),
        ("teddy bear", "bear"),
        ("plastic dog bowl", "bowl"),
        ("knitted bear hat", "hat"),
        ("dog in plastic crate", "dog"),
        ("pair of skis", "skis"),
        ("I no longer have my red scarf", "scarf"),
        ("my locker key's gone", "key"),
        ("my son's missing scarf", "scarf"),
        ("I can no longer find my scarf", "scarf"),
        ("encontramos zarquon", "zarquon"),
        ("Zarquon grumble", "grumble"),
        ("on the floor near the door", None),
        ("whose is this?", None),
        ("Male, size 8, everyone", None),
    ],
)
def test_the_head_is_what_the_words_are_about(text: str, noun: str | None) -> None:
    name = name_of_thing(text)
    assert (name and name.split()[-1]) == noun


@for_each(
    ("text", "phrase"),
    [
        ("owl shaped bag", "bag"), ("dinosaur themed lunch box", "lunch box"), ("cable knit jumper", "jumper"),
        ("teddy bear print umbrella", "umbrella"), ("phone case, flower pattern", "phone case"),
        ("necklace star shaped", "necklace"), ("cat print", "cat"), ("minnie mouse baby shoes", "shoes"),
        ("toy story lunchbox", "lunchbox"), ("hello kitty", None),
        ("teddy bear kids backpack", "teddy bear backpack"), ("umbrella kids area", "umbrella"),
        ("red tank top", "tank top"), ("striped top", "top"), ("green long sleeve top size M", "sleeve top"),
        ("bag for a child shaped dog", "bag"), ("top", "top"), ("a top with lace", "top"), ("top quality bag", "bag"),
        ("black top hat", "hat"), ("scarf from the top shelf", "scarf"), ("found on top", None),
        ("white top floor", None), ("bottle, black top", "bottle"),
        ("top of my flask", "flask"), ("my flask's top", "flask lid"), ("the pen's cap", "pen lid"),
        ("lens cap", "lens lid"),
        ("the cap of my shampoo bottle", "lid"), ("black baseball cap", "baseball cap"), ("running top and cap", "top"),
        ("jeans jacket", "jacket"), ("skirt jeans", "skirt"), ("jeans", "jeans"), ("jeans, jacket", "jeans"),
        ("hearing aid", "hearing aid"), ("power bank", "powerbank"), ("wooden walking stick", "walking stick"),
        ("no luck with my ring, thin band", "ring"), ("crossbody, passport inside", "crossbody"),
        ("headphones of moto", "helmet"), ("headphones for a bike", "headphones"),
        ("case glasses", "glasses case"), ("key bicycle", "bicycle key"), ("phone charger", "phone charger"),
        ("waterproof mascara", "mascara"),
    ],
)  # fmt: skip
def test_what_a_thing_looks_like_and_whom_it_is_for_is_not_the_thing(text: str, phrase: str | None) -> None:
    assert head_phrase(text) == phrase


@for_each(
    ("text", "names"),
    [
        ("I lost my black backpack yesterday", True), ("anyone seen my keys?", True), ("Jemand meine Jacke?", True),
        ("J'ai perdu mon portefeuille", True), ("財布をなくしました", True), ("zgubiłem klucze", True),
        ("thanks everyone!", False), ("lol", False), ("good luck", False), ("Is the office open tomorrow?", False),
        ("", False),
    ],
)  # fmt: skip
def test_a_text_names_a_thing_only_where_we_know_it(text: str, names: bool) -> None:  # noqa: FBT001 - it is passed by name
    assert names_a_thing(text) is names
