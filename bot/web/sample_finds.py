"""The found things to try the page with: who posts each, and its photos."""

from importlib import resources
from typing import Final

from reunite.entities import IncomingPhoto, Member
from reunite.language import words_in

_PHOTOS: Final = resources.files("bot.web").joinpath("static", "samples")
FINDS: Final = {
    "umbrella": ("Ben", ("umbrella",)),
    "backpack": ("Chiyo", ("backpack", "backpack-side")),
    "mug": ("Ben", ("mug",)),
    "teddy": ("Chiyo", ("teddy", "teddy-bench")),
    "bottle": ("Ada", ("bottle",)),
    "ball": ("Ben", ("ball",)),
}
"""Whose find each thing is, and the pictures of it."""


def finder_of(thing: str) -> Member:
    name, _ = FINDS[thing]
    return Member(name.casefold(), name)


def words_of(thing: str, language: str) -> str:
    return words_in(language).page[f"sample_{thing}"]


def photos_of(thing: str) -> tuple[IncomingPhoto, ...]:
    _, pictures = FINDS[thing]
    return tuple(IncomingPhoto(f"{name}.jpg", data=_PHOTOS.joinpath(f"{name}.jpg").read_bytes()) for name in pictures)
