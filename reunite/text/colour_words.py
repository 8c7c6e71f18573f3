"""Colours as people name them in English."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    "black": "black ebony charcoal anthracite",
    "white": "white offwhite ivory",
    "grey": "grey gray greyish grayish silver silvery metallic chrome",
    "beige": "beige cream creme sand sandy khaki tan camel nude ecru",
    "brown": "brown brownish chocolate chestnut bronze hazel",
    "red": "red reddish scarlet crimson",
    "dark red": "burgundy maroon bordeaux wine oxblood",
    "orange": "orange apricot coral peach rust",
    "yellow": "yellow yellowish mustard golden gold lemon",
    "olive": "olive",
    "green": "green greenish lime mint emerald",
    "turquoise": "turquoise teal cyan aqua petrol",
    "light blue": "skyblue",
    "blue": "blue bluish denim cobalt",
    "navy": "navy indigo",
    "purple": "purple violet lilac lavender mauve plum aubergine",
    "pink": "pink pinkish rose salmon",
    "magenta": "magenta fuchsia",
}

_NAME_OF: Final = {word: name for name, words in _WORDS.items() for word in words.split()}

_SHADES: Final[Mapping[tuple[str, str], str]] = {
    ("light", "blue"): "light blue",
    ("dark", "blue"): "navy",
    ("dark", "red"): "dark red",
    ("dark", "grey"): "grey",
    ("light", "brown"): "beige",
    ("bright", "pink"): "magenta",
}
"""A shade's word and a colour make another colour of `NAMES`."""

_SHADE_OF: Final = {
    **dict.fromkeys(("light", "pale", "pastel", "baby", "sky"), "light"),
    **dict.fromkeys(("dark", "deep", "midnight", "navy"), "dark"),
    **dict.fromkeys(("neon", "hot", "bright", "vivid"), "bright"),
}
_WORD: Final = re.compile(r"\w+|[,.;!?]")
COLOUR_WORDS: Final = tuple(_NAME_OF)
SHADE_WORDS: Final = tuple(_SHADE_OF)


def named(english: str) -> Sequence[str]:
    """Return the colours said, in order."""
    found: list[str] = []
    shade = ""
    for word in _WORD.findall(english.casefold().replace("-", " ").replace("off white", "offwhite")):
        if name := _NAME_OF.get(word):
            found.append(_SHADES.get((shade, name), name))
            shade = _SHADE_OF.get(word, "")
        else:
            shade = _SHADE_OF.get(word, shade if word == "ish" else "")
    return found
