"""Draws the local page's sample pictures: `python scripts/draw_samples.py [FOLDER]`."""  # noqa: INP001 - a script

import math
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE: Final = 1024
"""Side of the canvas in pixels; the picture is half as large, which smooths every edge."""
FOLDER: Final = Path(__file__).parent.parent / "bot" / "web" / "static" / "samples"

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
WHITE: Final = (255, 255, 255)
BLACK: Final = (0, 0, 0)


class Scene:
    """A canvas on which shapes are lit from the upper left."""

    def __init__(self, wall: Colour, table: Colour, seed: int, horizon: float = 0.62) -> None:
        """Paint a wall, and a table below `horizon` (a share of the height)."""
        self._random = np.random.default_rng(seed)
        rows = np.linspace(0, 1, SIDE)[:, None, None]
        wall_part = np.array(wall) * (0.82 + 0.25 * rows)
        table_part = np.array(table) * (0.75 + 0.35 * rows)
        blend = np.clip((rows - horizon) * 60, 0, 1)
        grain = self._random.normal(0, 1, (SIDE, 1, 1)).repeat(SIDE, axis=1) * 3 * blend
        pixels = wall_part * (1 - blend) + table_part * blend + grain
        self.image = Image.fromarray(np.clip(pixels.repeat(SIDE // pixels.shape[1], axis=1), 0, 255).astype(np.uint8))

    def shadow(self, box: Box, strength: float = 0.5) -> None:
        """Darken the ground softly within an ellipse."""
        mask = Image.new("L", (SIDE, SIDE))
        ImageDraw.Draw(mask).ellipse(box, fill=round(255 * strength))
        self.image.paste(BLACK, mask=mask.filter(ImageFilter.GaussianBlur(26)))

    def fill(
        self, mask: Image.Image, colour: Colour, *, depth: float = 0.5, gloss: float = 0.0, rough: float = 3
    ) -> None:
        """Colour a shape: `depth` shades it, `gloss` adds a highlight, `rough` a texture."""
        left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
        rows, columns = np.mgrid[0:SIDE, 0:SIDE]
        across, down = (columns - left) / (right - left), (rows - top) / (bottom - top)
        light = 1.12 - depth * np.clip(0.75 * np.abs(across - 0.36) ** 1.5 * 1.9 + 0.3 * down, 0, 1)
        shine = gloss * np.exp(-(((across - 0.3) / 0.09) ** 2) - ((down - 0.35) / 0.3) ** 2)
        texture = self._random.normal(0, rough, (SIDE, SIDE))
        pixels = np.array(colour) * light[..., None] + (255 * shine + texture)[..., None]
        self.image.paste(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), mask=mask)

    def line(self, points: Sequence[Point], colour: Colour, width: int) -> None:
        """Draw a line with round ends."""
        draw = ImageDraw.Draw(self.image)
        draw.line(list(points), fill=colour, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)

    def save(self, path: Path) -> None:
        """Write the picture as a JPEG."""
        small = self.image.resize((SIDE // 2, SIDE // 2), Image.Resampling.LANCZOS)
        small.save(path, quality=84, optimize=True)


def shape(draw: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    """Return the mask of what `draw` draws with fill 255."""
    mask = Image.new("L", (SIDE, SIDE))
    draw(ImageDraw.Draw(mask))
    return mask


def ellipse(box: Box) -> Image.Image:
    """Return the mask of an ellipse."""
    return shape(lambda draw: draw.ellipse(box, fill=255))


def rounded(box: Box, radius: float) -> Image.Image:
    """Return the mask of a rectangle with round corners."""
    return shape(lambda draw: draw.rounded_rectangle(box, radius, fill=255))


def polygon(points: Sequence[Point]) -> Image.Image:
    """Return the mask of a polygon."""
    return shape(lambda draw: draw.polygon(list(points), fill=255))


def arc(box: Box, start: float, end: float, steps: int = 40) -> list[Point]:
    """Return points on an ellipse, angles in degrees clockwise from the right."""
    left, top, right, bottom = box
    middle, radius = ((left + right) / 2, (top + bottom) / 2), ((right - left) / 2, (bottom - top) / 2)
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(middle[0] + radius[0] * math.cos(angle), middle[1] + radius[1] * math.sin(angle)) for angle in angles]


def umbrella() -> Scene:
    """An open red umbrella with a wooden handle."""
    scene = Scene((206, 214, 220), (150, 145, 140), seed=1, horizon=0.8)
    scene.shadow((300, 880, 760, 960), 0.35)
    scene.line([(512, 150), (512, 180)], (70, 70, 75), 16)
    scene.line([(512, 480), (512, 800)], (88, 88, 94), 18)
    scene.line([(512, 740), *arc((512, 780, 632, 920), 180, 20)], (122, 74, 38), 34)
    cloth = polygon([*arc((92, 170, 932, 990), 180, 360), (932, 590)])
    tips = [92, 182, 382, 642, 842, 932]
    for left, right in pairwise(tips):
        cloth = ImageChops.subtract(cloth, ellipse((left, 560, right, 640)))
    scene.fill(cloth, (150, 18, 26), depth=0.4)
    edges, shades = [-420, -330, -130, 130, 330, 420], (205, 222, 236, 214, 176)
    for left, right, shade in zip(edges[:-1], edges[1:], shades, strict=True):
        scene.fill(ImageChops.darker(_panel(left, right), cloth), (shade, 30, 38), depth=0.25, rough=4)
    for x in tips[1:-1]:
        scene.line([(512, 172), ((512 + 2 * x) / 3, 330), (x, 596)], (140, 14, 22), 4)
    scene.line([(512, 570), (512, 800)], (88, 88, 94), 18)
    return scene


def _panel(left: float, right: float) -> Image.Image:
    """Return the mask of the umbrella's cloth between two ribs, which end `left` and `right` of the middle."""
    ribs = [arc((512 - abs(x), 170, 512 + abs(x), 1030), 270, 360 if x > 0 else 180) for x in (left, right)]
    return polygon([*ribs[0], *reversed(ribs[1])])


def backpack() -> Scene:
    """A blue backpack, seen from the front."""
    scene = Scene((226, 219, 206), (168, 128, 92), seed=2)
    scene.shadow((200, 830, 860, 950))
    navy, dark = (36, 84, 172), (20, 46, 104)
    scene.line(arc((430, 80, 594, 230), 180, 360), dark, 30)
    scene.line(arc((190, 300, 330, 860), 120, 260), dark, 46)
    scene.line(arc((694, 300, 834, 860), -80, 60), dark, 46)
    scene.fill(rounded((248, 140, 776, 890), 170), navy, depth=0.55, rough=7)
    scene.line(arc((300, 200, 724, 700), 190, 350), (16, 34, 80), 10)
    scene.fill(rounded((296, 520, 728, 850), 70), (44, 98, 190), depth=0.5, rough=7)
    scene.line([(330, 590), (694, 590)], (16, 34, 80), 12)
    scene.line([(650, 590), (664, 650)], (200, 200, 205), 12)
    scene.line(arc((300, 200, 724, 700), 310, 312), (200, 200, 205), 18)
    scene.fill(rounded((452, 380, 572, 440), 14), (228, 228, 224), depth=0.2)
    scene.fill(rounded((230, 640, 296, 850), 30), dark, depth=0.4, rough=7)
    scene.fill(rounded((728, 640, 794, 850), 30), dark, depth=0.4, rough=7)
    return scene


def mug() -> Scene:
    """A yellow coffee mug."""
    scene = Scene((188, 202, 200), (136, 98, 70), seed=3)
    scene.shadow((210, 770, 900, 920), 0.6)
    yellow = (240, 192, 40)
    ring = ImageChops.subtract(ellipse((590, 360, 890, 740)), ellipse((652, 430, 820, 670)))
    scene.fill(ring, (226, 176, 30), depth=0.5, gloss=0.2)
    body = ImageChops.lighter(polygon([(240, 270), (720, 270), (700, 790), (260, 790)]), ellipse((260, 730, 700, 850)))
    scene.fill(body, yellow, depth=0.55, gloss=0.5)
    scene.fill(ellipse((240, 200, 720, 340)), (252, 216, 96), depth=0.15)
    scene.fill(ellipse((266, 216, 694, 326)), (150, 112, 20), depth=0.3)
    scene.fill(ellipse((284, 250, 676, 326)), (62, 36, 20), depth=0.3, gloss=0.1)
    return scene


def teddy() -> Scene:
    """A brown teddy bear, sitting."""
    scene = Scene((214, 224, 232), (196, 182, 160), seed=4)
    scene.shadow((180, 850, 850, 970))
    fur, light = (156, 100, 54), (214, 170, 122)
    parts: list[tuple[Box, Colour]] = [
        ((270, 100, 430, 260), fur),
        ((594, 100, 754, 260), fur),
        ((308, 136, 396, 224), light),
        ((628, 136, 716, 224), light),
        ((180, 480, 360, 760), fur),
        ((664, 480, 844, 760), fur),
        ((300, 440, 724, 920), fur),
        ((390, 540, 634, 850), light),
        ((220, 740, 450, 950), fur),
        ((574, 740, 804, 950), fur),
        ((266, 780, 404, 920), light),
        ((620, 780, 758, 920), light),
        ((284, 130, 740, 530), fur),
        ((404, 320, 620, 500), light),
    ]
    for box, colour in parts:
        scene.fill(ellipse(box), colour, depth=0.6, rough=22)
    for left in (390, 576):
        scene.fill(ellipse((left, 258, left + 58, 320)), (24, 18, 16), gloss=0.9, rough=1)
    scene.fill(ellipse((464, 342, 560, 408)), (40, 26, 22), gloss=0.7, rough=1)
    scene.line(arc((452, 390, 512, 450), 20, 160), (60, 36, 24), 8)
    scene.line(arc((512, 390, 572, 450), 20, 160), (60, 36, 24), 8)
    return scene


def bottle() -> Scene:
    """A green water bottle with a black cap."""
    scene = Scene((224, 226, 222), (120, 126, 132), seed=5)
    scene.shadow((330, 880, 760, 970), 0.6)
    green = (24, 140, 84)
    shoulders = [*arc((360, 250, 664, 520), 180, 240), *arc((360, 250, 664, 520), 300, 360)]
    scene.fill(
        ImageChops.lighter(polygon([*shoulders, (664, 500), (360, 500)]), rounded((360, 380, 664, 930), 44)),
        green,
        depth=0.75,
        gloss=0.55,
    )
    scene.fill(rounded((430, 200, 594, 290), 20), (210, 214, 216), depth=0.7, gloss=0.4)
    scene.fill(rounded((412, 90, 612, 226), 26), (38, 40, 44), depth=0.7, gloss=0.25)
    scene.line(arc((470, 30, 554, 140), 180, 360), (30, 32, 36), 22)
    scene.fill(rounded((360, 560, 664, 700), 4), (236, 240, 236), depth=0.6, gloss=0.2)
    return scene


def ball() -> Scene:
    """An orange basketball."""
    scene = Scene((196, 206, 216), (178, 138, 96), seed=6)
    scene.shadow((250, 740, 860, 870), 0.6)
    sphere = ellipse((182, 150, 842, 810))
    scene.fill(sphere, (226, 112, 36), depth=0.8, gloss=0.25, rough=12)
    seams = Image.new("L", (SIDE, SIDE))
    draw = ImageDraw.Draw(seams)
    draw.line([(512, 140), (512, 820)], fill=255, width=14)
    draw.line([(172, 480), (852, 480)], fill=255, width=14)
    draw.ellipse((-180, 150, 360, 810), outline=255, width=14)
    draw.ellipse((664, 150, 1204, 810), outline=255, width=14)
    scene.image.paste((38, 26, 22), mask=ImageChops.darker(seams, sphere))
    return scene


def main() -> None:
    """Draw all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for draw in (umbrella, backpack, mug, teddy, bottle, ball):
        draw().save(folder / f"{draw.__name__}.jpg")


if __name__ == "__main__":
    main()
