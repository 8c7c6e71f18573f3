"""Compares what a browser shows of a folder of odd pictures with what the decoders take.

python -m tests.chaos.archives FOLDER
"""

import argparse
import asyncio
import base64
import json
import shutil
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image
from playwright.async_api import Page

from reunite import rules
from reunite.errors import TellUserError
from tests.support.page_browser import opened
from workers.decoder.pool import Decoders
from workers.decoder.wire import Decoded

_TYPES: Final = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jfif": "jpeg",
    ".mpo": "jpeg",
    ".png": "png",
    ".apng": "png",
    ".gif": "gif",
    ".webp": "webp",
    ".avif": "avif",
    ".bmp": "bmp",
}
"""Suffixes of what a browser shows."""
_SIDE: Final = 8
_DIFFERENT: Final = 32.0
"""Mean difference of a channel, of 255, from which a picture doesn't look the same."""
_SHOW: Final = f"""source => new Promise(done => {{
  const image = new Image();
  image.onerror = () => done(null);
  image.onload = () => {{
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = {_SIDE};
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.imageSmoothingQuality = "high";
    context.fillRect(0, 0, {_SIDE}, {_SIDE});
    context.drawImage(image, 0, 0, {_SIDE}, {_SIDE});
    done([...context.getImageData(0, 0, {_SIDE}, {_SIDE}).data]);
  }};
  image.src = source;
}})"""


async def compare(folder: Path, chromium: str) -> dict[str, Any]:
    """Show every picture in a browser, and give it to a decoder."""
    shown, refused, partial, different = 0, {}, [], {}
    async with opened(chromium) as browser, Decoders() as decoders:
        page = await browser.new_page()
        for picture in _pictures(folder):
            name, data = str(picture.relative_to(folder)), picture.read_bytes()
            seen = await _seen(page, data, _TYPES[picture.suffix.lower()])
            taken = await _taken(decoders, data)
            if seen is None:
                continue
            shown += 1
            if isinstance(taken, str):
                refused[name] = taken
                continue
            partial += [name] if taken.is_partial else []
            if (difference := _difference(seen, taken)) > _DIFFERENT:
                different[name] = round(difference)
    return {"shown": shown, "refused": refused, "partly taken": partial, "look different": different}


def _pictures(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _TYPES and path.is_file() and 0 < path.stat().st_size <= rules.MAX_PHOTO_BYTES:
            yield path


async def _seen(page: Page, data: bytes, subtype: str) -> list[int] | None:
    source = f"data:image/{subtype};base64,{base64.b64encode(data).decode()}"
    pixels: list[int] | None = await page.evaluate(_SHOW, source)
    return pixels


async def _taken(decoders: Decoders, data: bytes) -> Decoded | str:
    """Decode a picture, or return why it's refused."""
    try:
        return await decoders.decode(data)
    except TellUserError as refusal:
        return refusal.key


def _difference(seen: list[int], taken: Decoded) -> float:
    with Image.open(BytesIO(taken.jpeg)) as image:
        ours = np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float64)
    theirs = np.asarray(seen, dtype=np.float64).reshape(_SIDE, _SIDE, 4)[..., :3]
    return float(np.abs(ours - theirs).mean())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("Chromium isn't installed.")
    figures = asyncio.run(compare(given.folder, chromium))
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 1 if not figures["shown"] or "photo_unusable" in figures["refused"].values() else 0


if __name__ == "__main__":
    sys.exit(main())
