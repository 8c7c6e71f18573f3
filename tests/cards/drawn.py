"""Cards of many kinds, drawn: what they say is made up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

SIZE: Final = (1012, 638)
"""A card of ISO/IEC 7810 at 300 dots an inch."""
_FILES: Final = {
    "sans": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
    "mono bold": "DejaVuSansMono-Bold.ttf",
    "serif": "DejaVuSerif.ttf",
    "times": "STIXGeneral.ttf",
    "typewriter": "cmtt10.ttf",
    "machine": "DejaVuSansMono.ttf",
}
"""Fonts that come with matplotlib, which takes long to import."""


def _come_with_matplotlib() -> dict[str, Path]:
    package = find_spec("matplotlib")
    assert package
    assert package.origin
    folder = Path(package.origin).parent / "mpl-data/fonts/ttf"
    return {name: folder / file for name, file in _FILES.items()}


@dataclass(slots=True)
class Fonts:
    """Which font files there are; a folder may hold better ones (OCR-B for "machine", one with Japanese signs)."""

    files: dict[str, Path] = field(default_factory=_come_with_matplotlib)

    @property
    def has_japanese(self) -> bool:
        return "japanese" in self.files


FONTS: Final = Fonts()


@cache
def font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), size)


@dataclass(slots=True)
class Sheet:
    """A card that is being drawn, and where on it is what nobody should read."""

    chance: Random
    ground: Colour
    ink: Colour
    size: tuple[int, int] = SIZE
    secrets: list[Box] = field(default_factory=list)
    image: Image.Image = field(init=False)
    pen: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        """Draw the ground, with a pattern as cards have it."""
        self.image = Image.new("RGB", self.size, self.ground)
        self.pen = ImageDraw.Draw(self.image)
        wide, high = self.size
        for _ in range(self.chance.randint(0, 7)):
            shade = tuple(max(0, min(255, value + self.chance.randint(-18, 18))) for value in self.ground)
            x, y, radius = (self.chance.randint(0, most) for most in (wide, high, high))
            self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)

    def write(  # noqa: PLR0913 - what a line of print is
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        style: str = "sans",
        *,
        secret: bool = False,
        raised: bool = False,
    ) -> float:
        """Write a line and return where the next may begin, below it."""
        letters = self._letters(text, size, style)
        room = self.size[0] - at[0] - 30
        if (wide := self.pen.textlength(text, font=letters)) > room:
            letters = self._letters(text, int(size * room / wide), style)
        box = self.pen.textbbox(at, text, font=letters)
        if raised:
            light, dark = (tuple(max(0, min(255, value + by)) for value in self.ground) for by in (110, -70))
            self.pen.text((at[0] - 2, at[1] - 2), text, font=letters, fill=light)
            self.pen.text((at[0] + 2, at[1] + 2), text, font=letters, fill=dark)
        self.pen.text(at, text, font=letters, fill=self.ink)
        if secret:
            self.secrets.append(box)
        return box[3] + size * 0.35

    def _letters(self, text: str, size: int, style: str) -> ImageFont.FreeTypeFont:
        return font(FONTS.files["japanese" if any(sign > "⺀" for sign in text) else style], size)

    def chip(self, at: tuple[int, int]) -> None:
        x, y = at
        self.pen.rounded_rectangle((x, y, x + 120, y + 95), 14, fill=(212, 180, 96), outline=(120, 96, 40), width=3)
        for down in (32, 64):
            self.pen.line((x, y + down, x + 120, y + down), fill=(120, 96, 40), width=3)

    def bars(self, box: tuple[int, int, int, int]) -> None:
        """Draw what looks like a bar code."""
        left, top, right, bottom = box
        self.pen.rectangle(box, fill=(255, 255, 255))
        while left < right - 12:
            left += self.chance.choice((3, 3, 6, 9))
            self.pen.rectangle((left, top + 6, left + self.chance.choice((2, 2, 5)), bottom - 6), fill=(0, 0, 0))
            left += 6

    def fields(self, at: tuple[float, float], fields: Sequence[tuple[str, str]], size: int, *, below: bool) -> None:
        """Write labels with their values, next to them or below."""
        x, y = at
        for label, value in fields:
            if below:
                y = self.write((x, y), label, round(size * 0.62))
                y = self.write((x, y - size * 0.15), value, size, "bold", secret=True)
            else:
                wide = self.pen.textlength(f"{label}  ", font=self._letters(label, size, "sans"))
                self.write((x, y), label, size)
                y = self.write((x + wide, y), value, size, "bold", secret=True)


Draw = Callable[[Random, str], Sheet]
