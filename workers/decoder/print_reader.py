"""Finds and reads lines of print in stored copies with PP-OCRv6 (weights in the package rapidocr)."""

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
"""A line's corners, 4 × 2, clockwise from the top left in reading direction."""

_STRIDE: Final = 32
_FIRST_SCALE: Final = 0.5
_MIN_FIRST_CERTAINTY: Final = 0.2
_MARGIN, _MIN_MARGIN = 0.25, 32
"""The margin around the first look's region: as a share of its extent, and at least in pixels."""
_TARGET_SIDE: Final = 512
_MAX_ENLARGEMENT: Final = 2.0
"""A small region is enlarged towards the target side by at most this factor, because that helps to find small print."""
_MIN_POINT_CERTAINTY: Final = 0.3
_MIN_BOX_CERTAINTY: Final = 0.5
"""The network's minimum certainty that there's print: at a point, and on average in a box."""
_MIN_HEIGHT: Final = 5.0
"""In pixels; smaller print is illegible."""
_GROWTH: Final = 1.6
"""How much a line's box extends beyond its core, which is all that the network marks."""
_INPUT_HEIGHT: Final = 48
_MAX_WIDTH: Final = 1600
_MAX_LINES: Final = 250
_MAX_READ_WIDTH: Final = 12_000
"""The total width of a photo's lines that are read, longest first, at the input height: it takes a second or two."""
_LINES_READ_BOTH_WAYS: Final = 3
_UPSIDE_DOWN: Final = ">>"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print, where it is, and how sure the reader is (0 to 1)."""

    quad: Quad
    text: str
    certainty: float


def is_installed() -> bool:
    """Return whether the weights and what runs the networks are installed."""
    return all(find_spec(package) for package in ("cv2", "onnxruntime")) and None not in (
        _finder_weights(),
        _reader_weights(),
    )


def _finder_weights() -> Path | None:
    return package_file("rapidocr", "models", "PP-OCRv6_det_small.onnx")


def _reader_weights() -> Path | None:
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
        options.enable_cpu_mem_arena = False  # it would keep the memory of the largest photo
        options.log_severity_level = 4
        self._finder, self._reader = (
            onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
            for file in (_finder_weights(), _reader_weights())
        )
        characters = self._reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ["", *characters, " "]

    def boxes(self, pixels: Pixels) -> list[Quad]:
        """Return where lines of print are, longest first; their direction isn't known yet."""
        part = self._region(pixels)
        if part is None:
            return []
        rows, columns = part
        near = pixels[rows, columns]
        scale = min(_MAX_ENLARGEMENT, max(1.0, _TARGET_SIDE / max(near.shape)))
        marked = self._certainties(near, scale)
        contours, _ = self._cv2.findContours(
            (marked > _MIN_POINT_CERTAINTY).astype(np.uint8), self._cv2.RETR_EXTERNAL, self._cv2.CHAIN_APPROX_SIMPLE
        )
        boxes = [box / scale for contour in contours if (box := self._box(marked, contour)) is not None]
        corner = np.array([columns.start, rows.start], np.float32)
        legible = [box + corner for box in boxes if height(box) >= _MIN_HEIGHT]
        return sorted(legible, key=_length, reverse=True)[:_MAX_LINES]

    def _region(self, pixels: Pixels) -> tuple[slice, slice] | None:
        """Return the rows and columns that may contain print, by a first look at half the size."""
        places = np.argwhere(self._certainties(pixels, _FIRST_SCALE) > _MIN_FIRST_CERTAINTY) / _FIRST_SCALE
        if not len(places):
            return None
        low, high = places.min(axis=0), places.max(axis=0)
        margin = np.maximum(_MIN_MARGIN, (high - low) * _MARGIN)
        (top, left), (bottom, right) = (low - margin).clip(0).astype(int), (high + margin).astype(int)
        return slice(int(top), int(bottom)), slice(int(left), int(right))

    def _certainties(self, pixels: Pixels, scale: float) -> Floats:
        """Return the network's certainty that there's print, for each point of the scaled picture."""
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
        grow = across * down * _GROWTH / (across + down)
        left, top, wide, high = self._cv2.boundingRect(contour)
        inside = np.zeros((high, wide), np.uint8)
        self._cv2.fillPoly(inside, [contour - (left, top)], 1)
        mean = float(marked[top : top + high, left : left + wide][inside > 0].mean())
        across, down = across + grow, down + grow
        if mean < _MIN_BOX_CERTAINTY:
            return None
        corners: Quad = self._cv2.boxPoints((middle, (across, down), angle))
        return np.roll(corners, -1, axis=0) if across >= down else corners

    def read(self, pixels: Pixels, boxes: Sequence[Quad]) -> list[Line]:
        """Read lines in the direction in which they are more legible, as many as the limit allows."""
        if not boxes:
            return []
        along = _along(boxes[0])
        turned = [box if float(_along(box) @ along) >= 0 else _turned(box) for box in boxes]
        first, rest = turned[:_LINES_READ_BOTH_WAYS], turned[_LINES_READ_BOTH_WAYS:]
        lines, turned_lines = self._read_all(pixels, first), self._read_all(pixels, map(_turned, first))
        if _legibility(turned_lines) > _legibility(lines):
            lines, rest = turned_lines, list(map(_turned, rest))
        return lines + self._read_all(pixels, rest, _MAX_READ_WIDTH - 2 * sum(map(_width, first)))

    def _read_all(self, pixels: Pixels, boxes: Iterable[Quad], width_left: int = _MAX_READ_WIDTH) -> list[Line]:
        lines = []
        for box in boxes:
            width_left -= _width(box)
            if width_left < 0:
                break
            lines.append(self._read(pixels, box))
        return lines

    def _read(self, pixels: Pixels, box: Quad) -> Line:
        width = _width(box)
        straight = np.array([[0, 0], [width, 0], [width, _INPUT_HEIGHT], [0, _INPUT_HEIGHT]], np.float32)
        matrix = self._cv2.getPerspectiveTransform(box, straight)
        cut = self._cv2.warpPerspective(
            pixels, matrix, (width, _INPUT_HEIGHT), flags=self._cv2.INTER_CUBIC, borderMode=self._cv2.BORDER_REPLICATE
        )
        probabilities = self._run(self._reader, cut)[0]
        best = probabilities.argmax(axis=1)
        kept = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
        certainties = probabilities.max(axis=1)[kept]
        text = "".join(self._alphabet[number] for number in best[kept])
        return Line(box, text, float(certainties.mean()) if len(certainties) else 0.0)

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
    """Return a line's width after scaling to the input height."""
    return min(_MAX_WIDTH, max(_INPUT_HEIGHT, round(_length(box) / height(box) * _INPUT_HEIGHT)))


def height(box: Quad) -> float:
    """Return how tall a line of print is."""
    return float(np.linalg.norm(box[3] - box[0]))


def _turned(box: Quad) -> Quad:
    return np.roll(box, 2, axis=0)


def _legibility(lines: Sequence[Line]) -> float:
    """Return how much could be read. Machine-readable lines are full of "<", which becomes ">" upside down."""
    return sum(line.certainty * min(len(line.text), 20) for line in lines if _UPSIDE_DOWN not in line.text)
