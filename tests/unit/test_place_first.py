"""Reports that name the place before the thing: "Habe im Bus einen Schal verloren"."""

from pathlib import Path

from reunite.text.words import stem
from tests.support.features import features_of
from tests.support.tables import for_each

_TABLE = Path(__file__).parents[1] / "data" / "place_first.tsv"


@for_each(("text", "thing", "place"), [row.split("\t") for row in _TABLE.read_text(encoding="utf-8").splitlines()[1:]])
def test_the_thing_is_read_where_the_place_comes_first(text: str, thing: str, place: str) -> None:
    report = features_of(text)
    assert stem(report.head_noun or "") == stem(thing)
    assert report.place == place
