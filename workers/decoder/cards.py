"""Finds cards and papers in stored copies by the numbers and words printed on them; the text isn't kept."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from reunite.encoder import Pixels
from reunite.text import card_numbers
from reunite.text.card_words import is_personal_card
from workers.decoder.codes import codes
from workers.decoder.print_reader import Line, PrintReader, Quad, height

_MIN_CERTAINTY: Final = 0.5
_SAME_ROW: Final = 0.6
"""Lines of one row are vertically less than this share of a line's height apart."""
_DIGITS_PER_ROW, _ROWS = 4, 4
_MARGIN: Final = 1.06
_REACH: Final = 1.2
"""How far a card extends from the middle of its print, in multiples of the print's extent."""


class CardFinder:
    """Finds cards in a stored copy."""

    def __init__(self) -> None:
        """Load the weights, which takes a moment."""
        self._reader = PrintReader()

    def find(self, pixels: Pixels) -> list[Quad]:
        """Return the lines of print and the codes on cards; none without a card."""
        boxes = self._reader.boxes(pixels)
        lines = [line for line in self._reader.read(pixels, boxes) if line.certainty >= _MIN_CERTAINTY]
        on_card = [line.quad for line in _card_lines(lines)]
        return [box for box in (*boxes, *codes(pixels)) if _is_on_card(box, on_card)] if on_card else []


def blanked(pixels: Pixels, lines: Sequence[Quad]) -> Pixels:
    """Return a picture in which each line is a single colour: numbers can be recovered from smaller blocks."""
    import cv2  # noqa: PLC0415 - an extra

    changed = pixels.copy()
    for line in lines:
        middle = line.mean(axis=0)
        mask = np.zeros(pixels.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, (middle + (line - middle) * _MARGIN).round().astype(np.int32), 1)
        changed[mask > 0] = cv2.mean(pixels, mask)[:3]
    return changed


def _card_lines(lines: Sequence[Line]) -> list[Line]:
    """Return the lines that show that there is a card."""
    rows = _rows(lines)
    by_number = [row for row in rows if _has_number(" ".join(line.text for line in row))]
    by_number += list(_stacked_numbers(rows))
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
    """Group lines that are next to each other into rows, from top to bottom in reading direction."""
    along = sum((line.quad[1] - line.quad[0] for line in lines), np.zeros(2))  # long lines count most
    across, down = along / (np.linalg.norm(along) or 1)
    depths = {id(line): float(line.quad.mean(axis=0) @ (-down, across)) for line in lines}
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: depths[id(line)]):
        if rows and depths[id(line)] - depths[id(rows[-1][0])] < _SAME_ROW * height(line.quad):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: float(line.quad.mean(axis=0) @ (across, down))) for row in rows]


def _stacked_numbers(rows: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """Yield card numbers that are printed as four rows of four digits."""
    for start in range(len(rows) - _ROWS + 1):
        stack = [row[0] for row in rows[start : start + _ROWS]]
        digits = [card_numbers.digits_of(line.text) for line in stack]
        if all(len(part) == _DIGITS_PER_ROW for part in digits) and card_numbers.has_payment_number(" ".join(digits)):
            yield stack


def _is_on_card(box: Quad, on_card: Sequence[Quad]) -> bool:
    middle = box.mean(axis=0)
    points = np.concatenate(on_card)
    reach = _REACH * float(np.linalg.norm(points.max(axis=0) - points.min(axis=0)))
    return float(np.linalg.norm(points.mean(axis=0) - middle)) <= reach
