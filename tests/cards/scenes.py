"""Puts a drawn card into a scene, as a phone would photograph it."""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.cards.drawn import Sheet

_LONG, _SHORT = 1024, 768
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scene:
    """How a card is photographed: `share` of the picture's longer side, degrees, and what makes it worse."""

    share: float = 0.72
    degrees: float = 0
    slant: float = 0.02
    blur: float = 0.5
    light: float = 1.0
    glare: float = 0.0
    quality: int = 88
    is_busy: bool = False


SCENES: Final[Mapping[str, Scene]] = {
    "straight": Scene(),
    "fills the picture": Scene(share=0.95, slant=0.01),
    "tilted": Scene(degrees=24),
    "upside down": Scene(degrees=180),
    "on its side": Scene(degrees=90),
    "from the side": Scene(slant=0.16),
    "blurred": Scene(blur=1.7),
    "half as wide": Scene(share=0.5),
    "small": Scene(share=0.34),
    "low quality": Scene(quality=22),
    "dark": Scene(light=0.28),
    "glare": Scene(glare=0.8),
    "busy ground": Scene(is_busy=True, degrees=-11),
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A drawn photo, and the corners of what nobody should read, in parts of its width and height."""

    data: bytes
    secrets: tuple[_Floats, ...]


def photographed(sheet: Sheet, scene: Scene, chance: Random) -> Photo:
    """Put a card on a ground and photograph it."""
    scene = replace(scene, degrees=scene.degrees + chance.uniform(-4, 4))
    size = (_LONG, _SHORT) if chance.random() < 0.6 else (_SHORT, _LONG)
    target = _corners(sheet.image.size, size, scene, chance)
    wide = round(float(np.linalg.norm(target[1] - target[0])))
    small = sheet.image.resize((wide, round(wide * sheet.image.height / sheet.image.width)), Image.Resampling.LANCZOS)
    source = _rectangle((0, 0, *small.size))
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    ground = _ground(size, chance, is_busy=scene.is_busy)
    card = cv2.warpPerspective(np.asarray(small), matrix, size, flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(np.full(small.size[::-1], 1, np.float32), matrix, size, flags=cv2.INTER_LINEAR)
    shadow = cv2.GaussianBlur(mask, (0, 0), 9)[:, :, None]
    whole = ground * (1 - 0.45 * shadow)
    whole = whole * (1 - mask[:, :, None]) + card * mask[:, :, None]
    zoom = small.size[0] / sheet.image.size[0]
    secrets = [cv2.perspectiveTransform(_rectangle(box)[None] * zoom, matrix)[0] / size for box in sheet.secrets]
    return Photo(_developed(whole, scene, chance), tuple(secrets))


def _rectangle(box: tuple[float, float, float, float]) -> _Floats:
    left, top, right, bottom = box
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def _corners(card: tuple[int, int], size: tuple[int, int], scene: Scene, chance: Random) -> _Floats:
    wide, high = (side / max(card) for side in card)
    corners = _rectangle((-wide / 2, -high / 2, wide / 2, high / 2))
    corners *= 1 + np.array([[chance.uniform(-scene.slant, scene.slant) for _ in range(2)] for _ in range(4)])
    angle = math.radians(scene.degrees)
    turned = corners @ np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    extent = turned.max(axis=0) - turned.min(axis=0)
    scaled = turned * min(scene.share * max(size), *(0.97 * np.array(size) / extent))
    free = np.array(size) / 2 - np.abs(scaled).max(axis=0)
    placed: _Floats = (
        scaled + np.array(size) / 2 + np.array([chance.uniform(-0.9, 0.9) for _ in range(2)]) * np.maximum(0, free)
    )
    return placed


def _ground(size: tuple[int, int], chance: Random, *, is_busy: bool) -> NDArray[np.float32]:
    wide, high = size
    noise = np.random.default_rng(chance.randint(0, 2**31))
    colour = np.array([chance.randint(60, 220) for _ in range(3)])
    coarse = noise.normal(0, 22 if is_busy else 9, (high // 40 + 1, wide // (9 if is_busy else 160) + 1, 1))
    grain = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)[:, :, None]
    fine = noise.normal(0, 26 if is_busy else 5, (high // 2, wide // 2)).astype(np.float32)
    ground = colour + grain + cv2.resize(fine, size)[:, :, None]
    return np.asarray(ground.clip(0, 255), np.float32)


def _developed(picture: NDArray[np.float32], scene: Scene, chance: Random) -> bytes:
    high, wide = picture.shape[:2]
    noise = np.random.default_rng(chance.randint(0, 2**31))
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), scene.blur) * scene.light
    if scene.glare:
        y, x = np.mgrid[:high, :wide]
        away = np.hypot((x / wide - chance.uniform(0.3, 0.7)) * 3, (y / high - chance.uniform(0.3, 0.7)) * 3)
        picture += (scene.glare * 170 * np.exp(-(away**2) * 2.2))[:, :, None].astype(np.float32)
    picture += noise.normal(0, 3.5, picture.shape).astype(np.float32)
    out = io.BytesIO()
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=scene.quality)
    return out.getvalue()
