"""Finds the one small thing in a photo that was taken from afar, on a ground that surrounds it.

An encoder that sees the whole photo sees mostly ground. A photo that is cut wrongly is worse than one that isn't cut,
so all that isn't like the photo's border has to be one thing.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reunite.encoder import Box, Pixels
from reunite.matching import colours
from workers.srgb import WITHOUT_WHITE, Colours, over_white

_CELLS: Final = 32
"""Photos are compared in this many cells a side …"""
_PIXELS: Final = 4
"""… of this many pixels a side each, whose contrast is their texture."""
_SAMPLE: Final = (_CELLS * _PIXELS, _CELLS * _PIXELS)
"""The size of the picture in which the thing is looked for."""
_MIN_SIDE: Final = 96
"""Smaller photos are seen whole."""
_BORDER: Final = 2
"""How many cells at each side show the ground."""
_NEAREST: Final = 5
"""A cell's distance from the ground is the mean of those to so many cells of the border that are most like it."""
_HUE: Final = 2.0
"""How much hue weighs, compared with lightness and texture."""
_GROUND: Final = 0.98
"""The share of the border's cells that are as much like its others as ground is: some show a leaf or a pen."""
_GREATEST: Final = 0.995
"""The share of cells whose distance isn't above the greatest: a single one may be a glint."""
_STANDS_OUT: Final = 3.0
"""How many times as far from the ground as its own cells the thing is at least."""
_EDGE: Final = 0.2
"""The thing ends where the distance falls below this share of its greatest."""
_ALONE: Final = 0.9
"""The thing's share of all that isn't ground at least."""
_LARGEST: Final = 0.55
"""The largest share of a side that counts as small."""
_MARGIN: Final = 0.15
"""What is seen around the thing, as a share of its longer side."""

Numbers = NDArray[np.floating]


def around_small_thing(photo: Image.Image, space: Colours = None) -> Box | None:
    """Return the part of an upright photo around its small thing, in shares of its sides; None if it's seen whole."""
    if min(photo.size) < _MIN_SIDE or photo.mode in WITHOUT_WHITE:
        return None
    sample = over_white(photo.resize(_SAMPLE, Image.Resampling.BOX, reducing_gap=2.0), space)
    distances, ground = _distances(_cells(np.asarray(sample)))
    greatest = float(np.quantile(distances, _GREATEST))
    if greatest <= _STANDS_OUT * ground:
        return None
    edge = max(ground, _EDGE * greatest)
    beyond = (distances - edge).clip(0)
    thing = _connected(beyond > 0, np.unravel_index(int(distances.argmax()), distances.shape))
    if beyond[thing].sum() < _ALONE * beyond.sum():
        return None
    rows, columns = np.nonzero(thing.any(axis=1))[0], np.nonzero(thing.any(axis=0))[0]
    ends = np.array([[columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]])
    if ends.min() == 0 or ends.max() == _CELLS or np.ptp(ends, axis=0).max() > _LARGEST * _CELLS:
        return None
    return _square(ends / _CELLS, np.array(photo.size))


def part(pixels: Pixels, thing: Box | None) -> Pixels:
    """Return the part of a photo around its thing; all of it without one."""
    if thing is None:
        return pixels
    left, top, right, bottom = (round(share * side) for share, side in zip(thing, pixels.shape[1::-1] * 2, strict=True))
    return pixels[top:bottom, left:right]


def _cells(sample: Pixels) -> Numbers:
    """Return for each cell its lightness, two numbers for its hue, and its texture."""
    lab = (colours.oklab(sample / 255) * (1.0, _HUE, _HUE)).astype(np.float32)
    cells = lab.reshape(_CELLS, _PIXELS, _CELLS, _PIXELS, 3).swapaxes(1, 2).reshape(_CELLS, _CELLS, -1, 3)
    texture = np.sqrt(_blurred(cells.var(axis=2).sum(axis=2)))
    return np.dstack([_blurred(cells.mean(axis=2)), texture])


def _blurred(cells: Numbers) -> Numbers:
    """Return the mean of each cell and its eight neighbours."""
    padded = np.pad(cells, [(1, 1), (1, 1), *[(0, 0)] * (cells.ndim - 2)], "edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Numbers = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return mean


def _distances(cells: Numbers) -> tuple[Numbers, float]:
    """Return how far each cell is from the ground, and the ground's own cells from each other."""
    is_border = np.ones((_CELLS, _CELLS), bool)
    is_border[_BORDER:-_BORDER, _BORDER:-_BORDER] = False
    border, points = cells[is_border], cells.reshape(-1, cells.shape[2])
    squares = np.square(points).sum(axis=1)[:, None] + np.square(border).sum(axis=1) - 2 * points @ border.T
    nearest = np.sqrt(np.partition(squares, _NEAREST, axis=1)[:, : _NEAREST + 1].clip(0))
    nearest.sort(axis=1)
    distances = nearest[:, :_NEAREST].mean(axis=1).reshape(_CELLS, _CELLS)
    distances[is_border] = nearest[is_border.ravel(), 1:].mean(axis=1)  # without the cell itself
    return distances, float(np.quantile(distances[is_border], _GROUND))


def _connected(cells: NDArray[np.bool_], first: tuple[np.intp, ...]) -> NDArray[np.bool_]:
    """Return those of the cells that are connected with the first one, also across corners."""
    reached = np.zeros_like(cells)
    reached[first] = True
    while True:
        grown = _blurred(reached.astype(np.float64)) > 0
        if (grown & cells == reached).all():
            return reached
        reached = grown & cells


def _square(ends: Numbers, size: NDArray[np.integer]) -> Box:
    """Return a part with a margin, square where the photo has room."""
    longer = (np.ptp(ends, axis=0) * size).max() * (1 + 2 * _MARGIN)
    sides = np.minimum(longer / size, 1)
    middle = ends.mean(axis=0).clip(sides / 2, 1 - sides / 2)
    (left, top), (right, bottom) = (middle - sides / 2).tolist(), (middle + sides / 2).tolist()
    return left, top, right, bottom
