"""Cards and papers in stored copies: found by the numbers and words printed on them, whose text goes nowhere."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import numpy as np

from reunite.encoder import Pixels
from reunite.text import card_numbers
from reunite.text.card_words import is_personal_card
from workers.decoder.print_reader import Line, PrintReader, Quad, height

_MIN_CERTAINTY: Final = 0.5
_SAME_ROW: Final = 0.6
"""Of a line's height: by less, lines in one row are apart."""
_FOUR, _ROWS = 4, 4
_MARGIN: Final = 1.06
_REACH: Final = 1.2
"""How far a card reaches from what was read on it, in its lengths."""


class CardFinder:
    """Finds cards in a stored copy."""

    def __init__(self) -> None:
        """Load the weights, which takes a moment."""
        self._reader = PrintReader()

    def find(self, pixels: Pixels) -> list[Quad]:
        """Return the lines of print and the codes on cards, none if there is no card."""
        boxes = self._reader.boxes(pixels)
        lines = [line for line in self._reader.read(pixels, boxes) if line.certainty >= _MIN_CERTAINTY]
        telling = [line.quad for line in _telling(lines)]
        return [box for box in (*boxes, *_codes(pixels)) if _is_on_card(box, telling)] if telling else []


def _codes(pixels: Pixels) -> Iterator[Quad]:
    """Yield where bar codes and QR codes are: they say the same as the print."""
    import cv2  # noqa: PLC0415 - an extra

    finders: Sequence[Callable[[Pixels], Any]] = (
        cv2.barcode.BarcodeDetector().detect,
        cv2.QRCodeDetector().detectMulti,
    )
    for find in finders:
        with suppress(cv2.error):  # what was read is covered all the same
            codes = find(pixels)[1]
            if codes is not None:
                yield from codes


def blanked(pixels: Pixels, lines: Sequence[Quad]) -> Pixels:
    """Return a picture in which each line is one colour: from smaller blocks, numbers can be computed back."""
    import cv2  # noqa: PLC0415 - an extra

    changed = pixels.copy()
    for line in lines:
        middle = line.mean(axis=0)
        mask = np.zeros(pixels.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, (middle + (line - middle) * _MARGIN).round().astype(np.int32), 1)
        changed[mask > 0] = cv2.mean(pixels, mask)[:3]
    return changed


def _telling(lines: Sequence[Line]) -> list[Line]:
    """Return the lines by which there is a card."""
    rows = _rows(lines)
    by_number = [row for row in rows if _has_number(" ".join(line.text for line in row))]
    by_number += list(_stacked(rows))
    if any(card_numbers.has_end_of_card(line.text) for line in lines):
        by_number += [
            row for row in rows if card_numbers.has_payment_number(" ".join(line.text for line in row), checked=False)
        ]
    if by_number:
        return [line for row in by_number for line in row]
    return list(lines) if is_personal_card(line.text for line in lines) else []


def _has_number(text: str) -> bool:
    return card_numbers.has_payment_number(text) or card_numbers.has_iban(text) or card_numbers.is_machine_line(text)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Put lines that stand side by side into rows, from top to bottom as they are read."""
    along = sum((line.quad[1] - line.quad[0] for line in lines), np.zeros(2))  # the longest say it best
    across, down = along / (np.linalg.norm(along) or 1)
    depths = {id(line): float(line.quad.mean(axis=0) @ (-down, across)) for line in lines}
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: depths[id(line)]):
        if rows and depths[id(line)] - depths[id(rows[-1][0])] < _SAME_ROW * height(line.quad):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: float(line.quad.mean(axis=0) @ (across, down))) for row in rows]


def _stacked(rows: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """Yield numbers in four rows of four digits each."""
    for start in range(len(rows) - _ROWS + 1):
        stack = [row[0] for row in rows[start : start + _ROWS]]
        digits = [card_numbers.digits_of(line.text) for line in stack]
        if all(len(part) == _FOUR for part in digits) and card_numbers.has_payment_number(" ".join(digits)):
            yield stack


def _is_on_card(box: Quad, telling: Sequence[Quad]) -> bool:
    middle = box.mean(axis=0)
    points = np.concatenate(telling)
    reach = _REACH * float(np.linalg.norm(points.max(axis=0) - points.min(axis=0)))
    return float(np.linalg.norm(points.mean(axis=0) - middle)) <= reach
