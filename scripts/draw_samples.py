"""Renders the local page's sample photos: `python scripts/draw_samples.py [FOLDER [NAME…]]`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image
from ray_marching import (
    Distance,
    Floats,
    Solid,
    Vector,
    at,
    ball,
    blend,
    box,
    cylinder,
    floor,
    mix,
    photo,
    plain,
    planks,
    ring,
    rough,
    tiles,
    wall,
    without,
)

FOLDER: Final = Path(__file__).parent.parent / "bot" / "web" / "static" / "samples"
LINE, SEAM = 0.22, 0.035
"""Half the widths of a painted line and of a ball's seam."""


def umbrella() -> Image.Image:
    """An open red umbrella on its side on the pavement, at a tram stop."""
    return photo(
        [
            *_umbrella((0, 1.6, 0)),
            Solid(floor(), tiles("9c9a94", "6e6c68", 1.6)),
            Solid(at((0, 0.12, 7), box((40, 0.5, 3), 0.05)), plain("c9c5bb")),
            Solid(wall(9.5), plain("8f999c", 0.15, 0.6)),
            Solid(at((4.6, 5, 6.5), cylinder(0.16, 12)), plain("3c4448"), 0.4),
            Solid(at((-5.4, 1.4, 6.6), box((5, 0.3, 1.2), 0.05)), planks("a5774a", "7b5431", 0.5)),
        ],
        (-1.8, 4.6, -9.5),
        (0.1, 1.9, 0),
        seed=1,
    )


def _umbrella(place: Vector) -> list[Solid]:
    def cloth(p: Floats) -> Floats:
        angle = np.arctan2(p[:, 2], p[:, 0])
        bulge = 0.16 * np.abs(np.cos(4 * angle)) * np.hypot(p[:, 0], p[:, 2]) / 3
        shell = np.abs(np.linalg.norm(p + np.array([0, 1.5, 0], np.float32), axis=1) - 3.3 + bulge) - 0.03
        return np.maximum(shell * 0.7, -p[:, 1] - 0.1 * np.abs(np.cos(4 * angle))).astype(np.float32)

    def panels(p: Floats) -> Floats:
        red = plain("c8202a", 0.05)(p)
        return mix(red, red * 0.8, np.mod(np.floor(np.arctan2(p[:, 2], p[:, 0]) * 4 / np.pi), 2).astype(np.float32))

    turn, tilt = 193.0, -56.0
    return [
        Solid(at(place, cloth, turn, tilt), panels, 0.15),
        Solid(at(place, at((0, -0.9, 0), cylinder(0.06, 5.2)), turn, tilt), plain("50545a"), 0.8),
        Solid(at(place, at((0, 2.0, 0), cylinder(0.05, 0.5)), turn, tilt), plain("50545a"), 0.8),
        Solid(at(place, at((0, -3.5, 0), cylinder(0.14, 0.9, 0.1)), turn, tilt), plain("7a4a26"), 0.3),
    ]


def _backpack(place: Vector, turn: float) -> list[Solid]:
    blue, dark = plain("2350a8", 0.12, 22), plain("14306c", 0.12, 22)

    def put(where: Vector, shape: Distance) -> Distance:
        return at(place, at(where, shape), turn)

    body = box((3.0, 4.4, 1.5), 0.62)
    return [
        Solid(put((0, 2.2, 0), rough(body, 0.05, 1.6)), blue),
        Solid(put((0, 1.35, -0.78), rough(box((2.3, 1.9, 0.7), 0.3), 0.03, 2)), plain("2c62c4", 0.12, 22)),
        Solid(put((0, 2.28, -1.0), box((2.05, 0.07, 0.25), 0.03)), plain("d8d8d4"), 0.6),
        Solid(put((0, 3.5, -0.72), box((2.1, 0.07, 0.12), 0.03)), plain("d8d8d4"), 0.6),
        Solid(put((0.85, 2.1, -1.18), box((0.1, 0.42, 0.06), 0.03)), plain("e8b030"), 0.4),
        Solid(put((0, 4.5, 0.15), ring(0.42, 0.1)), dark),
        Solid(put((-1.6, 1.3, -0.1), rough(box((0.42, 1.6, 1.0), 0.2), 0.03, 2)), dark),
        Solid(put((1.6, 1.3, -0.1), rough(box((0.42, 1.6, 1.0), 0.2), 0.03, 2)), dark),
        Solid(put((-0.75, 2.3, 0.85), ring(1.55, 0.13, 1.15)), dark),
        Solid(put((0.75, 2.3, 0.85), ring(1.55, 0.13, 1.15)), dark),
        Solid(put((0, 2.95, -0.84), box((0.9, 0.42, 0.14), 0.05)), plain("e9e6de")),
    ]


def _shelf(away: float) -> list[Solid]:
    colours = ("8c2f2b", "30506e", "c9b27a", "3f6a48", "6d4a76", "b06a32", "4b4f58", "a9a59a")
    books = [
        Solid(
            at((x, y + height / 2, away - 0.6), box((0.42, height, 1.4), 0.04), tilt=lean),
            plain(colours[number % len(colours)], 0.1),
            0.1,
        )
        for y in (0.3, 3.6)
        for number, x in enumerate(np.arange(-6, 6, 0.46).round(2).tolist())
        for height, lean in ((2.1 + 0.35 * np.sin(number * 2.7 + y), 4 * np.sin(number * 1.9)),)
    ]
    boards = [
        Solid(at((0, y, away - 0.4), box((16, 0.24, 1.8), 0.03)), planks("b98d5c", "8d6238", 3))
        for y in (0.15, 3.4, 6.6)
    ]
    return [*books[::2], *books[1::2], *boards, Solid(wall(away + 0.4), plain("5d4630"))]


def backpack() -> Image.Image:
    """A blue backpack in front of bookshelves."""
    carpet = Solid(floor(), blend("77736c", "625f5a", 7))
    return photo([*_backpack((0, 0.05, 0.4), 16), carpet, *_shelf(3.2)], (-1.6, 4.4, -8.5), (0, 2.3, 0.4), seed=2)


def backpack_side() -> Image.Image:
    """The same backpack on a library table, from its side."""
    table = at((0, -0.2, 0.5), box((14, 0.4, 8), 0.06))
    chair = at((4.2, -0.6, 4.2), box((2.4, 4.4, 0.35), 0.2))
    return photo(
        [
            *_backpack((0, 0.03, 0.3), 62),
            Solid(table, planks("c49a68", "a67b4b", 1.8), 0.2),
            Solid(chair, plain("2f3336")),
            Solid(at((-3.3, 0.16, -0.6), box((1.7, 0.32, 2.3), 0.04), 20), plain("7d2a2a"), 0.1),
            Solid(wall(8), plain("d6d0c2", 0.05, 0.5)),
            Solid(floor(-5), plain("55524c")),
        ],
        (0.8, 4.2, -8.6),
        (0, 2.0, 0.3),
        seed=3,
    )


def mug() -> Image.Image:
    """A yellow mug on a kitchen counter."""
    shell = without(cylinder(1.0, 2.2, 0.08), at((0, 0.25, 0), cylinder(0.88, 2.2, 0.06)))
    handle = without(at((1.05, 0, 0), ring(0.62, 0.16, 1.15)), cylinder(0.95, 4))
    yellow = plain("f2bf1d", 0.03)
    return photo(
        [
            Solid(at((0, 1.1, 0), shell, 25), yellow, 0.9),
            Solid(at((0, 1.1, 0), handle, 25), yellow, 0.9),
            Solid(at((0, 1.75, 0), cylinder(0.88, 0.05)), plain("3a2012"), 0.7),
            Solid(floor(), planks("b98a5a", "8f6238", 1.7), 0.25),
            Solid(wall(3.4), tiles("e6e7e2", "b9bab5", 1.3, (0, 1)), 0.5),
            Solid(at((-2.7, 0.9, 2.2), cylinder(0.75, 1.8, 0.1)), plain("8aa39b"), 0.3),
            Solid(at((-2.5, 2.4, 2.2), cylinder(0.06, 2.4), tilt=8), plain("a5733f")),
            Solid(at((-2.9, 2.4, 2.3), cylinder(0.06, 2.2), tilt=-7), plain("c79a5f")),
            Solid(at((3.0, 0.08, 1.2), box((2.0, 0.12, 1.5), 0.05), -15), plain("4d6f9c", 0.15, 12)),
        ],
        (-1.0, 3.6, -6.6),
        (0.25, 1.0, 0),
        seed=4,
    )


def _teddy(place: Vector, turn: float) -> list[Solid]:
    fur, light = blend("9a6233", "7d4c25", 14), blend("d2a676", "bb8c5c", 14)

    def soft(where: Vector, radius: float, stretch: Vector = (1, 1, 1), paint: object = None) -> Solid:
        shape = rough(ball(radius, stretch), 0.06, 9)
        return Solid(at(place, at(where, shape), turn), light if paint == "light" else fur)

    def eye(x: float) -> Solid:
        return Solid(at(place, at((x, 3.15, -1.0), ball(0.13)), turn), plain("14100e"), 1.5)

    limbs: Sequence[Solid] = [soft((s * 1.2, 1.65, -0.25), 0.5, (0.9, 1.5, 0.9)) for s in (-1, 1)] + [
        soft((s * 0.85, 0.5, -0.95), 0.55, (0.95, 0.9, 1.5)) for s in (-1, 1)
    ]
    feet = [soft((s * 0.88, 0.55, -1.72), 0.36, (1, 1, 0.45), "light") for s in (-1, 1)]
    ears = [soft((s * 0.85, 3.85, 0), 0.42, (1, 1, 0.6)) for s in (-1, 1)]
    return [
        soft((0, 1.3, 0), 1.2, (1, 1.12, 0.9)),
        soft((0, 1.25, -0.55), 0.8, (0.95, 1.1, 0.8), "light"),
        soft((0, 3.0, -0.1), 1.05, (1.08, 1, 0.95)),
        soft((0, 2.72, -0.92), 0.48, (1.15, 0.85, 0.8), "light"),
        Solid(at(place, at((0, 2.88, -1.3), ball(0.17, (1.3, 0.9, 0.8))), turn), plain("241812"), 0.8),
        Solid(at(place, at((0, 2.16, -0.6), ball(0.22, (1.6, 0.7, 0.7))), turn), plain("b3262e")),
        eye(-0.36),
        eye(0.36),
        *limbs,
        *feet,
        *ears,
    ]


def teddy() -> Image.Image:
    """A teddy bear in the grass of a playground."""
    grass = Solid(rough(floor(-0.25), 0.22, 5), blend("5d8a35", "3f6a26", 3))
    frame = [
        Solid(at((x, 3, 7), cylinder(0.16, 10), tilt=lean), plain("c23b2a"), 0.3) for x, lean in ((-4, 8), (5, -8))
    ]
    sand = Solid(at((1, -0.2, 9), box((14, 0.5, 4), 0.1)), plain("d3bd8d", 0.15, 6))
    return photo(
        [*_teddy((0, 0.02, 0), 14), grass, *frame, sand, Solid(wall(14), blend("4c7040", "6f9158", 0.7))],
        (-1.2, 3.6, -8),
        (0, 1.9, 0),
        seed=5,
    )


def teddy_bench() -> Image.Image:
    """The same teddy bear on a bench."""
    seat = [
        Solid(at((0, -0.15, z), box((16, 0.3, 0.9), 0.06)), planks("ab7a48", "8a5c33", 4)) for z in (-1.2, -0.2, 0.8)
    ]
    back = [Solid(at((0, y, 1.7), box((16, 0.8, 0.25), 0.06)), planks("ab7a48", "8a5c33", 4)) for y in (1.2, 2.3)]
    ground = Solid(floor(-4), blend("8d8574", "77705f", 4))
    return photo(
        [*_teddy((0.3, 0.02, 0.2), -34), *seat, *back, ground, Solid(wall(12), blend("5a7f4a", "86a56b", 0.6))],
        (1.4, 4.0, -7.6),
        (0.2, 1.9, 0),
        seed=6,
    )


def bottle() -> Image.Image:
    """A green water bottle on the floor of a sports hall."""
    green = plain("16895a", 0.04)

    def line(p: Floats) -> Floats:
        boards = planks("d0a064", "b9854a", 0.8)(p)
        on_line = (np.abs(p[:, 2] - 0.45 * p[:, 0] - 2.4) < LINE).astype(np.float32)
        return mix(boards, plain("c03028")(p), on_line)

    return photo(
        [
            Solid(at((0, 1.5, 0), cylinder(0.72, 3.0, 0.22)), green, 1.0),
            Solid(at((0, 3.05, 0), cylinder(0.42, 0.5, 0.08)), plain("d5d8d8"), 0.8),
            Solid(at((0, 3.5, 0), cylinder(0.5, 0.6, 0.1)), plain("23262a"), 0.5),
            Solid(at((0, 3.85, 0), ring(0.28, 0.07)), plain("23262a"), 0.5),
            Solid(at((0, 1.6, 0), cylinder(0.735, 0.9, 0.02)), plain("e8ece6"), 0.6),
            Solid(floor(), line, 0.5),
            Solid(wall(9), plain("d9d6cc", 0.05, 0.4)),
            Solid(at((3, 0.5, 7.6), box((6, 1.0, 1.2), 0.06)), planks("b58550", "946538", 0.6)),
            Solid(at((-4.6, 2.4, 8.8), box((3.4, 4.8, 0.3), 0.05)), plain("4d79a8"), 0.2),
        ],
        (-1.4, 3.4, -8),
        (0.2, 1.9, 0),
        seed=7,
    )


def basketball() -> Image.Image:
    """A basketball in front of a hedge."""
    centre = np.array([0, 1.2, 0], np.float32)

    def leather(p: Floats) -> Floats:
        q = (p - centre) @ np.array([[0.8, 0.36, -0.48], [-0.6, 0.48, -0.64], [0, 0.8, 0.6]], np.float32)
        bow = np.abs(np.hypot(q[:, 0], q[:, 1]) - 0.86)
        seam = np.minimum(np.minimum(np.abs(q[:, 0]), np.abs(q[:, 1])), np.where(np.abs(q[:, 2]) > 0, bow, 1)) < SEAM
        return np.where(seam[:, None], plain("1e1512")(p), plain("d0662a", 0.12, 20)(p))

    grass = Solid(rough(floor(-0.2), 0.2, 5), blend("67913c", "47722b", 3))
    hedge = Solid(rough(at((0, 2.5, 3.6), box((30, 6, 3), 0.5)), 0.55, 2.2), blend("2f5a28", "5b8a3f", 4))
    return photo(
        [Solid(at((0, 1.2, 0), rough(ball(1.2), 0.008, 26)), leather, 0.25), grass, hedge],
        (-0.8, 2.8, -5.6),
        (0, 1.15, 0),
        seed=8,
    )


SCENES: Final[Mapping[str, Callable[[], Image.Image]]] = {
    "umbrella": umbrella,
    "backpack": backpack,
    "backpack-side": backpack_side,
    "mug": mug,
    "teddy": teddy,
    "teddy-bench": teddy_bench,
    "bottle": bottle,
    "ball": basketball,
}


def main() -> None:
    """Render all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or SCENES:
        SCENES[name]().save(folder / f"{name}.jpg", quality=86, optimize=True)


if __name__ == "__main__":
    main()
