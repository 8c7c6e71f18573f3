"""Lines of print in stored copies: found and read by PP-OCRv6, whose weights are in the package rapidocr."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reunite.encoder import Pixels
from workers.package_files import package_file

Floats = NDArray[np.float32]
Quad = Floats
"""A line's corners, 4 × 2: where it begins above, where it ends above, then below, in reading order."""

_STRIDE: Final = 32
_HALF: Final = 0.5
_MAY_BE_PRINT: Final = 0.2
_MARGIN, _MIN_MARGIN = 0.25, 32
"""Around what a first look has seen: in parts of its extent, and in pixels."""
_LARGE: Final = 512
_MAX_ENLARGED: Final = 2.0
"""A small part of a photo is enlarged to that size, but not by more: small print is found better so."""
_IS_PRINT: Final = 0.3
_MIN_MEAN: Final = 0.5
"""Of the network's certainty that a line is print, in each point and over its box."""
_MIN_HEIGHT: Final = 5.0
"""In pixels: nobody reads what is smaller."""
_GROW: Final = 1.6
"""The network marks the middle of a line: by so much its box is larger."""
_READ_HEIGHT: Final = 48
_MAX_WIDTH: Final = 1600
_MAX_LINES: Final = 250
_MAX_READ: Final = 12_000
"""Pixels of one photo's lines, each brought to the height in which it's read, the longest first: a second or two."""
_TRIED_BOTH_WAYS: Final = 3
_MIRRORED: Final = ">>"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print, where it is, and how sure the reader is (0 to 1)."""

    quad: Quad
    text: str
    certainty: float


def is_installed() -> bool:
    """Tell whether what runs the networks and the weights are there."""
    return all(find_spec(package) for package in ("cv2", "onnxruntime")) and None not in (_finds(), _reads())


def _finds() -> Path | None:
    return package_file("rapidocr", "models", "PP-OCRv6_det_small.onnx")


def _reads() -> Path | None:
    return package_file("rapidocr", "models", "PP-OCRv6_rec_small.onnx")


class PrintReader:
    """Finds and reads print in a stored copy."""

    def __init__(self) -> None:
        """Load the weights, which takes a moment."""
        import cv2  # noqa: PLC0415 - an extra
        import onnxruntime  # noqa: PLC0415 - an extra

        self._cv2: Any = cv2
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep what the largest photo took
        options.log_severity_level = 4
        self._finder, self._reader = (
            onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            for file in (_finds(), _reads())
        )
        known = self._reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ["", *known, " "]

    def boxes(self, pixels: Pixels) -> list[Quad]:
        """Return where lines of print are, the longest first; which end is their beginning isn't known yet."""
        part = self._first_look(pixels)
        if part is None:
            return []
        rows, columns = part
        near = pixels[rows, columns]
        scale = min(_MAX_ENLARGED, max(1.0, _LARGE / max(near.shape)))
        marked = self._marked(near, scale)
        contours, _ = self._cv2.findContours(
            (marked > _IS_PRINT).astype(np.uint8), self._cv2.RETR_EXTERNAL, self._cv2.CHAIN_APPROX_SIMPLE
        )
        boxes = [box / scale for contour in contours if (box := self._box(marked, contour)) is not None]
        corner = np.array([columns.start, rows.start], np.float32)
        legible = [box + corner for box in boxes if height(box) >= _MIN_HEIGHT]
        return sorted(legible, key=_length, reverse=True)[:_MAX_LINES]

    def _first_look(self, pixels: Pixels) -> tuple[slice, slice] | None:
        """Return the rows and columns in which there may be print, by a look at half the size."""
        places = np.argwhere(self._marked(pixels, _HALF) > _MAY_BE_PRINT) / _HALF
        if not len(places):
            return None
        low, high = places.min(axis=0), places.max(axis=0)
        margin = np.maximum(_MIN_MARGIN, (high - low) * _MARGIN)
        (top, left), (bottom, right) = (low - margin).clip(0).astype(int), (high + margin).astype(int)
        return slice(int(top), int(bottom)), slice(int(left), int(right))

    def _marked(self, pixels: Pixels, scale: float) -> Floats:
        """Return how sure the network is that there's print, for each point of a picture brought to a scale."""
        if scale != 1:
            size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
            pixels = self._cv2.resize(pixels, size, interpolation=self._cv2.INTER_AREA)
        height, width = pixels.shape[:2]
        padded = [side + -side % _STRIDE for side in (height, width)]
        whole = np.full((*padded, 3), 127, np.uint8)
        whole[:height, :width] = pixels
        return self._run(self._finder, whole)[0, 0, :height, :width]

    def _box(self, marked: Floats, contour: NDArray[np.int32]) -> Quad | None:
        middle, (across, down), angle = self._cv2.minAreaRect(contour)
        if not (across and down):
            return None
        grow = across * down * _GROW / (across + down)
        left, top, wide, high = self._cv2.boundingRect(contour)
        inside = np.zeros((high, wide), np.uint8)
        self._cv2.fillPoly(inside, [contour - (left, top)], 1)
        mean = float(marked[top : top + high, left : left + wide][inside > 0].mean())
        across, down = across + grow, down + grow
        if mean < _MIN_MEAN:
            return None
        corners: Quad = self._cv2.boxPoints((middle, (across, down), angle))
        return np.roll(corners, -1, axis=0) if across >= down else corners

    def read(self, pixels: Pixels, boxes: Sequence[Quad]) -> list[Line]:
        """Read lines in the direction in which more can be read, as many as the time allows."""
        if not boxes:
            return []
        along = _along(boxes[0])
        turned = [box if float(_along(box) @ along) >= 0 else _turned(box) for box in boxes]
        first, rest = turned[:_TRIED_BOTH_WAYS], turned[_TRIED_BOTH_WAYS:]
        one, other = self._read_all(pixels, first), self._read_all(pixels, map(_turned, first))
        if _sureness(other) > _sureness(one):
            one, rest = other, list(map(_turned, rest))
        return one + self._read_all(pixels, rest, _MAX_READ - 2 * sum(map(_width, first)))

    def _read_all(self, pixels: Pixels, boxes: Iterable[Quad], most: int = _MAX_READ) -> list[Line]:
        lines = []
        for box in boxes:
            most -= _width(box)
            if most < 0:
                break
            lines.append(self._read(pixels, box))
        return lines

    def _read(self, pixels: Pixels, box: Quad) -> Line:
        width = _width(box)
        straight = np.array([[0, 0], [width, 0], [width, _READ_HEIGHT], [0, _READ_HEIGHT]], np.float32)
        matrix = self._cv2.getPerspectiveTransform(box, straight)
        cut = self._cv2.warpPerspective(
            pixels, matrix, (width, _READ_HEIGHT), flags=self._cv2.INTER_CUBIC, borderMode=self._cv2.BORDER_REPLICATE
        )
        chances = self._run(self._reader, cut)[0]
        best = chances.argmax(axis=1)
        kept = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
        sure = chances.max(axis=1)[kept]
        text = "".join(self._alphabet[number] for number in best[kept])
        return Line(box, text, float(sure.mean()) if len(sure) else 0.0)

    def _run(self, network: Any, picture: Pixels) -> Floats:
        blue_first = picture[:, :, ::-1].astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
        [outcome] = network.run(None, {network.get_inputs()[0].name: blue_first})
        return np.asarray(outcome, np.float32)


def _along(box: Quad) -> Floats:
    along: Floats = box[1] - box[0]
    return along


def _length(box: Quad) -> float:
    return float(np.linalg.norm(_along(box)))


def _width(box: Quad) -> int:
    """Return how wide a line is once it has the height in which it's read."""
    return min(_MAX_WIDTH, max(_READ_HEIGHT, round(_length(box) / height(box) * _READ_HEIGHT)))


def height(box: Quad) -> float:
    """Return how tall a line of print is."""
    return float(np.linalg.norm(box[3] - box[0]))


def _turned(box: Quad) -> Quad:
    return np.roll(box, 2, axis=0)


def _sureness(lines: Sequence[Line]) -> float:
    """Say how much can be read; what a document has for machines is full of "<", whichever way it's held."""
    return sum(line.certainty * min(len(line.text), 20) for line in lines if _MIRRORED not in line.text)
