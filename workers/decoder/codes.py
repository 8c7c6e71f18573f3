"""Finds bar codes and QR codes in stored copies."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reunite.encoder import Pixels
from workers.decoder.print_reader import Quad

_SIDE: Final = 512
"""OpenCV looks for QR codes in a picture whose shorter side has at least as many pixels."""
_MODULES: Final = 21
"""The fewest modules of a QR code's side: a narrower picture has none, and scaled up it would take 10 seconds."""
_THRESHOLD_BLOCK, _THRESHOLD_OFFSET = 83, 2
_FINDER_PATTERN: Final = np.array([1, 1, 3, 1, 1]) / 7
"""The widths of dark, light, dark, light and dark along a row across one of a QR code's three finder patterns."""
_MAX_DEVIATION: Final = 0.2
_NEAR: Final = np.ones((3, 3), np.uint8)
MAX_FINDER_PATTERNS: Final = 60
"""In a picture with more, QR codes aren't looked for: OpenCV compares each three, which takes 10 seconds for 360."""


def codes(pixels: Pixels) -> Iterator[Quad]:
    """Yield the corners of bar codes and QR codes."""
    import cv2  # noqa: PLC0415 - an extra

    finders: list[Callable[[Pixels], Any]] = [cv2.barcode.BarcodeDetector().detect]
    if min(pixels.shape[:2]) >= _MODULES and count_finder_patterns(pixels) <= MAX_FINDER_PATTERNS:
        finders.append(cv2.QRCodeDetector().detectMulti)
    for find in finders:
        with suppress(cv2.error):  # the print is covered anyway
            found: Sequence[Quad] | None = find(pixels)[1]
            yield from () if found is None else found


def count_finder_patterns(pixels: Pixels) -> int:
    """Count what looks like a QR code's finder pattern along rows and columns, in time that grows with the pixels.

    OpenCV looks for them in the same way first.
    """
    import cv2  # noqa: PLC0415 - an extra

    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    scale = max(1.0, _SIDE / min(grey.shape))
    grey = cv2.resize(grey, None, fx=scale, fy=scale)
    light = cv2.adaptiveThreshold(
        grey, 1, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, _THRESHOLD_BLOCK, _THRESHOLD_OFFSET
    )
    along_rows, along_columns = cv2.dilate(_middles(light), _NEAR), cv2.dilate(_middles(light.T), _NEAR).T
    number, _ = cv2.connectedComponents(np.minimum(along_rows, along_columns))
    return int(number) - 1


def _middles(light: NDArray[Any]) -> NDArray[np.uint8]:
    """Mark the middles of finder patterns in each row."""
    marked = np.zeros((light.shape[0], light.shape[1] + 1), np.uint8)
    cells = np.pad(light, ((0, 0), (0, 1)), constant_values=2).ravel()  # so that no run continues in the next row
    starts = np.concatenate([[0], np.flatnonzero(cells[1:] != cells[:-1]) + 1])
    widths = np.diff(starts, append=len(cells))
    if len(widths) < len(_FINDER_PATTERN):
        return marked[:, :-1]
    runs = np.lib.stride_tricks.sliding_window_view(widths, len(_FINDER_PATTERN))
    kinds = np.lib.stride_tricks.sliding_window_view(cells[starts], len(_FINDER_PATTERN))
    shares = runs / runs.sum(axis=1, keepdims=True)
    found = (kinds == (0, 1, 0, 1, 0)).all(axis=1) & (np.abs(shares - _FINDER_PATTERN).sum(axis=1) < _MAX_DEVIATION)
    middle = np.flatnonzero(found) + len(_FINDER_PATTERN) // 2
    marked.flat[starts[middle] + widths[middle] // 2] = 1
    return np.ascontiguousarray(marked[:, :-1])
