"""Tells photos by the names of files, and by the links in what people write."""

import re
from pathlib import PurePosixPath
from string import punctuation
from typing import Final
from urllib.parse import unquote

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
_LINKED: Final = PHOTOS - {".gif"}
"""Endings of links to photos: a linked .gif is nearly always a joke."""
_LINK: Final = re.compile(r"https?://[^\s<>|?#，。、！？；：）」』】]+", re.IGNORECASE)
"""A link to a file, up to its query, or to the punctuation of languages that put no space after it."""
_AROUND: Final = punctuation + "…»“”‘’"
"""What may follow a link without being a part of it: marks of sentences, quotes and emphasis."""


def ending_of(name: str) -> str:
    """Return how a file's name ends, with the dot and in lower case; empty if there's none."""
    return PurePosixPath(name).suffix.casefold()


def links_to_photo(text: str) -> bool:
    """Return whether a text has a link to a photo, on its own or in Slack's or Discord's notation."""
    names = (PurePosixPath(unquote(link.rstrip(_AROUND))).name for link in _LINK.findall(text))
    # A colon is in the names of a wiki's pages about photos, such as File:Hat.jpg.
    return any(ending_of(name) in _LINKED and ":" not in name for name in names)
