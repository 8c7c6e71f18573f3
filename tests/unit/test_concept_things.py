import numpy as np
import pytest

from workers.encoders.concept_things import ConceptThings

CLASSES = 40
MEAN = np.full(CLASSES, 0.11, np.float32)
POWER = 0.33


def photo(*probable: tuple[int, float]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return the vector of a photo with these classes' probabilities, as the encoder makes it."""
    probabilities = np.full(CLASSES, (1 - sum(value for _, value in probable)) / CLASSES)
    for position, value in probable:
        probabilities[position] += value
    concepts = probabilities**POWER
    direction = concepts / np.linalg.norm(concepts) - MEAN
    return (direction / np.linalg.norm(direction)).astype(np.float32)


@pytest.fixture
def things() -> ConceptThings:
    return ConceptThings("dog\t3-5\nmug\t7\nhat\t8,9", MEAN, POWER)


def test_a_photo_shows_what_the_classifier_was_sure_of(things: ConceptThings) -> None:
    assert things.shown(np.stack([photo((7, 0.8)), photo((8, 0.4), (9, 0.4))])) == [("mug",), ("hat",)]


def test_classes_of_one_thing_add_up_and_a_guess_says_nothing(things: ConceptThings) -> None:
    assert things.shown(np.stack([photo((3, 0.3), (5, 0.4)), photo((7, 0.3)), photo((20, 0.9))])) == [("dog",), (), ()]


def test_no_photos_show_nothing(things: ConceptThings) -> None:
    assert list(things.shown(np.empty((0, CLASSES), np.float32))) == []
