"""The brands that we know, and which of two reports' brands rule each other out."""

from reunite.text.brands import other_brand
from reunite.text.data import read_toml
from reunite.text.phrases import listed
from tests.support.features import features_of

NAMES = [
    (name, maker.split(",")[0].strip())
    for table in read_toml("brands.toml").values()
    for maker in table["makers"].split(";")
    for name in listed(maker)
]


def ruled_out(lost: str, found: str) -> str | None:
    return other_brand(features_of(lost).brands, features_of(found).brands)
