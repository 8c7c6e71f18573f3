"""Codes are found on cards; the search ends soon also in a picture that is full of what looks like QR codes."""

import cv2
import numpy as np
import pytest

from reunite.encoder import Pixels
from workers.decoder.codes import MAX_FINDER_PATTERNS, codes, count_finder_patterns

pytestmark = pytest.mark.untraced

_SIDE = 512


def in_colour(grey: Pixels) -> Pixels:
    return np.repeat(grey[:_SIDE, :_SIDE, None], 3, axis=2)


def finder_patterns(a_side: int, *, degrees: float = 0) -> Pixels:
    """Draw so many finder patterns in each direction, turned by so many degrees."""
    one = np.full((9, 9), 255, np.uint8)
    for border, grey in ((1, 0), (2, 255), (3, 0)):
        one[border : 9 - border, border : 9 - border] = grey
    sheet = cv2.resize(np.tile(one, (a_side, a_side)), (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST)
    turned = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), degrees, 1)
    return in_colour(np.asarray(cv2.warpAffine(sheet, turned, (_SIDE, _SIDE), borderValue=255), np.uint8))


def qr_codes(a_side: int) -> Pixels:
    """Draw so many QR codes in each direction."""
    drawn = np.pad(np.asarray(cv2.QRCodeEncoder.create().encode("a card's number"), np.uint8), 4, constant_values=255)
    side = _SIDE // a_side
    scaled = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_NEAREST)
    return in_colour(np.tile(np.asarray(scaled, np.uint8), (a_side, a_side)))


@pytest.mark.parametrize("a_side", [1, 2, 4])
def test_qr_codes_are_found(a_side: int) -> None:
    assert len(list(codes(qr_codes(a_side)))) == a_side**2


@pytest.mark.parametrize("degrees", [0, 5, 45])
def test_finder_patterns_are_counted_in_any_direction(degrees: float) -> None:
    counted = count_finder_patterns(finder_patterns(10, degrees=degrees))
    assert 70 <= counted <= 100, "turned, some are outside"


@pytest.mark.parametrize("size", [(1, 1), (1, _SIDE), (_SIDE, 1), (3, 7), (21, _SIDE)])
def test_a_picture_of_any_size_is_looked_at(size: tuple[int, int]) -> None:
    assert list(codes(np.zeros((*size, 3), np.uint8))) == []


class Detector:
    searched = 0

    def detectMulti(self, _: Pixels) -> tuple[bool, None]:  # noqa: N802 - OpenCV's name
        Detector.searched += 1
        return False, None


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> type[Detector]:
    """Counts the searches for QR codes."""
    monkeypatch.setattr(cv2, "QRCodeDetector", Detector)
    monkeypatch.setattr(Detector, "searched", 0)
    return Detector


@pytest.mark.parametrize(("a_side", "searches"), [(5, 1), (19, 0)])
def test_the_search_for_qr_codes_has_a_limit(a_side: int, searches: int, detector: type[Detector]) -> None:
    picture = finder_patterns(a_side)
    assert (count_finder_patterns(picture) <= MAX_FINDER_PATTERNS) == bool(searches)
    assert list(codes(picture)) == []
    assert detector.searched == searches


@pytest.mark.parametrize(("width", "searches"), [(20, 0), (21, 1)])
def test_a_picture_too_narrow_for_a_qr_code_is_not_scaled_up(
    width: int, searches: int, detector: type[Detector]
) -> None:
    assert list(codes(np.zeros((_SIDE, width, 3), np.uint8))) == []
    assert detector.searched == searches
