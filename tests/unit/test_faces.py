"""How a face detector's outputs are read, and what is left of a face."""

import numpy as np
import pytest

from workers.decoder import faces
from workers.decoder.faces import boxes_of, covered

SIDE = 128


def outputs(*faces: tuple[int, int, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Say that there are faces: row, column, side in pixels, score."""
    scores, sizes = np.zeros((SIDE, SIDE), np.float32), np.zeros((2, SIDE, SIDE), np.float32)
    for row, column, side, score in faces:
        scores[row, column] = score
        sizes[:, row, column] = np.log(side / 4)
    return scores, sizes, np.zeros((2, SIDE, SIDE), np.float32)


@pytest.mark.parametrize(
    ("faces", "boxes"),
    [
        ((), []),
        (((50, 20, 40, 0.9),), [(62, 182, 102, 222)]),
        (((50, 20, 40, 0.59),), []),
        (((50, 20, 40, 0.7), (51, 20, 40, 0.9)), [(62, 186, 102, 226)]),
        (((50, 20, 40, 0.9), (50, 60, 40, 0.8)), [(62, 182, 102, 222), (222, 182, 262, 222)]),
        (((50, 20, 10, 0.9),), []),
        (((0, 0, 40, 0.9),), [(0, 0, 22, 22)]),
        (((100, 20, 40, 0.9),), []),
    ],
    ids=["none", "one", "unsure", "the same twice", "two", "too small", "at the edge", "outside the picture"],
)
def test_boxes_are_read_from_the_networks_outputs(
    faces: tuple[tuple[int, int, float, float], ...], boxes: list[tuple[int, int, int, int]]
) -> None:
    assert boxes_of(*outputs(*faces), (384, 512)) == boxes


def test_a_crowds_boxes_are_compared_once_for_each_face(monkeypatch: pytest.MonkeyPatch) -> None:
    compared, overlaps = [], faces._overlaps

    def counted(box: np.ndarray, others: np.ndarray) -> np.ndarray:
        compared.append(len(others))
        return overlaps(box, others)

    monkeypatch.setattr(faces, "_overlaps", counted)
    crowd = [(row, column, 40.0, 0.9) for row in range(0, 96, 2) for column in range(0, SIDE, 2)]
    boxes = boxes_of(*outputs(*crowd), (384, 512))
    assert len(boxes) > 50
    assert len(compared) == len(boxes)
    assert compared == sorted(compared, reverse=True)


def test_a_covered_face_is_a_few_blocks_and_the_rest_is_as_it_was() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (200, 300, 3), np.uint8)
    changed = covered(pixels, [(100, 50, 160, 110)])
    inside = changed[50:110, 100:160]
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) <= 64
    outside = np.ones((200, 300), bool)
    outside[41:119, 91:169] = False
    assert (changed[outside] == pixels[outside]).all()
    assert (covered(pixels, []) == pixels).all()
