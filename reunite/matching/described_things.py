"""The things that a report's text describes: the noun of each, and its colours."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from reunite.text import heads
from reunite.text.colour_words import COLOUR_OR_SHADE, COLOURS_AND_SHADES, METALS, colours_and_words, leaves_a_choice
from reunite.text.kinds import CONTAINERS
from reunite.text.normalise import normalise
from reunite.text.speakers import without_their_owner

_WITH_FIRST: Final = re.compile(r"\A[\s,]*+with\b")
_AT_ITS_END: Final = r"(?=\s*[,.;:!?()\n]|\s*$| (?:found|lost|missing|with)\b)"
_A_COLOUR: Final = rf"(?: {COLOUR_OR_SHADE}\b)"
_OR: Final = r"(?: (?:and|or|oder|ou|o|albo|lub|maybe)){0,2}"
_IN_COLOUR: Final = rf"(?:in|en)(?:{_OR}{_A_COLOUR})+{_AT_ITS_END}"
"""What a thing comes in is its own: "a case in white"."""
_MATERIAL: Final = (
    "(?:wool|leather|jeans|denim|cotton|silk|velvet|suede|felt|plastic|metal|wood|wooden|steel|silver|gold)"
)
_IN_MATERIAL: Final = rf"(?:in|en|w) {_MATERIAL}\b{_A_COLOUR}*{_AT_ITS_END}"
_SAYS_MORE: Final = re.compile(
    rf"\b(?:(?<!luck )with(?!{_A_COLOUR}{{0,2}} {_MATERIAL}\b{_AT_ITS_END})|(?<!one )(?<!body )(?<!ever )(?<!^)has"
    r"(?! any| some| lost(?! its\b)| left| dropped| misplaced| forgotten)"
    r"|having|contain\w{0,3}|holds?|holding"
    r"|in(?=(?: [\w-]{1,20}){1,2} frames?\b)"
    r"|there (?:is|are|was|were)|plus|also|full of|lined|mit|con|avec|com|ze|z|dans|dentro|darin|drin)\b"
)
"""Words after which a text says what a thing has or holds."""
_BESIDES: Final = re.compile(r"\b(?:also|plus|there (?:is|are|was|were))\b")
"""After these, a text begins again: "gg all! also, I lost my hat"."""
_BEGINS_AGAIN: Final = r" (?:i|we) (?:have |think |just )?(?:left|lost|found|forgot|dropped)\b"
"""As people dictate: "it's maria from accounts i left my bag"."""
_SENTENCES: Final = re.compile(r"[.!?\n]")
_LOST_OR_FOUND: Final = re.compile(
    r"\s{0,3}(?:i |we |have |just ){0,4}(?:lost|found) (?:(?:a|an|my|our|some|the) |[\w-]{1,30}\s{0,3}\Z)"
    r"|\s{0,3}(?:(?:a|my|the) )?[\w-]{1,30} (?:lost|found)\s{0,3}\Z"
)
"""How a sentence says it directly: "found a mug", "mug found"."""
_ELSEWHERE: Final = re.compile(
    rf"(?<=[^\s])(?<!\bhanded)(?<!\bturned)\s+(?!{_IN_COLOUR}|{_IN_MATERIAL})"
    r"(?!under armou?r\b)"
    r"(?:next to|beside|near|behind|under|underneath|below|above|between|among|on|in|inside|into|at|by"
    r"|from|close to|in front of|opposite|against|neben|auf|unter|hinter|bei|beim|am|im|vor|zwischen|junto a|al lado de"
    r"|cerca de|sobre|debajo de|en|detras de|pres de|sur|sous|derriere|obok|kolo|przy|pod|na|w|za)"
    rf"(?![\w-])(?! (?:it|them)\b)(?:(?!{_BEGINS_AGAIN})[^,.;:!?()\n])*"
)
"""What a text says about other things around its own. "On-ear headphones" are no headphones on an ear."""
_IN: Final = re.compile(r"(?<=\S)\s(?:in|inside|dans|en|im|nel|w)((?:\s[\w-]{1,20}){1,4})", re.IGNORECASE)
"""What a thing is in: "earphones in a black pouch"."""
_PHRASES: Final = re.compile(r"[,.;:!?()\n，；：（）]|\s[-–—]\s")
_OWN_PHRASES: Final = re.compile(rf"{_PHRASES.pattern}|[、。，！？]")
_OF_OTHERS: Final = re.compile(
    r"\b(?:in|inside|into|for|to|near|next|at|behind|(?<=\w )on|like|für|im|neben|bei|beim|auf|wie|dans|dedans|pour"
    r"|près|sur|chez|comme|en|dentro|para|cerca|junto|como|nel|nella|per|na|w|dla|przy|obok|jak)\b|中に"
)
"""Words after which a phrase is about another thing or a place. "Under" isn't one: it begins a brand; nor is
the French "on" that begins a sentence."""
_WORD: Final = re.compile(r"\w+")
_ONLY_COLOURS: Final = COLOURS_AND_SHADES | {"and"}
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_JAPANESE_ELSEWHERE: Final = re.compile(r"[^、。！\n]{1,30}の(?:横|隣|となり|近く|そば|上|下|前|後ろ|中)(?:で|に|から)")
_JAPANESE_PHRASES: Final = re.compile(r"[、。！？!?…\s]")
_MAX_JAPANESE: Final = 500
"""Characters that are taken apart: nobody describes a thing in more."""
_OF: Final = re.compile(
    r"(?<!ぬいぐるみ)(?<!おもちゃ)(?<!人形)(?<!木製)の"
    r"(?!ぬいぐるみ|おもちゃ|キャップ|片方|片割れ|忘れ物|落とし物|[右左][側耳手]?(?:だけ|のみ|[をがで]))"
)
_MADE_FOR_OTHERS: Final = frozenset(("case", "cover", "key"))
"""In Japanese, the colour before what these are for is their own: 青のスマホのケース."""
_HAS: Final = re.compile(
    r"(?:が|の|に)?(?:(?:付い|つい)て(?:い?る|ます|います)|付いた|ついた|付き|つきの|入った|入り|貼ってある|貼られた|描かれた|描いてある|書かれた|書いてある)の?"
    r"|[がの]ある(?=[^、。\s])"
)
"""Between what a thing has and the thing itself, in Japanese."""
_MANY_COLOURED: Final = re.compile(
    r"\b(?:multi-?colou?red|colou?rful|rainbow|patterned|striped|checked|dotted|tartan|plaid|floral|flowery|tie-?dyed?"
    r"|tabby|tortoiseshell|tortie|calico|brindled?|merle|piebald)\b"
)


_MODELS: Final = r"(?>(?: (?:\w{0,8}\d\w{0,8}|pro|max|mini|plus|ultra|air|se)){0,3})"
_NO_OTHER: Final = r"\b(?! (?:case|cover|charger|cable|sleeve|stand|holder|number)s?\b)"
_COLOURED: Final = rf"(?:{COLOUR_OR_SHADE} ){{1,3}}"
_BEFORE_ITS_CASE: Final = re.compile(
    rf"\b(?:phone|iphone|smartphone|laptop|macbook|tablet|ipad|kindle){_MODELS}"
    rf"(?= {_COLOURED}(?:case|cover|sleeve){_NO_OTHER})"
)
_AFTER_ITS_CASE: Final = re.compile(
    rf"\b(?P<case>{_COLOURED}(?:phone case of|(?:phone )?(?:case|cover)(?: [가-힣]{{1,4}})?)) "
    rf"(?P<phone>(?:phone|iphone|smartphone){_MODELS}){_NO_OTHER}"
)
"""A phone and the case that it's in, of which only the case has the colour: "phone blue case", "blue case iphone"."""
_ON_KEYS: Final = "(?:carabiner|lanyard|keyring|keychain|fob|tag|ribbon)"
_ON_IT: Final = re.compile(rf"\b(?:{_ON_KEYS}|strap)s?\b")
_BEFORE_ITS_PART: Final = re.compile(rf"\bkeys?(?= {_COLOURED}{_ON_KEYS}s?\b)")
_OF_WHAT: Final = (
    (_ON_KEYS, "keys?"),
    ("(?:lid|straw)", "(?:bottle|mug|flask|cup|tumbler|jar|lunchbox)"),
    ("handle", "(?:umbrella|knife|bag|racket|brush)"),
    ("soles?", "(?:shoe|trainer|sneaker|boot)s?"),
    ("straps?", "(?:watch|bag|handbag|guitar|camera)"),
    ("(?:frames?|rims?)", "(?:glasses|sunglasses|mirror)"),
)
_ITS_MAKE: Final = r"(?:(?!(?:and|or|with|without|on|in|of|for|from|my|the|an?)\b)[^\W\d_]{1,12} )?"
"""A word before the thing: "red lid water bottle"."""
_ENDS: Final = (
    r"\b(?! (?:cards?|fobs?|chains?|rings?|tags?|hooks?|bags?|box(?:es)?|cases?|covers?|charms?|holders?|stands?|racks?"
    r"|straps?|chargers?|cables?|sleeves?|cloths?|warmers?|brush(?:es)?|laces?)\b)"
)
_AFTER_ITS_PART: Final = tuple(
    re.compile(rf"\b(?P<part>{_COLOURED}{part}) (?P<thing>{_ITS_MAKE}{thing}{_ENDS})") for part, thing in _OF_WHAT
)
"""The same of keys and what is on them, and of what is named after its part: "green lid bottle"."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of `colours.NAMES`, and how it's called: a metal and a coat keep their names."""

    name: str
    word: str

    @property
    def is_metal(self) -> bool:
        return self.word in METALS


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a text. `colours` are its own, `details` those of its parts and contents."""

    noun: str | None
    colours: tuple[Colour, ...]
    details: tuple[Colour, ...]
    is_many_coloured: bool
    is_either: bool
    """Whether it has one of its colours, the text doesn't say which: "blue or green"."""


def things_of(text: str, parts: Sequence[str], answered: Sequence[str]) -> tuple[Thing, ...]:
    """Describe each thing of a text, given its normalised parts and the colour that its author has answered."""
    colours = [Colour(name, name) for name in answered]
    if _KANA.search(text) and len(parts) == 1:
        return (_thing(*_japanese(text), colours),)
    return tuple(_thing(*_split(part, position), colours) for position, part in enumerate(parts))


def part_nouns(parts: Sequence[str]) -> frozenset[str]:
    """Return the stems of the nouns that a text names as parts or contents of its thing, or as what it's kept in."""
    nouns = frozenset(
        noun for position, part in enumerate(parts) for noun in heads.things_in(_split(part, position)[1])
    )
    return nouns.union(*(heads.things_in(container) & CONTAINERS for part in parts for container in _IN.findall(part)))


def own_phrases(text: str) -> list[str]:
    """Return the phrases of a text before what its thing has or holds, without what they say about other things."""
    own = list[str]()
    for phrase in _OWN_PHRASES.split(text.casefold()):
        before, *more = _SAYS_MORE.split(phrase, maxsplit=1)
        own.append(_OF_OTHERS.split(before)[0])
        if more and not heads.names_only_parts(normalise(more[0])):
            break  # of "a bag with a laptop, Dell", Dell made the laptop, but not of "a hat with a bobble, Nike"
    return own


def _thing(own: str, more: str, answered: list[Colour]) -> Thing:
    noun, is_either = heads.name_of_thing(own), leaves_a_choice(own) and not answered
    own, of_parts = _without_parts(own, noun)
    colours = (*_colours(own), *answered) or _colours_of_outside(more, noun) or _colours_alone(more)
    details = (*_colours(of_parts), *_colours(more))
    return Thing(noun, colours, details, bool(_MANY_COLOURED.search(own)), is_either)


def _colours_of_outside(more: str, noun: str | None) -> tuple[Colour, ...]:
    """Return the colours of the part that gives a thing its colour: "glasses with a red frame"."""
    first = _PHRASES.split(more)[0]
    return tuple(_colours(first)) if noun and heads.names_what_gives_its_colour(first, noun) else ()


def _colours_alone(more: str) -> tuple[Colour, ...]:
    """Return the colours that stand alone after a part, and so are the thing's: "a hat with a bobble, beige"."""
    part, *phrases = _PHRASES.split(more)
    if not heads.names_only_parts(part):
        return ()  # "a bag with a laptop, silver"
    alone = (phrase for phrase in phrases if phrase.strip() and set(_WORD.findall(phrase)) <= _ONLY_COLOURS)
    return tuple(colour for phrase in alone for colour in _colours(phrase))


def _without_parts(own: str, noun: str | None) -> tuple[str, str]:
    """Split what is said about a thing into that, and the phrases about its parts: "coffee cup, green lid"."""
    thing, of_parts = list[str](), list[str]()
    for phrase in _PHRASES.split(own):
        is_of_part = noun and any(thing) and heads.names_a_part(phrase, noun)
        (of_parts if is_of_part else thing).append(phrase)
    return " ; ".join(thing), " ; ".join(of_parts)


def _split(part: str, position: int) -> tuple[str, str]:
    """Split a part of a text into what it says about its thing, and about what that has or holds.

    What surrounds a thing is left out, unless the text begins with it: the thing follows then.
    """
    words = _in_its_case(heads.with_lids(without_their_owner(part.casefold())))
    words = words if position == 0 else f", {words}"
    first, *rest = _SAYS_MORE.split(_ELSEWHERE.sub(" ", words))
    if rest and not heads.head_phrase(first) and (said := _sentence_about_it(_ELSEWHERE.sub(" ", words))):
        begin, *rest = _SAYS_MORE.split(said)
        return begin, " ; ".join((first, *rest))
    if rest and not (heads.head_phrase(first) if _BESIDES.search(words) else heads.name_of_thing(first)):
        more, *own = _PHRASES.split(rest[0], maxsplit=1)
        begins_with_more = _WITH_FIRST.match(words) and own and heads.head_phrase(own[0])  # "with a tag: scarf"
        first, rest[0] = (own[0], more) if begins_with_more else (f"{first} {rest[0]}", "")  # "there was a phone"
    return first, " ; ".join(filter(None, rest))


def _in_its_case(words: str) -> str:
    words = _AFTER_ITS_CASE.sub(r"\g<phone> with \g<case>", words)
    for after_its_part in _AFTER_ITS_PART:
        words = after_its_part.sub(r"\g<thing> with \g<part>", words)
    return _BEFORE_ITS_PART.sub(r"\g<0> with", _BEFORE_ITS_CASE.sub(r"\g<0> with", words))


def _sentence_about_it(words: str) -> str | None:
    """Return the first later sentence that says what was lost or found: "Seminar with Ms Pellegrino. Found a mug"."""
    for position, sentence in enumerate(_SENTENCES.split(words)):
        said = _SAYS_MORE.split(sentence)[0]
        if position and _LOST_OR_FOUND.match(said) and heads.head_phrase(said):
            return sentence
        if heads.things_in(sentence):
            return None
    return None


def _japanese(text: str) -> tuple[str, str]:
    """The same for Japanese, where what a thing has comes first: "the strap's bag"."""
    own, more = list[str](), list[str]()
    for phrase in _JAPANESE_PHRASES.split(_JAPANESE_ELSEWHERE.sub("", text[:_MAX_JAPANESE])):
        *has, thing = _HAS.split(phrase)
        more += map(normalise, has)
        *before, last = map(normalise, [*filter(None, _OF.split(thing))] or [""])
        made_for = heads.things_in(last) & _MADE_FOR_OTHERS
        of_others = [
            bool(heads.things_in(piece) or (_ON_IT.search(following) if made_for else heads.things_in(following)))
            for piece, following in zip_longest(before, before[1:], fillvalue="")
        ]
        more += [piece for piece, is_of_another in zip(before, of_others, strict=True) if is_of_another]
        own.append(" ".join((*(piece for piece, other in zip(before, of_others, strict=True) if not other), last)))
    return " ; ".join(own), " ; ".join(more)


def _colours(words: str) -> Iterator[Colour]:
    return (Colour(name, word) for name, word in colours_and_words(words))
