"""Tells photos by the names of files, and by the links in what people write."""

import re
from pathlib import PurePath
from typing import Final

PHOTOS: Final = frozenset(
    {
        ".jpg", ".jpeg", ".jfif", ".png", ".gif", ".webp", ".avif", ".heic", ".heif", ".bmp", ".tif", ".tiff",
    }
)  # fmt: skip
"""Endings of photos that can be read."""
OTHER_PICTURES: Final = frozenset(
    {
        ".dng", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".psd", ".svg", ".jxl", ".jp2", ".eps",
    }
)  # fmt: skip
"""Endings of pictures that can't be read, such as a camera's raw data."""
_LINK: Final = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)


def ending_of(name: str) -> str:
    """Return how a file's name ends, with the dot and in lower case; empty if there's none."""
    return PurePath(name).suffix.casefold()


def links_to_photo(text: str) -> bool:
    """Return whether a text has a link to a photo, on its own or in Slack's or Discord's notation."""
    addresses = (re.split(r"[?#]", link)[0].rstrip(").,") for link in _LINK.findall(text))
    return any(ending_of(address) in PHOTOS for address in addresses)
