"""A text as it would be written out: "w/" as "with", "aufm" as "auf dem", "すいとう" as 水筒, a list line by line."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.lists import one_line_each
from reunite.text.phrases import any_of, listed
from reunite.text.word_lists import MORE_THINGS, THINGS

_TABLES: Final = read_toml("written_out.toml")


def _meant(table: dict[str, str]) -> dict[str, str]:
    return {typed.casefold(): meant for meant, cell in table.items() for typed in listed(cell)}


def _longest_first(table: dict[str, str]) -> list[str]:
    return sorted(table, key=len, reverse=True)


_PHRASES: Final = _meant(_TABLES["phrases"])
_PHRASE: Final = re.compile(any_of(_longest_first(_PHRASES)), re.IGNORECASE)
_PLUSH: Final = re.compile(
    rf"{any_of(listed(_TABLES['plush']['made_of']))} "
    rf"(?=(?:{'|'.join(listed(_TABLES['plush']['animals']))})[^\W\d_]{{0,4}}\b)",
    re.IGNORECASE,
)
_ANYWHERE, _FIRST, _APART = (_meant(_TABLES["kana"][key]) for key in ("anywhere", "first", "apart"))
_KANJI: Final = _ANYWHERE | _FIRST | _APART
_BEGINS: Final = r"(?:(?<![ぁ-ん])|(?<=[のでがはをいな]))"
_ENDS: Final = r"(?=[をがはのにとでもやだ]|おと|ひろ|みつ|なく|わす|あり|あっ|[^ぁ-ん]|$)"
_NO_NAME: Final = r"(?!さん|ちゃん|くん|君|様)"
"""Some colours are names too: "みどりちゃんのぼうし"."""
_KANA: Final = re.compile(
    rf"{'|'.join(_longest_first(_ANYWHERE))}|{_BEGINS}(?:(?:{'|'.join(_longest_first(_FIRST))}){_NO_NAME}"
    rf"|(?:{'|'.join(_longest_first(_APART))}){_ENDS})"
)
_DRAWN_OUT: Final = re.compile(r"(?<=([a-zß-ÿ]))(?!\1)(?!(?<=[vxk])i)([a-zß-ÿ])\2{2,40}(?![^\W_])")
"""The end of "merciii" and "pleaseeee", but not of "AAA" or "xiii"."""
_DUTCH: Final = _TABLES["dutch"]
_DUTCH_NOUNS: Final[dict[str, str]] = _DUTCH["nouns"]
_DUTCH_NOUN: Final = re.compile(
    rf"(?:\b(?P<before>(?:{_DUTCH['before']})[ ](?:(?:{_DUTCH['between']})[ ])?)"
    rf"(?P<noun>want|das|slot)\b(?![ ](?:{_DUTCH['who']})\b)"
    rf"|\A(?P<first>want|das|slot)(?=[ ](?:{_DUTCH['found']})\b))",
    re.IGNORECASE,
)
"""Nouns that are another word without an article or a colour before them: "want" is "because" too."""
_JUST: Final = re.compile(r"(?:\A|(?<=\bheb )|(?<=\bheeft ))net[ ](?=(?:een|mijn|mn)\b)", re.IGNORECASE)
"""As in "heb net een bal gevonden"; not as in "volleybal net"."""
_AFTER_W: Final = r"(?:an?|my|the|his|her|its|some|lots|two|stickers?)\b"
_COLOUR_AFTER_W: Final = r"(?:black|white|grey|gray|brown|red|blue|green|yellow|pink|purple|silver|gold|navy)\b"
_WITH: Final = re.compile(
    r"(?<![\w/])(?:(?P<without>[wW]/[oO]\b|s/ )|[wW]/|c/ )[ ]?(?=[^\W\d])"
    rf"|(?<=\w )w (?:(?={_AFTER_W})|(?P<colour>(?={_COLOUR_AFTER_W})))"
)
"""Also "c/ llavero", "s/ tampa", and "w" before English words: elsewhere it's the Polish "in"."""
_LAST_WORD: Final = re.compile(r"([A-Za-z]{1,30}) \Z")
_ENGLISH: Final = THINGS | MORE_THINGS


def written_out(text: str) -> str:
    """Write out what is short for something else, and put each item of a list on a line."""
    text = _WITH.sub(_with, _DRAWN_OUT.sub(r"\2", text))
    text = _PHRASE.sub(lambda typed: _PHRASES[" ".join(typed[0].casefold().split())], text)
    text = _PLUSH.sub(f"{_TABLES['plush']['toy']} ", text)
    text = _JUST.sub("", _DUTCH_NOUN.sub(_dutch_noun, text))
    return one_line_each(_KANA.sub(lambda typed: _KANJI[typed[0]], text))


def _with(short: re.Match[str]) -> str:
    """Write out short forms of "with"; "w" before a colour only in English: a Polish "kurtka w black" is in black."""
    before = _LAST_WORD.search(short.string, max(0, short.start() - 31), short.start())
    if short["colour"] is not None and not (
        before and {before[1].lower(), before[1].lower().removesuffix("s")} & _ENGLISH
    ):
        return short[0]
    return "without " if short["without"] else "with "


def _dutch_noun(found: re.Match[str]) -> str:
    noun = found["noun"] or found["first"]
    return (found["before"] or "") + _DUTCH_NOUNS[noun.casefold()]
