"""Everyday colour names: seen in a photo, stated in words, and how well the two agree."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reunite.encoder import Pixels

Shares = tuple[float, ...]
"""The share of each colour of `NAMES`, in the same order; they sum to 1."""

_PROTOTYPES: Final[Mapping[str, str]] = {
    "black": "0a0a0a 1c1c1e 2b2a2c 262322",
    "white": "ffffff f2f2f2 e6e8ea f0ece6",
    "grey": "808080 a8a8a8 5c5c5e b8babd 8c8f94 707478",
    "beige": "d9c7a5 e8dcc0 c8b694 ded0b6 bca88c",
    "brown": "6b4423 4a2f1d 8b5a2b 5a3f30 7b5b45 9c7048",
    "red": "d0142c c8102e e23b3b b01e28 ee3030",
    "dark red": "7a1626 5c1020 6e2430 8a2a3a",
    "orange": "f28020 e8641a ff9a3c d96c2c",
    "yellow": "f5d020 ffe45c e6b81e d8b43c",
    "olive": "6b6b2f 55582f 7d7a48 4a4c30",
    "green": "2e8b3a 4caf50 1f5f32 78b84a 254f38 9cc878",
    "turquoise": "1fb5ad 3ccfcf 168a8c 7ed8d0",
    "light blue": "a8cdea 8fbce0 c4dcf0 78b4e4",
    "blue": "1f55c4 2a6fd6 3f6fae 1747a0 4a7cc8",
    "navy": "14203f 1c2c54 2a3656 222c44",
    "purple": "6a2c91 8a5bb5 4b2a68 b49ad6 7a5a8c",
    "pink": "f4b6c6 e89ab0 f7cdd6 d98a9a e0b0b4",
    "magenta": "e0218a f0469c c41e78 ff5cae",
}
"""sRGB values that most people would call by that name, chosen by eye, including light and dark ones."""

NAMES: Final = tuple(_PROTOTYPES)

_INDEX: Final = {name: i for i, name in enumerate(NAMES)}

_NEIGHBOURS: Final[Mapping[tuple[str, str], float]] = {
    ("black", "navy"): 0.4,
    ("black", "grey"): 0.2,
    ("white", "grey"): 0.25,
    ("white", "beige"): 0.35,
    ("grey", "light blue"): 0.15,
    ("beige", "brown"): 0.3,
    ("beige", "yellow"): 0.15,
    ("beige", "pink"): 0.15,
    ("brown", "dark red"): 0.35,
    ("brown", "olive"): 0.25,
    ("brown", "orange"): 0.2,
    ("red", "dark red"): 0.6,
    ("red", "orange"): 0.35,
    ("red", "magenta"): 0.3,
    ("orange", "yellow"): 0.3,
    ("olive", "green"): 0.5,
    ("green", "turquoise"): 0.3,
    ("turquoise", "light blue"): 0.4,
    ("turquoise", "blue"): 0.3,
    ("light blue", "blue"): 0.5,
    ("blue", "navy"): 0.6,
    ("blue", "purple"): 0.2,
    ("dark red", "purple"): 0.25,
    ("dark red", "magenta"): 0.25,
    ("purple", "magenta"): 0.3,
    ("purple", "pink"): 0.2,
    ("pink", "magenta"): 0.6,
}
"""How similar two colours are: light, cameras and the use of names differ."""

_SEEN_AS_GREY: Final[Mapping[str, float]] = {
    "light blue": 0.25,
    "navy": 0.2,
    "blue": 0.15,
    "turquoise": 0.1,
    "green": 0.1,
    "purple": 0.1,
}
"""How much of what a photo shows as grey may be a muted tone of another colour, or the reverse: people name the hue of
a faded or shaded thing, cameras and prototypes hardly see it. In words, grey is none of these."""

_SAME_NAMES: Final = 0.8
"""How often two people name the same or similar colours of one thing (stated)."""
_LEAST_SHARE: Final = 1e-6
"""Smaller shares count as none: numbers such as 1e-56 don't fit a column of type real."""
_NEXT_COLOUR_WEIGHT: Final = 0.5
"""People name the main colour first; each further colour weighs half as much as the one before."""

_ONE_TONE: Final = 0.3
"""Colours as similar as this may be two names of one tone."""

_PRIOR_SHARES: Final = (
    *(0.15, 0.05, 0.24, 0.09, 0.08, 0.04, 0.03, 0.015, 0.015),
    *(0.04, 0.02, 0.02, 0.04, 0.03, 0.06, 0.02, 0.05, 0.02),
)
"""Mean shares of `NAMES` over a few hundred snapshots of clothes and small things."""

_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
"""Linear sRGB to cone responses, and their cube roots to OKLab (Ottosson, 2020), a perceptual colour space."""

_LIGHTNESS_WEIGHT: Final = 0.5
"""Lighting and exposure change lightness more than hue."""
_BANDWIDTH: Final = 0.025
"""The bandwidth of the Gaussian kernel around the nearest prototype, in OKLab."""
_SIDE: Final = 64
"""Photos are sampled down to this many pixels a side."""
_CENTRE_SPREAD: Final = 0.35
"""Where photos show their thing: standard deviation around the centre, in half sides."""
_BORDER_WEIGHT: Final = 4.0
_SMOOTHING: Final = 0.01
"""Added to shares before their logarithm is taken: smaller shares may be noise."""
_BORDER: Final = 0.09
"""Width of the border that shows the background, as a share of the photo's side."""

UNSEEN: Final[Shares] = (0.0,) * len(NAMES)
"""The shares of a photo that was too dark to show its thing's colours."""


def linear_light(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert sRGB to linear light (IEC 61966-2-1), both 0 to 1."""
    light: NDArray[np.float64] = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004
    return light


def oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert sRGB (… × 3, 0 to 1) to OKLab with reduced lightness."""
    lms = np.cbrt(linear_light(rgb) @ _TO_LMS.T)
    lab: NDArray[np.float64] = lms @ _TO_OKLAB.T * np.array([_LIGHTNESS_WEIGHT, 1.0, 1.0])
    return lab


_PROTOTYPE_NAMES: Final = np.array([_INDEX[name] for name, values in _PROTOTYPES.items() for _ in values.split()])
_PROTOTYPE_LABS: Final = oklab(
    np.array([[*bytes.fromhex(value)] for values in _PROTOTYPES.values() for value in values.split()]) / 255
)


def _similarity_matrix() -> NDArray[np.float64]:
    matrix = np.eye(len(NAMES))
    for (first, second), similarity in _NEIGHBOURS.items():
        matrix[_INDEX[first], _INDEX[second]] = matrix[_INDEX[second], _INDEX[first]] = similarity
    return matrix


_SIMILARITY: Final = _similarity_matrix()


def _seen_similarity_matrix() -> NDArray[np.float64]:
    matrix, grey = _SIMILARITY.copy(), _INDEX["grey"]
    for name, similarity in _SEEN_AS_GREY.items():
        matrix[_INDEX[name], grey] = matrix[grey, _INDEX[name]] = similarity
    return matrix


_SEEN_SIMILARITY: Final = _seen_similarity_matrix()


@cache
def _name_cells() -> NDArray[np.float64]:
    """Return the shares of each name for each of 4096 sRGB cells (4 bits per channel); only decoders need them."""
    levels = (np.arange(16) + 0.5) / 16
    cells = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    distances = np.square(oklab(cells)[:, None, :] - _PROTOTYPE_LABS[None]).sum(axis=2)
    nearest = np.stack([distances[:, i == _PROTOTYPE_NAMES].min(axis=1) for i in range(len(NAMES))], axis=1)
    shares = np.exp(-(nearest - nearest.min(axis=1, keepdims=True)) / (2 * _BANDWIDTH**2))
    named: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
    return named


def of_photo(pixels: Pixels) -> Shares:
    """Return the colours of the thing at the centre of a photo, discounting those of its border."""
    height, width = pixels.shape[:2]
    rows = np.linspace(0, height - 1, min(height, _SIDE)).round().astype(int)
    columns = np.linspace(0, width - 1, min(width, _SIDE)).round().astype(int)
    small = pixels[np.ix_(rows, columns)].astype(np.int32)
    down, across = np.linspace(-1, 1, len(rows))[:, None], np.linspace(-1, 1, len(columns))[None, :]
    centre = np.exp(-(down**2 + across**2) / (2 * _CENTRE_SPREAD**2))
    border = np.maximum(np.abs(down), np.abs(across)) > 1 - 2 * _BORDER
    coarse = _cells(small, 3)
    in_centre = np.bincount(coarse.ravel(), centre.ravel(), 512) / centre.sum()
    in_border = np.bincount(coarse[border], minlength=512) / max(border.sum(), 1)
    foreground = in_centre / (in_centre + _BORDER_WEIGHT * in_border + 1e-9)
    weights = (centre * foreground[coarse]).ravel()
    shares = weights @ _name_cells()[_cells(small, 4).ravel()]
    shares[shares < _LEAST_SHARE * shares.sum()] = 0.0
    return tuple((shares / shares.sum()).tolist())


def _cells(pixels: NDArray[np.int32], bits: int) -> NDArray[np.int32]:
    """Number each pixel's cell in the RGB cube, which is divided into 2**bits parts per channel."""
    red, green, blue = (pixels[..., channel] >> (8 - bits) for channel in range(3))
    cells: NDArray[np.int32] = (red << (2 * bits)) | (green << bits) | blue
    return cells


def of_names(names: Sequence[str]) -> Shares | None:
    """Return the shares of colours named in this order, the first one largest; None for no names."""
    weights = {name: _NEXT_COLOUR_WEIGHT**position for position, name in enumerate(dict.fromkeys(names))}
    total = sum(weights.values())
    return tuple(weights.get(name, 0.0) / total for name in NAMES) if weights else None


def are_several(shares: Shares) -> bool:
    """Whether two of the colours can't be one tone: "wine red" and "olive green" are one colour in two words."""
    named = [index for index, share in enumerate(shares) if share > 0]
    return any(_SIMILARITY[pair] < _ONE_TONE for pair in combinations(named, 2))


def log_ratio(stated: Shares, seen: Shares) -> float:
    """Return the log of how much more of the stated colours is seen than in a typical photo, about −3 to 3."""
    return _log_ratio(stated, seen, _SEEN_SIMILARITY)


def _log_ratio(stated: Shares, seen: Shares, similarity: NDArray[np.float64]) -> float:
    typical = similarity @ np.asarray(_PRIOR_SHARES)
    ratios = np.log((similarity @ np.asarray(seen) + _SMOOTHING) / (typical + _SMOOTHING))
    return float(ratios @ np.asarray(stated))


def log_ratio_of_names(first: Shares, second: Shares) -> float:
    """Return the log of how much more often the colours named of one thing agree than those of two, about −1.6 to 3."""
    prior = np.asarray(_PRIOR_SHARES)
    both = [
        _log_ratio(stated, tuple((_SAME_NAMES * np.asarray(named) + (1 - _SAME_NAMES) * prior).tolist()), _SIMILARITY)
        for stated, named in ((first, second), (second, first))
    ]
    return sum(both) / len(both)


def log_ratio_of_others(ruled_out: Sequence[str], seen: Shares) -> float:
    """Return the log of how much more of all other colours is seen than in a typical photo; highest near 0."""
    others = np.array([name not in ruled_out for name in NAMES])
    seen_others, usual = (float(np.asarray(shares)[others].sum()) for shares in (seen, _PRIOR_SHARES))
    return float(np.log((seen_others + _SMOOTHING) / (usual + _SMOOTHING)))


def share_of(name: str, seen: Shares, least: float = 0.0) -> float:
    """Return how much of a colour is seen, including colours that are similar by `least` or more."""
    similar = _SIMILARITY[_INDEX[name]]
    return float(np.where(similar >= least, similar, 0.0) @ np.asarray(seen))


def name_similarity(first: str, second: str) -> float:
    """Return how similar two colours are, 0 to 1."""
    return float(_SIMILARITY[_INDEX[first], _INDEX[second]])


def dominant(shares: Shares) -> str:
    return NAMES[int(np.argmax(shares))]


def similarity(first: Shares, second: Shares) -> float:
    """Return the Bhattacharyya coefficient of two things' colours, 0 to 1."""
    return min(1.0, float(np.sqrt(np.asarray(first)) @ np.sqrt(np.asarray(second))))
