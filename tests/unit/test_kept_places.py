"""Where a find is kept is no evidence against it."""

from reunite.entities import ReportKind
from reunite.matching.places_compared import similarity
from tests.support.features import features_of
from tests.support.tables import for_each


def compared(lost: str, found: str) -> float | None:
    return similarity(features_of(lost, ReportKind.LOST), features_of(found, ReportKind.FOUND))


@for_each(
    "found",
    [
        "Found keys, handed in at reception", "Found keys, keeping them at the office",
        "Schlüssel gefunden, im Sekretariat abgegeben", "Encontré unas llaves, las dejé en conserjería",
        "Trouvé des clés, déposées à l'accueil", "Trovate delle chiavi, le ho lasciate in portineria",
        "Achei chaves, deixei elas na portaria", "Znalazłem klucze, oddałem na portierni",
        "Sleutels gevonden, afgegeven bij de receptie", "鍵を拾いました。受付に届けました", "捡到钥匙,交到前台了",
    ],
)  # fmt: skip
def test_a_thing_that_is_kept_somewhere_may_have_been_lost_elsewhere(found: str) -> None:
    assert features_of(found, ReportKind.FOUND).place_words
    assert compared("lost my keys in the gym", found) is None


def test_where_it_was_found_counts_as_if_nothing_else_were_said() -> None:
    assert compared("lost my keys in the gym", "Found keys in the gym, handed in at reception") == 1
    assert compared("lost my keys in the library", "Found keys in the gym, handed in at reception") == 0


def test_where_it_is_kept_counts_for_a_thing_that_was_lost_there() -> None:
    assert compared("lost my keys at reception", "Found keys, handed in at reception") == 1
    assert (compared("bunny lost at the museum", "rabbit handed in at the museum cloakroom") or 0) > 0.5


@for_each("found", ["found keys in the gym", "keys left in the gym", "clés trouvées au gymnase"])
def test_any_other_place_speaks_against_it(found: str) -> None:
    assert compared("lost my keys in the library", found) == 0


@for_each("lost", ["Perdí mi bolso, lo dejé en el gimnasio", "Perdi minha bolsa, deixei na academia"])
def test_where_an_owner_left_a_thing_is_where_it_was_lost(lost: str) -> None:
    assert compared(lost, "bag found in the library") == 0


@for_each(
    "found",
    [
        "Schal, gerade jetzt im Schwimmbad gefunden", "pick up a scarf in the park",
        "AirPods, dropped off a table in the gym",
        "Found a bag, took it off the bench in the park", "Dropped off my son at school and found a hat",
        "сдал экзамен в библиотеке и нашёл ручку", "Someone gave it to me at the library: a scarf",
        "Handed in a form at the office and found a hat", "Encontrei um chapéu que deixei na sala",
        "Found a hat in the library, keeping it at the library",
    ],
)  # fmt: skip
def test_where_a_thing_was_found_is_not_where_it_is_kept(found: str) -> None:
    assert features_of(found, ReportKind.FOUND).place_words
    assert not features_of(found, ReportKind.FOUND).kept_place_words
