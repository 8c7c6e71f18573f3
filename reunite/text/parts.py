"""The several things that one text may report: "lost my keys and a red umbrella"."""

import re
from collections.abc import Sequence
from typing import Final

from reunite.text import words
from reunite.text.negation import what_is_said

MOST_PARTS: Final = 6
"""The last of them holds the rest."""

_NAMES: Final = """
airpods backpack bag ball basketball bathrobe beanie belt bicycle bike binder blanket blazer blouse book boot bottle
bowl box bracelet brooch brush cable calculator camera candle cap car card cardigan case charger clock coat comb cup
doll dress drone earbud earphone earring flask flute folder football glasses glove goggles guitar hairbrush handbag
hat headphone headset helmet hoodie ipad iphone jacket jeans jumper kettle key keyboard keyring kindle kite knife lamp
laptop leash leggings lighter lipstick lunchbox mirror mitten mug necklace notebook onesie parka passport pen pencil
perfume phone pillow plate plush plushie pouch pram purse pushchair puzzle pyjamas racket raincoat ring robot romper
rucksack sandal satchel scarf scooter shades shirt shoe shorts skateboard skates skirt slipper sneaker snowsuit sock
speaker spoon suitcase sunglasses sweater sweatshirt swimsuit tablet teapot teddy ticket tie towel toy tracksuit
trainer trousers trunks tumbler umbrella vase violin waistcoat wallet watch
"""
_THINGS: Final = frozenset(_NAMES.split())
"""What is lost by itself, not as a part or a picture of another thing."""

_BETWEEN: Final = re.compile(
    r"((?<![^\S\n])(?:[^\S\n]*+(?:[,;:.+&\n]|\b(?:and|plus|also|y|et|und)\b))++\s*+)", re.IGNORECASE
)
_ELSEWHERE: Final = re.compile(r"\b(?:in|on|at|from|near|by|under|behind)\b", re.IGNORECASE)
_HOLDS: Final = re.compile(
    r"\b(?:inside|has|had|contains|containing|contents|holds|full|pockets?|in (?:it|there))\b", re.IGNORECASE
)
_WITH: Final = re.compile(r"\bwith\b", re.IGNORECASE)
_BESIDES: Final = re.compile(r"\b(?:also|plus)\b", re.IGNORECASE)


def parts(text: str) -> Sequence[str]:
    """Return the words about each thing, in English as far as they are known; none where a text is about one thing.

    What a thing has or holds ("a bag with a laptop and keys") stays with it.
    """
    first, *rest = _BETWEEN.split(what_is_said(text))
    found, named, holds = [first], _names_a_thing(first), _holds(first)
    for between, piece in zip(rest[::2], rest[1::2], strict=True):
        names = _names_a_thing(piece)
        is_held = (holds or _HOLDS.search(_WITH.split(piece)[0])) and not _BESIDES.search(between)
        if named and names and not is_held and len(found) < MOST_PARTS:
            found.append(piece)
            holds = _holds(piece)
        else:
            found[-1] += between + piece
            holds = holds or _holds(piece)
        named = named or names
    return tuple(found) if len(found) > 1 else ()


def _holds(piece: str) -> bool:
    return bool(_WITH.search(piece) or _HOLDS.search(piece))


def _names_a_thing(piece: str) -> bool:
    telling = words.tokens(_ELSEWHERE.split(piece, maxsplit=1)[0])
    return any(word in _THINGS or words.stem(word) in _THINGS for word in telling)
