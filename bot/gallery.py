"""Several photos as one numbered picture, for platforms that show one picture with a message."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from reunite.entities import Label
from reunite.messages.reply import Tile
from reunite.rules import MAX_TILES

TILE: Final = 384
"""Pixels a side."""
_GAP, _BADGE, _CORNER = 12, 72, 22
_BACKGROUND: Final = (43, 45, 49)
"""Dark enough for a dark theme, and a frame on a light one."""
_COLUMNS: Final = (1, 2, 3, 2, 3, 3)
"""Columns for one to six tiles."""
_BADGE_COLOURS: Final[dict[Label | None, tuple[int, int, int]]] = {
    Label.HIGH: (33, 128, 70),
    Label.POSSIBLE: (176, 104, 0),
    None: (84, 88, 96),
}
"""White digits have a contrast of at least 4.5 on each (WCAG 2.2, 1.4.3)."""
_QUALITY: Final = 85


def compose(tiles: Sequence[Tile], photos: Sequence[bytes | None]) -> bytes | None:
    """Arrange the tiles' photos (JPEG) in a grid of up to six, as a JPEG; None if there are no photos.

    Each has its number in a corner; that of a report without a photo (None) stands in the words alone. Photos are shown
    whole, over a blurred copy of themselves where their shape leaves room.
    """
    if not 0 < len(tiles) <= MAX_TILES:
        raise ValueError(f"a gallery has 1 to {MAX_TILES} pictures, not {len(tiles)}")
    shown = [(tile, photo) for tile, photo in zip(tiles, photos, strict=True) if photo is not None]
    if not shown:
        return None
    columns = _COLUMNS[len(shown) - 1]
    rows = -(-len(shown) // columns)
    grid = Image.new("RGB", (_length(columns), _length(rows)), _BACKGROUND)
    for position, (tile, photo) in enumerate(shown):
        row, column = divmod(position, columns)
        corner = (_GAP + column * (TILE + _GAP), _GAP + row * (TILE + _GAP))
        grid.paste(_framed(tile, photo), corner, _rounded())
    buffer = BytesIO()
    grid.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _length(tiles: int) -> int:
    return tiles * TILE + (tiles + 1) * _GAP


def _framed(tile: Tile, jpeg: bytes) -> Image.Image:
    frame = Image.new("RGB", (TILE, TILE))
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as photo:
        _show_whole(photo.convert("RGB"), frame)
    _badge(frame, tile)
    return frame


def _show_whole(photo: Image.Image, frame: Image.Image) -> None:
    backdrop = ImageOps.fit(photo, frame.size, Image.Resampling.BILINEAR)
    frame.paste(backdrop.filter(ImageFilter.GaussianBlur(24)))
    scale = TILE / max(photo.size)
    width, height = (max(1, round(side * scale)) for side in photo.size)
    whole = photo.resize((width, height), Image.Resampling.LANCZOS)
    frame.paste(whole, ((TILE - width) // 2, (TILE - height) // 2))


def _badge(frame: Image.Image, tile: Tile) -> None:
    draw = ImageDraw.Draw(frame)
    box = (_GAP, _GAP, _GAP + _BADGE, _GAP + _BADGE)
    draw.rounded_rectangle(box, _CORNER, fill=_BADGE_COLOURS[tile.label], outline="white", width=3)
    middle = (_GAP + _BADGE / 2, _GAP + _BADGE / 2)
    draw.text(middle, str(tile.number), fill="white", font=ImageFont.load_default(44), anchor="mm")


def _rounded() -> Image.Image:
    mask = Image.new("L", (TILE, TILE), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, TILE - 1, TILE - 1), _CORNER, fill=255)
    return mask
