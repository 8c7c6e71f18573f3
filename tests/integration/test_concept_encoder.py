from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reunite.encoder import SHARED_SPACE, TEXT_SPACE
from tests.contract.encoders import EncoderContract

if TYPE_CHECKING:
    from workers.encoders.concept import ConceptEncoder

pytestmark = pytest.mark.encoder


def loaded() -> "ConceptEncoder":
    from workers.encoders.concept import ConceptEncoder

    return ConceptEncoder()


@pytest.fixture(scope="module")
def encoder() -> "ConceptEncoder":
    return loaded()


@pytest.fixture(scope="module")
def twin() -> "ConceptEncoder":
    return loaded()


class TestContract(EncoderContract):
    pass


@pytest.mark.parametrize(
    ("space", "said", "same", "other"),
    [
        (SHARED_SPACE, "rucksack", "backpack", "teapot"),
        (SHARED_SPACE, "woolly hat", "beanie", "umbrella"),
        (SHARED_SPACE, "stuffed rabbit", "soft toy", "laptop"),
        (SHARED_SPACE, "my phone, black case", "smartphone", "wallet"),
        (TEXT_SPACE, "rucksack", "backpack", "teapot"),
        (TEXT_SPACE, "found a phone", "smartphone", "umbrella"),
    ],
)
def test_everyday_words_are_near_what_they_mean(
    encoder: "ConceptEncoder", space: str, said: str, same: str, other: str
) -> None:
    words, right, wrong = encoder.encode_texts([said, same, other])[space]
    assert words @ right > words @ wrong + 0.1


def test_the_version_names_the_words_and_the_weights(encoder: "ConceptEncoder") -> None:
    name, revision, content = encoder.version.split("-")
    assert (name, revision, len(content)) == ("concept", "3", 8)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    from workers.encoders.concept import read_pinned

    weights = tmp_path / "weights.pth"
    weights.write_bytes(b"tampered")
    with pytest.raises(ValueError, match="reinstall its package"):
        read_pinned(weights, "0" * 64)
