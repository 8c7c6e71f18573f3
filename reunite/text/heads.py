"""The head of a description: the noun that names its thing."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from reunite.text import kinds
from reunite.text.colour_words import COLOUR_OR_SHADE, COLOURS_AND_SHADES
from reunite.text.content import content_of
from reunite.text.data import read_toml
from reunite.text.frequency import Frequency, frequency
from reunite.text.normalise import normalise
from reunite.text.phrases import any_of, listed
from reunite.text.speakers import without_speakers
from reunite.text.word_lists import QUANTITIES, THINGS
from reunite.text.words import plain, stem

_LISTS: Final = read_toml("heads.toml")
_NOUNS: Final = THINGS | frozenset(stem(noun) for noun in _LISTS["nouns"].split())
_NEVER: Final = QUANTITIES | frozenset(_LISTS["never"].split()) | COLOURS_AND_SHADES

_ANIMALS: Final = frozenset(read_toml("misspellings.toml")["stuffed"]["animals"].split())
_MADE_OF: Final = r"soft toy|wooden|fabric|plastic|knitted|crochet(?:ed)?|felt"
_ANIMAL: Final = rf"(?:{'|'.join(sorted(_ANIMALS))})s?"
_TOY_ENDS: Final = rf"with|and|found|lost|left|from|of|in|on|at|is|was|my|our|{COLOUR_OR_SHADE}"
_DEPICTS: Final = re.compile(
    rf"\b(?:(?:{_MADE_OF}|toy|teddy(?! bear))[ -](?P<after>{_ANIMAL})"
    rf"|(?<!teddy )(?P<before>{_ANIMAL}) (?:of |in )?(?:{_MADE_OF}))\b(?=\W{{0,3}}(?:$|[^\w\s]|(?:{_TOY_ENDS})\b))"
)
"""A toy that depicts an animal: a "wooden horse", but not a "plastic dog bowl"."""

_PARTS: Final = frozenset(stem(noun) for noun in _LISTS["parts"].split())
MATERIALS_AND_MOTIFS: Final = frozenset(read_toml("distinctive.toml")["materials_and_motifs"].split())
_NEVER_ALONE: Final = frozenset(_LISTS["never_alone"].split())
_STRAPPED, _COVERED, _FRAMED = (frozenset(map(stem, _LISTS[key].split())) for key in ("strapped", "covered", "framed"))
_LOOKS, _FOR_WHOM, _BEFORE_TOP = (frozenset(_LISTS[key].split()) for key in ("looks", "for_whom", "before_top"))
_ANYTHING: Final = frozenset(_LISTS["anything"].split())
"""Nouns for whatever a thing is, which another noun names."""
_PEOPLE: Final = frozenset(_LISTS["people"].split())
_MOTIFS: Final = frozenset(stem(noun) for noun in _LISTS["motifs"].split())
_SHOWING: Final = frozenset(_LISTS["showing"].split())
_SHOWN: Final = _MOTIFS | _ANIMALS | frozenset(_LISTS["shown"].split())
_TOP: Final = "top"


def _any(key: str) -> str:
    return f"(?:{'|'.join(_LISTS[key].split())})s?"


_CLOSED: Final = _any("closed")
_CLOSES: Final = re.compile(
    rf"\b(?P<whole>(?:{_CLOSED}) )(?:s )?(?:cap|top)\b(?! (?:and|with)\b)"
    rf"|\b(?:cap|top)\b(?=(?: (?:is|was|went))?(?: missing)? (?:of|from|for|to|off)(?: \w{{1,12}}){{0,3}} {_CLOSED}\b)"
)
"""A cap or a top that closes something else is its lid: "pen cap", "the top of my flask"."""
_OF_JEANS: Final = re.compile(
    rf"\b(?:jeans? (?P<after>{_any('made_of_jeans')})|(?P<before>{_any('made_of_jeans')}) (?:of |in )?jeans)\b"
)
"""A garment of denim is no pair of jeans: "jeans jacket", "giacca di jeans"."""
_NAMES: Final = re.compile(any_of(listed(_LISTS["names"])), re.IGNORECASE)
_LIGHTS: Final = re.compile(rf"\b({'|'.join(_LISTS['lights'].split())}) lights?\b")
"""A light is a thing after these, and else no dark colour."""
_PING_PONG: Final = re.compile(r"\b(?:table[ -]tennis|ping pong)\b")
"""One sport by two names, as one word, so that it stays with the noun after it."""
_SERVICE: Final = re.compile(
    r"\b(?:after|before|during|at|nach|beim|vor|wahrend|despues|durante|antes|dopo|prima|apos|depois|apres|pendant|avant"
    r"|po|na|przed|podczas|tijdens) (?:the )?rosary\b"
)
"""The prayer and no thing: "after the rosary I forgot my umbrella"."""
_HELMETS: Final = re.compile(rf"\bheadphones (?:(?:of|for|de|para) )?(?={_any('ridden')}\b)")
_NAMED_FIRST: Final = re.compile(
    rf"\b(?P<first>{_any('named_first')}) (?P<what>{_any('for_what')})\b(?! (?:case|bag|charger|cable))"
)
"""A thing whose noun comes first, as in French: "case glasses", of "étui lunettes"."""

_PHRASE_END: Final = re.compile(r"[,.;:!?()\[\]/+\n…–—、。！？「」・，；：（）]|\s-\s")
_REST: Final = re.compile(
    r"(?<![\w-])(?:with|without|for|of|in|on|at|to|near|from|by|after|before|during|since|behind|under|next|somewhere|around|inside|that|which|who|and"
    r"|not|but|like|when|while|because|has|had|have|is|was|are|were|belonging|belongs|containing|contains|made|or|than)(?![\w-])"
)
"""Words after which a phrase says more about its thing, or about another one."""
_BEFORE_IT: Final = re.compile(r"\A\W{0,5}during\b[^,.;:!?\n]{0,80}?\b(?=(?:lost|found|forgot|forgotten|left)\b)")
"""When a thing was lost, before the thing: "during the break I lost a hat"."""
_RULED_OUT: Final = re.compile(
    r"\b(?:not|no)\b(?! longer (?:have|has|find|see|got)\b)"
    r"(?! (?:traia|tenia|tengo|encuentro|encontre|veo|esta|estaba|aparece)\b)"
    r"(?>(?:(?!\b(?:but|pero|ma|mas)\b).)*)"
)
_NOT_MINE: Final = re.compile(
    r"\A\W{0,3}(?:(?:it|this|that)(?:['’]?s| is) )?not (?:my|mine(?:,? but)?)\b"
    r"(?![^\n]{0,60}\b(?:(?:but|it['’]?s) my|lost|missing)\b)",
    re.IGNORECASE,
)
"""How a find begins that somebody else posts: "not my scarf but it's been here all week"."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ASIDE: Final = re.compile(
    r"\b[^\W\d_]{1,30}(?:['’]s|s['’])(?=\s)(?!\s(?:gone|missing|been|still|not|vanished|disappeared)\b)|\byour\s\w{1,30}"
    r"|(?:^|(?<=[,.;:!?(\n])|(?<=[,.;:!?(\n] )|\b(?:I|we|just|also|he|she) )saw "
    r"(?=(?:an?|the|this|that|my|your|his|her|our|their|some\w{0,6}|two|three|\d{1,3}|in|on|at|near|by|under)\b)"
    r"|\b(?:this|that|here|there|it)(?:['’]s| is| are| was| were)\b"
    r"|\b(?:no|any|more) (?:luck|news|sign|trace)s? (?:with|of|on|about|finding)\b"
    r"|\b(?:look|looking|search|searching|hunting) for\b"
    r"|\b(?:to )?have (?:just |also |probably )?(?=(?:lost|found|left|misplaced|mislaid|forgotten|dropped)\b)"
    r"|(?:^|(?<=[.!?\n])|(?<=[.!?\n] ))(?:has|have|is|are|was|were) "
    r"(?=(?:my|our|his|her|their|an?|the)\b[^.!?\n]{0,80}\?)"
    r"|\bcan(?:['’]?t\b|not\b)|\bcan (?=i |you |we |any|some|no )"
    r"|\b(?:has|have|did|does) (?:any|some)(?: ?one| ?body)?\b"
    r"|\btop (?:of|to|off)\b"
    r"|\b(?:keeps?|keeping|kept|stays?)(?: (?:it|them|this|yours?))? safe\b"
    r"|\bsafe (?:and sound|with (?:me|us))\b"
    r"|\b(?:one|some|two|owners?|pair|stack|set|bunch|(?<!lunch )box|pack|packet|lot|couple|bundle|pile)s? of\b",
    re.IGNORECASE,
)
"""Whose a thing is ("my son's jacket"), that it's there or sought or asked for ("has my hat…?"), what readers have, how
much of it there is, that it's kept safe, that it "seems to have" been lost, and that it's about its top."""
_ASKED: Final = re.compile(
    r"\b(?=[bkprtw])(?<!my )(?<!the )(?<!a )(?:(?:ring|phone|text|book|watch)(?= (?:me|us|him|her|them)\b)"
    r"|ring(?= the (?:bell|office|reception)\b)|watch(?= out\b)|keep (?:an? )?watch\b)"
    r"|(?<=if found )(?:ring|phone|text)\b",
    re.IGNORECASE,
)
"""What readers are asked to do, called like a thing: "ring the bell"."""
_TRAINED = "|".join(_LISTS["trained"].split())
_PLAYED = "|".join(_LISTS["played"].split())
_ACTIVITY: Final = re.compile(
    rf"\b(?:(?:{_TRAINED}|{_PLAYED}) (?:practice|lesson|training|class|rehearsal|workshop|club|course)e?s?"
    rf"|(?:{_PLAYED}) (?:match|game|tournament|team)e?s?)\b",
    re.IGNORECASE,
)
"""What people do with a thing, and that isn't one: "football practice"."""
_WHO_FOUND: Final = re.compile(
    r"(?:^|(?<=[.!?\n])|(?<=[.!?\n] ))(?P<who>(?:[^\W\d_]{1,20} ){1,3})(?:just |also )?"
    r"(?:found|lost|left|forgot|dropped|misplaced|picked up|handed in)"
    r"(?= (?:an?|my|his|her|our|their|some|one|two|three)\b"
    r"(?! (?:week|day|few|month|while|bit|couple|minute|hour|year)s?\b))",
    re.IGNORECASE,
)
"""Who found or lost a thing, which may be called like one: "driver found a hat"."""
_OF_A_THING: Final = re.compile(rf"\b({_CLOSED})['’]s(?=\s)", re.IGNORECASE)
"""Whose part a thing is: "my flask's lid"."""


def head_of(text: str) -> str | None:
    """Return the noun that a text in any of our languages is likely about, in English where we know it."""
    name = name_of_thing(normalise(content_of(text).thing))
    return name and name.split()[-1]


def name_of_thing(english: str) -> str | None:
    """Return what an English text likely calls its thing: the first known thing, or else the first likely noun."""
    leading, later = _pieces(english)
    return _first_known(leading, later) or next(filter(None, map(_likely, leading)), None)


def head_phrase(english: str) -> str | None:
    """Return the first known thing with the things before it that say what it's for: "phone case"."""
    return _first_known(*_pieces(english))


def _first_known(leading: list[list[str]], later: list[list[list[str]]]) -> str | None:
    """Return the first run of things. In what is said of a thing, "top" alone isn't one."""
    said_later = [[_known(piece) for piece in pieces if piece != [_TOP]] for pieces in later]
    runs = [*filter(None, (*_without_parts(leading, said_later), *chain.from_iterable(said_later)))]
    return next((run for run in runs if stem(run.split()[-1]) not in _ANYTHING), runs[0] if runs else None)


def _without_parts(leading: list[list[str]], said_later: list[list[str | None]]) -> Iterator[str | None]:
    """Leave out a phrase about a part of what is named before: "who has my coat? Blue lining".

    A part may be lost or found itself.
    """
    is_lost_or_found = is_named = False
    for words, later in zip(leading, said_later, strict=True):
        run = _known(words)
        is_lost_or_found = is_lost_or_found or not _LOST_OR_FOUND.isdisjoint(words)
        if not (run and stem(run) in _NEVER_ALONE and is_named and not is_lost_or_found):
            yield run
        is_named = is_named or any(later)


def things_in(english: str) -> frozenset[str]:
    """Return the stems of all nouns of things, whatever a text says about them."""
    return frozenset(stem(word) for word in _WORD.findall(_folded(english)) if _is_thing(word))


def names_a_part(phrase: str, thing: str) -> bool:
    """Whether a phrase is about a part of this thing, and not about the thing itself."""
    named = [stem(word) for word in _WORD.findall(_folded(phrase)) if stem(word) in _PARTS]
    own = [stem(word) for word in thing.split()]
    return bool(named) and not set(named) & {*own, *_outside(own)}


def _outside(thing: Sequence[str]) -> frozenset[str]:
    noun = stem(thing[-1])
    return frozenset(
        part
        for things, parts in ((_STRAPPED, ("strap", "band")), (_COVERED, ("cover",)), (_FRAMED, ("rim", "frame")))
        for part in parts
        if noun in things
    )


def names_what_gives_its_colour(phrase: str, thing: str) -> bool:
    """Whether a phrase is about the part whose colour is the thing's: a watch's strap, a mirror's frame."""
    return bool({stem(word) for word in _WORD.findall(_folded(phrase))} & _outside(thing.split()))


def may_name_a_thing(word: str) -> bool:
    """Whether an English word names a thing or a part of one, or says what it's made of or looks like."""
    return _is_thing(word) or stem(word) in _PARTS | _MOTIFS or word in MATERIALS_AND_MOTIFS | _LOOKS


def names_only_parts(phrase: str) -> bool:
    """Whether all things that a phrase names, if any, are parts of others, or pictures on them."""
    return things_in(phrase) <= _PARTS | MATERIALS_AND_MOTIFS


def never_names_a_thing(word: str) -> bool:
    """Whether a word is about people, sizes or the post itself: nobody recognises a thing by it."""
    return word in _NEVER or stem(word) in _NEVER


def _pieces(english: str) -> tuple[list[list[str]], list[list[list[str]]]]:
    """Return for each phrase the words that begin it, and those that say more about it."""
    phrases = [_REST.split(_RULED_OUT.sub(" ", phrase)) for phrase in _PHRASE_END.split(_folded(english))]
    leading = [_WORD.findall(pieces[0]) for pieces in phrases]
    return leading, [[*map(_WORD.findall, pieces[1:])] for pieces in phrases]


def names_a_thing(text: str) -> bool:
    """Return whether a text in any of our languages names a thing that we know."""
    phrases = _PHRASE_END.split(_folded(normalise(content_of(text).thing)))
    return any(_known(_WORD.findall(phrase)) for phrase in phrases)


def without_requests(english: str) -> str:
    """Return a text without verbs and activities that are called like a thing, and without what it was lost during."""
    return _ACTIVITY.sub(" ", _ASKED.sub(" ", _BEFORE_IT.sub("", english)))


def with_lids(english: str) -> str:
    """Return a text in lower case with the tops and caps that close something else as lids."""
    return _CLOSES.sub(lambda closes: f"{closes['whole'] or ''}lid", english)


def _folded(english: str) -> str:
    english = without_speakers(_NAMES.sub(" ", _NOT_MINE.sub(" ", english)))
    english = _WHO_FOUND.sub(_without_people, without_requests(english))
    text = _DEPICTS.sub(_name_toy, plain(_ASIDE.sub(" ", _OF_A_THING.sub(r"\1", english))))
    text = text.replace("power bank", "powerbank").replace("rain cover", "raincover")
    text = _SERVICE.sub(" ", _PING_PONG.sub("ping-pong", text))
    if " light" in text:
        text = _LIGHTS.sub(r"\1 lamp", text)
    text = _OF_JEANS.sub(lambda made: f"denim {made['after'] or made['before']}", with_lids(text))
    return _NAMED_FIRST.sub(r"\g<what> \g<first>", _HELMETS.sub("helmet for ", text))


def _without_people(found: re.Match[str]) -> str:
    words = found["who"].casefold().split()
    return found[0] if any(_is_thing(word) for word in words if word not in _PEOPLE) else " "


def _name_toy(depicted: re.Match[str]) -> str:
    return f"{depicted['after'] or depicted['before']} toy"


def _known(words: list[str]) -> str | None:
    """The first run of things: "phone case". What a thing looks like isn't one: "bear shaped cushion"."""
    is_thing = [
        _is_thing(word)
        or _is_garment_top(words, position)
        or (word in _ANIMALS and words[position + 1 :][:1] == ["toy"])
        for position, word in enumerate(words)
    ]
    last = max((position for position, named in enumerate(is_thing) if named), default=-1)
    run: list[str] = []
    for position, word in enumerate(words[: last + 2]):
        if run and stem(run[-1]) in _SHOWING and stem(word) in _SHOWN:
            break
        if is_thing[position]:
            run.append(word)
        elif run and word in _LOOKS and stem(run[-1]) in _MOTIFS and (len(run) > 1 or position < last):
            run = [] if position < last else run[:-1]
        elif len(run) == 1 and stem(run[0]) in _MOTIFS and _is_one_name(words[position : position + 2]):
            run = []
        elif run and word != "up" and not (word in _FOR_WHOM and position < last and is_thing[position + 1]):
            break
    return _whole_name(words, run) if run else None


def _is_one_name(words: Sequence[str]) -> bool:
    """Whether two words name a thing together: "water bottle", also after a motif ("hamster water bottle")."""
    name = " ".join(words)
    return len(words) > 1 and kinds.kind_part(name) == name


def _whole_name(words: list[str], run: list[str]) -> str:
    """Return a thing's name, with the word before a noun that isn't known without it: "hearing aid", "power bank"."""
    name, first = " ".join(run), words.index(run[0])
    longer = f"{words[first - 1]} {run[0]}" if first else ""
    return f"{words[first - 1]} {name}" if longer and len(run) == 1 and _names_more(longer, run[0]) else name


def _names_more(longer: str, noun: str) -> bool:
    """Whether a noun with the word before it names another thing, or one of things that are alike only in that noun."""
    if kinds.kind_part(longer) != longer.replace("-", " "):
        return False
    return stem(noun) in _OF_ONE_USE or kinds.relation(noun, longer) not in {"same", "broader"}


def _is_garment_top(words: list[str], position: int) -> bool:
    """Whether a word is the garment: "a top", "long sleeve top, cropped", but not "top shelf" or "top quality bag"."""
    if words[position] != _TOP:
        return False
    before, after = words[max(position - 1, 0) : position], words[position + 1 : position + 2]
    if not before:
        return len(words) == 1
    return before[0] in _BEFORE_TOP and all(word in _NEVER and word != _TOP for word in after)


def _is_thing(word: str) -> bool:
    return (word in _NOUNS or stem(word) in _NOUNS or word.rsplit("-", 1)[-1] in _NOUNS) and word not in _NEVER


_LOST_OR_FOUND: Final = frozenset(("lost", "found", "missing", "picked", "left", "dropped"))
_OF_ONE_USE: Final = frozenset(("racket", "racquet"))
"""Things of which each is made for one use: a badminton racket is no squash racket."""
_SHORTEST_VERB: Final = 6
_WE_DID: Final = ("amos", "emos", "imos", "lismy", "łysmy", "iamo", "avamo", "evamo", "ivamo")
"""How verbs of what several people did end, in Spanish, Portuguese, Polish and Italian. Shorter words are nouns."""


def _likely(words: list[str]) -> str | None:
    """The last word that isn't common and no adjective we know."""
    likely = [
        word
        for position, word in enumerate(words)
        if not (never_names_a_thing(word) or (position == 0 and len(word) >= _SHORTEST_VERB and word.endswith(_WE_DID)))
        and len(word) > 1
        and frequency(word) is not Frequency.COMMON
    ]
    return likely[-1] if likely else None
