"""The several things that one text may report: "lost my keys and a red umbrella"."""

import re
from collections.abc import Sequence
from typing import Final

from reunite.text import words
from reunite.text.colour_words import named_colours
from reunite.text.heads import head_phrase, names_only_parts, never_names_a_thing, without_requests
from reunite.text.kinds import CONTAINERS, relation
from reunite.text.normalise import normalise
from reunite.text.phrases import UNSPACED
from reunite.text.speakers import without_speakers
from reunite.text.word_lists import LISTED_THINGS, MORE_THINGS, THINGS
from reunite.text.written_out import written_out

MAX_PARTS: Final = 6
"""The last part takes the rest of the text."""

_BEGINNING: Final = 100
"""Characters of a part that name its thing."""
_BETWEEN: Final = re.compile(
    r"((?<![^\S\n])(?>(?:[^\S\n]*+(?:[,;:.+&/、，\n]|\b(?:and|plus|also|y|et|und)\b))+)\s*+)", re.IGNORECASE
)
_ELSEWHERE: Final = re.compile(r"\b(?:in|on|at|from|near|by|under|behind|after|before|during|since)\b", re.IGNORECASE)
_HOLDS: Final = re.compile(
    r"\b(?:traen?|llevan?|contient|contiene|zawiera|dentro|tem|tinham?)\b"
    r"|\b(?:dedans|drin|darin|inside|has|had|contains|containing|contents|holds|full|pockets?|in (?:it|there))\b"
    r"|[入付]|つき|里面|裡面",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"\w|&")
_HELD_TOO: Final = re.compile(
    r"\A(?![^.!?\n]{0,40}\b(?:with|also|an?|my|the|left|forgot\w{0,9}|verg[ae]ss\w{0,9}|(?:laiss|oubli|dej|olvid|lasciat|dimentic"
    r"|deix|esquec)\w{0,9})\b)[^.!?\n]{1,40}\b(?:inside|in it|drin|darin|dedans|dentro)\W*\Z",
    re.IGNORECASE,
)
"""What follows a first thing that another one holds, too: "a bag, ID and keys inside"."""
_LACKED: Final = re.compile(
    r"\A\s{0,3}(?:but |just )?(?:(?:without|no(?! (?:sign|idea|luck|clue|trace|news|one)\b)|kein\w{0,2}|ohne"
    r"|geen|zonder|sans(?! fil\b)|sin|sem|senza|bez)\b|没有?|不[带帶]|无(?![线印])|無(?![線印地]))"
    r"|\b(?:nicht (?:dabei|drin|darin)|(?:not|wasnt|wasn['’]t) (?:included|inside|with it|in it|there))\b",
    re.IGNORECASE,
)
"""What a thing was found or lost without: "no case", "Etui war nicht dabei"."""
_NOT_THAT: Final = re.compile(
    r"\A\s{0,3}(?:it['’]?s )?(?:not|pas|no es|non è|geen|niet) (?:(?:an?|the|une?|una) )?"
    r"[^\W\d_]{2,20}(?: [^\W\d_]{2,20})?\s{0,3}\Z",
    re.IGNORECASE,
)
"""What a thing isn't: "red bag, not a backpack, more like a tote"."""
_UNSPACED_COMMA: Final = re.compile(r"[、，]")
_ONE_THING: Final = frozenset(("broader", "narrower"))
_ARTICLE: Final = re.compile(r"(?:lost |found )?an?\b", re.IGNORECASE)
_WITH: Final = re.compile(r"\bwith\b", re.IGNORECASE)
_KNOWN: Final = THINGS | MORE_THINGS
_TWO_WORDS: Final = re.compile(r"\b(power|sleeping) (bank|bag)\b", re.IGNORECASE)
_COUNTED: Final = re.compile(
    r"(?:an?|one|two|three|\d{1,2})\s(?!.{0,60}\b(?:on|in|to|of) (?:it|them)\b)", re.IGNORECASE
)
"""How a further thing of a list begins: "hair clips, a tooth"."""
_IN_A_LIST: Final = 2
"""Words of a piece that is rather an item of a list than a description."""
_HOLDING: Final = ("luggage", "wallet", *CONTAINERS)
_HOLDERS: Final = frozenset(("same", "broader"))
_COVERS: Final = frozenset(("case", "cover", "sleeve", "pouch"))
_ON: Final = {
    "key": frozenset(("keyring", "keychain", "lanyard", "fob", "charm", "tag", "carabiner")),
    "phone": frozenset(("strap", "charm")),
    "watch": frozenset(("strap", "band")),
}
"""What is on a thing: "keys, red lanyard"."""
_BUNCH: Final = re.compile(r"\bkeys?\s{0,3}:", re.IGNORECASE)
"""Keys before a list of which they are: "keys: 2 house keys, a bike key and a keyring"."""
_NUMBER: Final = re.compile(r"\b\d{1,3}\b")
_BESIDES: Final = re.compile(r"\b(?:also|plus)\b", re.IGNORECASE)


def parts(text: str) -> Sequence[str]:
    """Return the normalised words about each thing; empty if a text is about one thing.

    What a thing has or holds ("a bag with a laptop and keys") stays with it.
    """
    return parts_of(normalise(written_out(text)))


def parts_of(normalised: str) -> Sequence[str]:
    """Return the words about each thing of a text that is normalised already."""
    first, *rest = _BETWEEN.split(normalised)
    found, named, holds, previous = [first], _names_a_thing(first), _holds(first), first
    names_any, unread = False, [first]
    for between, piece, joined, following in zip(
        rest[::2], rest[1::2], (*rest[2::2], ""), (*rest[3::2], ""), strict=False
    ):  # none follows the last
        if _NOT_THAT.match(piece):
            found[-1] += between + piece
            continue
        names = _names_a_thing(_WITH.split(piece)[0])
        if not (named and names) and ":" not in between and _is_counted(_WITH.split(piece)[0]):
            names_any = names_any or any(map(_names_any, unread))
            unread.clear()
            named, names = named or names_any, names or names_any
        unread.append(piece)
        is_part = (
            holds
            or _is_of_part(_WITH.split(piece))
            or _is_of_a_bunch(found[-1] + between, piece)
            or _names_only_a_cover(between, found[-1][:_BEGINNING], piece, following)
            or (
                _AND.search(joined) and not _AND.search(between) and _HELD_TOO.match(following) and _can_hold(found[-1])
            )
        )
        is_part = (is_part and not _BESIDES.search(between)) or bool(_LACKED.search(piece))
        repeated = _repeated_thing(found, piece) if named and names and not is_part else None
        if repeated is not None:
            found[repeated] += between + piece
            previous = piece
            continue
        is_next = named and names and not is_part and _separates(between, previous, piece, following)
        if is_next and len(found) < MAX_PARTS:
            found.append(piece)
            holds = _holds(piece)
        else:
            found[-1] += between + piece
            holds = holds or _holds(piece)
        named, previous = named or names, piece
    return tuple(found) if len(found) > 1 else ()


def _separates(between: str, before: str, after: str, following: str) -> bool:
    """Whether a sign between two things may stand for "and": "keys/wallet", not "scarf/shawl" or "phone, an iPhone"."""
    # What wasn't translated may say anything of the thing before or after it.
    if _UNSPACED_COMMA.search(between) and (UNSPACED.search(before) or UNSPACED.match(after.strip())):
        return False
    things = head_phrase(before), head_phrase(after)
    related = relation(*filter(None, things)) if all(things) else "unknown"
    if "/" in between:
        return related == "other"
    is_named_again = related == "same" and len(_NUMBER.sub("", after).split()) == 1  # "bunch of keys, 5 keys"
    is_one = is_named_again or related in _ONE_THING
    return between.strip() != "," or not is_one or _are_two(before, after, following)


def _are_two(before: str, after: str, following: str) -> bool:
    """Whether a thing after a comma is another one, and not what the one before is: "a red bag, a blue backpack"."""
    coloured = [bool(named_colours(piece)) for piece in (before, after)]
    if (
        _differ_in_attribute(before, after)
        or all(coloured)
        or (any(coloured) and _ARTICLE.match(before) and _ARTICLE.match(after.strip()))
    ):
        return True
    return bool(_things(following) - _COVERS) and not names_only_parts(
        _WITH.split(following)[0]
    )  # "keys, car key, wallet"


def _differ_in_attribute(before: str, after: str) -> bool:
    """Whether two things of one name have other words before it: "bank card, student card"."""
    names = [[*map(words.stem, words.tokens(piece))] for piece in (before, after)]
    if any(len(name) < _IN_A_LIST for name in names) or names[0][-1] != names[1][-1]:
        return False
    which = {name[-2] for name in names}
    if names[0][-1] == "key" and named_colours(after):
        return len(which) > 1  # "house key, red car key"
    return len(which) > 1 and not any(word in THINGS or never_names_a_thing(word) for word in which)


def _names_only_a_cover(between: str, before: str, piece: str, following: str) -> bool:
    """Whether a piece after a comma is about the case that a thing is in: "phone, cracked screen, blue case".

    In a list it isn't: "phone, case, charger".
    """
    is_listed = len(words.tokens(piece)) == 1 and bool(_things(following))
    covers = _COVERS.union(*(_ON.get(thing, ()) for thing in _things(before)))
    named = _things(piece)
    is_cover = bool(named & covers) and named - _things(before) <= covers
    return not between.strip(" ,;:.，、；") and is_cover and not is_listed


def _is_of_a_bunch(before: str, piece: str) -> bool:
    """Whether a piece says which keys a bunch has, or what else is on it. A key's colour isn't the bunch's."""
    thing = head_phrase(piece)
    kind = words.stem(thing.split()[-1]) if thing else ""
    is_on_it = kind in _ON["key"] or (kind == "key" and not named_colours(piece))
    return is_on_it and bool(_BUNCH.search(before))


def _repeated_thing(found: Sequence[str], piece: str) -> int | None:
    """Return which of the things so far a piece says the colour of: "a bag and a scarf, the scarf is red"."""
    if not named_colours(piece) or _ARTICLE.match(piece.strip()) or _BUNCH.search(found[-1]):
        return None
    thing = head_phrase(piece)
    same = (
        position
        for position, part in enumerate(found)
        if thing and head_phrase(part) == thing and not named_colours(part)
    )
    return next(same, None)


def _is_of_part(around_with: Sequence[str]) -> bool:
    """Whether a piece is about a part of another thing, before any "with", which in Japanese ends it (青いタグ付き)."""
    before, *after = around_with
    return bool(_HOLDS.search(before)) or (bool(after) and not after[-1].strip(" .。!！"))


def _holds(piece: str) -> bool:
    return bool(_WITH.search(piece) or _HOLDS.search(piece))


def _can_hold(part: str) -> bool:
    """Whether a thing is one that others are kept in."""
    thing = head_phrase(part[:_BEGINNING])
    return thing is not None and any(relation(kind, thing) in _HOLDERS for kind in _HOLDING)


def _names_a_thing(piece: str) -> bool:
    return bool(_things(piece))


def _is_counted(piece: str) -> bool:
    """Whether a piece is any further thing of a list: "hair clips, a tooth"."""
    return bool(_COUNTED.match(piece.lstrip())) and _names_any(piece)


def _names_any(piece: str) -> bool:
    return not names_only_parts(_ELSEWHERE.split(piece, maxsplit=1)[0])


def _things(piece: str) -> set[str]:
    tokens = words.tokens(
        _ELSEWHERE.split(_TWO_WORDS.sub(r"\1\2", without_requests(without_speakers(piece))), maxsplit=1)[0]
    )
    known = _KNOWN | LISTED_THINGS if len(tokens) <= _IN_A_LIST else _KNOWN
    return {words.stem(word) for word in tokens if not known.isdisjoint((word, words.stem(word)))}
