from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

import bot
from reunite.encoder import SHARED_SPACE, TEXT_SPACE
from reunite.entities import Label, ReportKind
from reunite.language import LANGUAGES, sentence
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import SIDES, Background, Candidate, Item, Search
from reunite.matching.scoring import score
from tests.contract.encoders import EncoderContract, seen

if TYPE_CHECKING:
    from workers.encoders.concept import ConceptEncoder

pytestmark = pytest.mark.encoder
SAMPLES = Path(bot.__file__).parent / "web" / "static" / "samples"
NOW = datetime(2026, 11, 26, tzinfo=UTC)


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
    ("space", "text", "same", "other"),
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
    encoder: "ConceptEncoder", space: str, text: str, same: str, other: str
) -> None:
    words, right, wrong = encoder.encode_texts([text, same, other])[space]
    assert words @ right > words @ wrong + 0.1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_setups_samples_are_surely_a_match(encoder: "ConceptEncoder", language: str) -> None:
    words = [sentence(f"samples_{which}_words", language) for which in ("lost", "found")]
    photos = [np.asarray(Image.open(SAMPLES / name)) for name in ("backpack-side.jpg", "backpack.jpg")]
    both = {"text": encoder.encode_texts(words), "photo": seen(encoder, photos)}
    alike = {
        kind: float(both[lost][space][0].astype(float) @ both[found][space][1].astype(float))
        for kind, (lost, found, space) in SIDES.items()
    }
    lost, found = (
        Item(UUID(int=number), kind, text, "", NOW, time_is_stated=False)
        for number, (kind, text) in enumerate(zip((ReportKind.LOST, ReportKind.FOUND), words, strict=True))
    )
    background = {kind: Background(value, 0.0, 1) for kind, value in alike.items()}
    [scored] = score(Search(lost, (Candidate(found, alike),), background, 1), for_encoder("concept"))
    assert scored.label is Label.HIGH


def test_the_version_names_the_words_and_the_weights(encoder: "ConceptEncoder") -> None:
    name, revision, content = encoder.version.split("-")
    assert (name, revision, len(content)) == ("concept", "4", 8)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    from workers.package_files import read_pinned

    weights = tmp_path / "weights.pth"
    weights.write_bytes(b"tampered")
    with pytest.raises(ValueError, match="Reinstall its package"):
        read_pinned(weights, "0" * 64)
