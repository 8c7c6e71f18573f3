"""The parts of a text that are no evidence of the thing, such as links, mentions, emoji, dates and greetings."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from reunite.text import serials
from reunite.text.colour_words import COLOUR_WORDS
from reunite.text.noise_patterns import Noise, Patterns, after_serials, before_serials
from reunite.text.place_words import DETERMINERS, FIRM, LOOSE
from reunite.text.word_lists import THINGS
from reunite.text.words import plain, stem
from reunite.text.written_out import written_out

_KNOWN: Final = frozenset({*THINGS, *COLOUR_WORDS})
_SPACES: Final = re.compile(r"[ \t]{2,}")
_LEFT_OF_WHEN: Final = re.compile(
    r"(?<!\w)(?:on|at|around|about|by|am|um|gegen|le|vers|el|a las|il|alle|em|dnia|o)[ \t]{1,3}:(?=\s)", re.IGNORECASE
)
"""The preposition of a date that began a text: "Found on 12/11: a hat"."""

_WHEN: Final = "\ue000"
"""Stands where a day or a time was, until the preposition before it is gone too: "lost at 9:30 a scarf"."""
_OF_THAT_TIME: Final = r"[ \t]{1,3}(?:bus|train|tram|metro|ferry|flight|coach|class|lecture|lesson|film|show)\b"
"""What is called by its time and keeps its preposition: "by 9:30 bus"."""
_LED_WHEN: Final = re.compile(
    r"(?:(?<![\w'’-])(?:at|on|around|about|by|before|after|since|until|till|from|del|du|um|gegen|vers|alle|às)"
    r"[ \t]{1,3}"
    rf"(?:(?:about|around|roughly|exactly|like)[ \t]{{1,3}})?(?={_WHEN}(?!{_OF_THAT_TIME})))?{_WHEN}",
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(r"[ \t]{0,3}(?:<?a?:|[^\w\s,.;:!?()]){0,8}[ \t]{0,3}[^\W\d_]")
_NOT_LAST: Final = DETERMINERS | frozenset(word for lead in (*FIRM, *LOOSE) for word in lead) | frozenset(COLOUR_WORDS)
"""Words that no phrase ends with."""
_LAST_WORD: Final = re.compile(r"[^\W_]{1,30}(?=[ \t]{0,3}$)")
_LOOKED_BACK: Final = 34
"""Characters before an emoji."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without its noise, and the removed parts."""

    text: str
    found: Mapping[Noise, tuple[str, ...]]
    serials: tuple[str, ...]
    """They are still in the text."""


def clean(text: str) -> Cleaned:
    """Take the noise out of a text. A hashtag that is a thing or a colour stays as a word ("#keys")."""
    found: dict[Noise, list[str]] = {}
    text = _without(written_out(text), before_serials(), found)
    pieces, codes, end = list[str](), list[str](), 0
    for start, stop in serials.spans(text):
        pieces += [_without(text[end:start], after_serials(), found), text[start:stop]]
        codes.append(text[start:stop])
        end = stop
    pieces.append(_without(text[end:], after_serials(), found))
    cleaned = _SPACES.sub(" ", _LEFT_OF_WHEN.sub(":", "".join(pieces))).strip()
    return Cleaned(cleaned, {kind: tuple(texts) for kind, texts in found.items()}, tuple(codes))


def _without(text: str, patterns: Patterns, found: dict[Noise, list[str]]) -> str:
    for kind, pattern in patterns:
        text = pattern.sub(_replacement(kind, found), text)
        if _WHEN in text:
            text = _LED_WHEN.sub(" ", text)
    return text


def _replacement(kind: Noise, found: dict[Noise, list[str]]) -> Callable[[re.Match[str]], str]:
    """Return what replaces a match: a space, the word of a hashtag, or the end of a sentence instead of a heading."""

    def replace(match: re.Match[str]) -> str:
        word = match[0].lstrip("#＃")
        if kind is Noise.ID and serials.is_called_one(match):
            return match[0]
        if kind is Noise.HASHTAG and stem(word.casefold()) in _KNOWN:
            return f" {word}"
        found.setdefault(kind, []).append(match[0].strip())
        if kind is Noise.EMOJI and _ends_a_phrase(match):
            return ", "
        if kind in {Noise.DATE, Noise.TIME}:
            return _WHEN
        return ". " if kind in {Noise.HEADING, Noise.CONTACT} and match.start() else " "

    return replace


def _ends_a_phrase(emoji: re.Match[str]) -> bool:
    """Whether an emoji stands between two phrases: "my bag is gone 😭 black, with a tag", but not "my 🔑 keys"."""
    text, start, end = emoji.string, emoji.start(), emoji.end()
    before = _LAST_WORD.search(text, max(0, start - _LOOKED_BACK), start)
    if before is None or plain(before[0]) in _NOT_LAST:
        return False
    return _GOES_ON.match(text, end, end + _LOOKED_BACK) is not None
