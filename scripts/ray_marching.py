"""Photos of solids, made by marching rays through their distance functions."""  # noqa: INP001 - scripts are no package

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE: Final = 320
"""Pixels of a photo's side."""

Floats = NDArray[np.float32]
"""Points are n × 3: to the right, up, away from the camera; lengths in decimetres."""
Vector = tuple[float, float, float]
Distance = Callable[[Floats], Floats]
Paint = Callable[[Floats], Floats]
"""The colour of each point of a surface, n × 3 from 0 to 1."""

SUN: Final = np.array([-0.5, 0.75, -0.45], np.float32) / np.float32(np.linalg.norm([-0.5, 0.75, -0.45]))
MAX_STEPS, FAR, NEAR = 96, 40.0, 0.004
JOINT: Final = 0.48
"""Where a board or a tile ends, from its middle, as a share of its width."""


@dataclass(frozen=True)
class Solid:
    """A shape and its surface; `gloss` is how much it shines."""

    distance: Distance
    paint: Paint
    gloss: float = 0.0


# Noise and surfaces


def noise(p: Floats, scale: float = 1.0) -> Floats:
    """Return smooth random values between 0 and 1."""
    q = p * np.float32(scale)
    cell = np.floor(q).astype(np.int64)
    near = q - cell
    near = near * near * (3 - 2 * near)
    total = np.zeros(len(p), np.float32)
    for corner in np.ndindex(2, 2, 2):
        key = (cell + corner) @ np.array([374761393, 668265263, 1274126177])
        key = (key ^ (key >> 13)) * 1103515245
        weight = np.where(np.array(corner) == 1, near, 1 - near).prod(axis=1)
        total += weight * ((key >> 8) & 0xFFFF).astype(np.float32) / 65535
    return total


def plain(colour: str, grain: float = 0.06, scale: float = 9.0) -> Paint:
    rgb = np.array([*bytes.fromhex(colour)], np.float32) / 255
    return lambda p: (rgb**2.2)[None] * (1 + grain * (noise(p, scale) + noise(p, scale * 4) - 1))[:, None] ** 2


def planks(light: str, dark: str, width: float) -> Paint:
    """Wooden boards."""

    def paint(p: Floats) -> Floats:
        board = np.floor(p[:, 0] / width)
        grain = noise(np.stack([p[:, 0] * 9, board * 7, p[:, 2] * 0.9], 1).astype(np.float32), 1.6)
        tone = 0.55 * grain + 0.45 * np.mod(board * 0.37, 1)
        joint = np.abs(p[:, 0] / width - board - 0.5) > JOINT
        return mix(plain(light)(p), plain(dark)(p), tone) * np.where(joint, 0.35, 1)[:, None]

    return paint


def tiles(colour: str, joint: str, side: float, axes: tuple[int, int] = (0, 2)) -> Paint:
    """Tiles or slabs."""

    def paint(p: Floats) -> Floats:
        cells = p[:, axes] / side
        edge = np.abs(cells - np.floor(cells) - 0.5).max(axis=1) > JOINT
        tone = 0.9 + 0.2 * noise(np.floor(cells).repeat(2, axis=1)[:, :3].astype(np.float32), 1.7)
        return np.where(edge[:, None], plain(joint)(p), plain(colour, 0.1)(p) * tone[:, None])

    return paint


def blend(first: str, second: str, scale: float) -> Paint:
    """Two colours in patches: grass, leaves, a melange."""
    return lambda p: mix(plain(first)(p), plain(second)(p), np.clip(1.6 * noise(p, scale) - 0.3, 0, 1))


def mix(first: Floats, second: Floats, share: Floats) -> Floats:
    return first * (1 - share[:, None]) + second * share[:, None]


# Shapes


def at(place: Vector, shape: Distance, turn: float = 0.0, tilt: float = 0.0) -> Distance:
    """Move a shape, turned around the vertical and tilted to the right, in degrees."""
    (sin, cos), (lean, upright) = ((np.sin(np.radians(a)), np.cos(np.radians(a))) for a in (turn, tilt))
    around = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float32)
    aside = np.array([[upright, -lean, 0], [lean, upright, 0], [0, 0, 1]], np.float32)
    back = (around @ aside).astype(np.float32)
    return lambda p: shape((p - np.array(place, np.float32)) @ back)


def ball(radius: float, stretch: Vector = (1, 1, 1)) -> Distance:
    scale = np.array(stretch, np.float32)
    return lambda p: (np.linalg.norm(p / scale, axis=1) - np.float32(radius)) * np.float32(min(stretch))


def box(size: Vector, radius: float) -> Distance:
    half = np.array(size, np.float32) / 2 - np.float32(radius)

    def distance(p: Floats) -> Floats:
        q = np.abs(p) - half
        outside = np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)
        return outside - np.float32(radius)

    return distance


def cylinder(radius: float, height: float, edge: float = 0.03) -> Distance:
    def distance(p: Floats) -> Floats:
        q = np.stack([np.hypot(p[:, 0], p[:, 2]) - radius + edge, np.abs(p[:, 1]) - height / 2 + edge], 1)
        return (np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0) - edge).astype(np.float32)

    return distance


def ring(radius: float, thickness: float, stretch: float = 1.0) -> Distance:
    """An upright ring, seen from the front."""
    return lambda p: np.hypot(np.hypot(p[:, 0], p[:, 1] / stretch) - radius, p[:, 2]) - np.float32(thickness)


def without(shape: Distance, hole: Distance) -> Distance:
    return lambda p: np.maximum(shape(p), -hole(p))


def rough(shape: Distance, depth: float, scale: float) -> Distance:
    """Add bumps; far from the shape, the distance to the highest of them is enough."""

    def distance(p: Floats) -> Floats:
        away = shape(p) - np.float32(2 * depth)
        near = away < 4 * depth
        bumps = noise(p[near], scale) + noise(p[near], scale * 2.3)
        away[near] += np.float32(depth) * (2 - bumps)
        return away

    return distance


def floor(height: float = 0.0) -> Distance:
    return lambda p: p[:, 1] - np.float32(height)


def wall(away: float) -> Distance:
    return lambda p: np.float32(away) - p[:, 2]


# Light


def nearest(solids: Sequence[Solid], p: Floats) -> Floats:
    return np.min([solid.distance(p) for solid in solids], axis=0).astype(np.float32)


def march(solids: Sequence[Solid], start: Floats, way: Floats) -> Floats:
    """Return how far each ray goes until it meets something."""
    gone = np.full(len(start), 0.01, np.float32)
    open_rays = np.arange(len(start))
    for _ in range(MAX_STEPS):
        step = nearest(solids, start[open_rays] + way[open_rays] * gone[open_rays, None])
        gone[open_rays] += step * np.float32(0.85)
        open_rays = open_rays[(step > NEAR) & (gone[open_rays] < FAR)]
        if not len(open_rays):
            break
    return gone


def sunlight(solids: Sequence[Solid], p: Floats) -> Floats:
    """Return how much of the sun reaches each point: shadows are soft."""
    light, gone = np.ones(len(p), np.float32), np.full(len(p), 0.08, np.float32)
    for _ in range(24):
        near = nearest(solids, p + SUN * gone[:, None])
        light = np.minimum(light, np.clip(7 * near / gone, 0, 1))
        gone += np.clip(near, 0.06, 0.6)
    return light


def openness(solids: Sequence[Solid], p: Floats, normal: Floats) -> Floats:
    """Return how much of the sky each point sees: corners are dark."""
    shut = sum(0.6**i * (0.12 * i - nearest(solids, p + normal * np.float32(0.12 * i))) for i in range(1, 6))
    return np.clip(1 - 1.3 * np.asarray(shut), 0.12, 1).astype(np.float32)


def normals(solids: Sequence[Solid], p: Floats) -> Floats:
    total = np.zeros_like(p)
    for sign in np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float32):
        total += sign * nearest(solids, p + sign * np.float32(0.004))[:, None]
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-6)


def photo(solids: Sequence[Solid], eye: Vector, target: Vector, *, zoom: float = 1.7, seed: int = 0) -> Image.Image:
    """Take a photo of solids as a phone would: sun, sky, a slight vignette and grain."""
    ahead = np.array(target, np.float32) - np.array(eye, np.float32)
    ahead /= np.linalg.norm(ahead)
    right = np.cross([0, 1, 0], ahead).astype(np.float32)
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    down, across = np.mgrid[1 : -1 : SIDE * 1j, -1 : 1 : SIDE * 1j].astype(np.float32).reshape(2, -1)
    way = ahead * np.float32(zoom) + right * across[:, None] + up * down[:, None]
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    start = np.broadcast_to(np.array(eye, np.float32), way.shape)
    p = start + way * march(solids, start, way)[:, None]
    pixels = shade(solids, p, way) * (1 - 0.13 * (down**2 + across**2))[:, None]
    grain = np.random.default_rng(seed).normal(0, 0.006, pixels.shape)
    shown = np.clip((pixels / (1 + 0.35 * pixels)) ** (1 / 2.2) + grain, 0, 1)
    return Image.fromarray((shown.reshape(SIDE, SIDE, 3) * 255).astype(np.uint8))


def shade(solids: Sequence[Solid], p: Floats, way: Floats) -> Floats:
    normal = normals(solids, p)
    lifted = p + normal * np.float32(0.02)
    which = np.argmin([solid.distance(p) for solid in solids], axis=0)
    albedo, gloss = np.zeros_like(p), np.zeros(len(p), np.float32)
    for number, solid in enumerate(solids):
        hit = which == number
        albedo[hit], gloss[hit] = solid.paint(p[hit]), solid.gloss
    sun = sunlight(solids, lifted) * np.clip(normal @ SUN, 0, 1)
    sky = openness(solids, lifted, normal) * (0.6 + 0.4 * normal[:, 1])
    light = sun[:, None] * np.array([2.0, 1.85, 1.6]) + sky[:, None] * np.array([0.75, 0.82, 0.95])
    mirrored = way - 2 * (way * normal).sum(axis=1, keepdims=True) * normal
    shine = np.clip(mirrored @ SUN, 0, 1) ** 40 * sun * 3 + 0.12 * np.clip(mirrored[:, 1], 0, 1) * sky
    return (albedo * light + (gloss * shine)[:, None]).astype(np.float32)
