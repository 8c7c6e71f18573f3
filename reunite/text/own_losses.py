"""Whether a text says that its author has lost something, in a channel whose posts are mostly finds."""

import re
from functools import partial
from typing import Final

from reunite.text.words import any_listed, plain

_any: Final = partial(any_listed, "own_losses.toml")
_APART: Final = r"[^\w.!?,;:…。！？、\n]"
_BETWEEN: Final = rf"{_APART}{{0,3}}(?:(?!{_any('beside')})\w{{1,30}}{_APART}{{1,3}}){{0,4}}?"
"""Up to four words, none of which leads to the author's place: not "lost cat in my garden"."""
_THING: Final = rf"{_APART}{{0,3}}(?:\w{{1,40}}{_APART}{{1,3}}){{0,7}}?\w{{0,12}}?"
_OTHERS: Final = rf"{_any('others')}[^.!?;:…。！\n]{{0,40}}?"
_SEEN: Final = rf"{_any('may_see')}(?!{_APART}{{0,3}}{_any('who')})"
_FOUND_A: Final = (
    rf"(?:{_any('may_find')}{_APART}{{1,3}}{_any('a')}|{_any('a')}{_THING}{_APART}{{1,3}}{_any('may_find')})"
)
_ASKS: Final = (
    rf"{_any('anyone')}[^.!?;:…。！\n]{{0,40}}?(?:{_SEEN}|{_FOUND_A}(?=[^.!?\n]{{0,60}}\?))"
    rf"|{_any('if')}[^\w\n]{{0,3}}{_OTHERS}{_any('may_find')}"
)
"""What only an owner asks or says: "has anyone seen a grey hat?", "if somebody finds it"."""
_FEW_WORDS: Final = rf"(?:{_APART}{{1,3}}(?!{_any('elses')})\w{{1,30}}){{0,6}}?{_APART}{{1,3}}"
_LOST_AT_END: Final = rf"{_any('i_have')}{_FEW_WORDS}{_any('lost_at_end')}"
_ASKED_OF_OTHERS: Final = rf"[^.!?\n？]{{0,60}}[?？]|(?:{_APART}{{1,3}}\w{{1,30}})?{_APART}{{1,3}}{_any('anyone')}"
"""After "missing": "missing a glove?", "vermisst hier wer einen Hund"."""
_OWN: Final = re.compile(
    rf"{_any('lost')}(?!か|よ|人|方)|\A\W{{0,5}}{_any('sought')}(?!{_ASKED_OF_OTHERS})|{_ASKS}|{_LOST_AT_END}"
    rf"|\A\W{{0,5}}{_any('headed')}\s{{0,2}}:(?![^.!?\n]{{0,60}}\?)"
    rf"|{_any('lost_before')}{_BETWEEN}{_any('own')}"
    rf"|(?P<before>{_any('beside')}{_APART}{{0,3}})?{_any('own')}{_THING}{_any('lost_after')}"
)
_ASKED: Final = re.compile(
    rf"{_OTHERS}{_any('may_find')}(?:[^\w\n]{{0,3}}{_any('this')})?"
    rf"|\b(?:if|when|once|until) (?:\w{{1,10}} )?found\b|{_any('owners_say')}"
)
"""What an owner says of the finder: "has anyone found it?"."""
_I_LOST_THIS: Final = re.compile(
    r"\b(?:(?:i|we)(?: ve| have| just){0,2}|my (?:son|daughter|kid|child|husband|wife|friend))"
    r" (?:lost|dropped|misplaced) (?:this|these)\b(?![^.!\n]{0,30}\?)"
    rf"|{_any('lost')}{_APART}{{1,3}}{_any('this')}(?![^.!\n]{{0,30}}\?)|{_any('i_have')}{_FEW_WORDS}{_any('this')}{_FEW_WORDS}{_any('lost_at_end')}(?!\s{{0,3}}\?)"
)
"""What an owner says of a photo of their thing; another's "this" is what its author has found."""
_OTHERS_DOING: Final = rf"(?:{_APART}{{1,3}}(?!{_any('own')}|{_any('i')})\w{{1,30}}){{0,5}}?{_APART}{{1,3}}"
_LOST_BY_OTHERS: Final = re.compile(rf"{_OTHERS}{_any('may_lose')}|{_any('which')}{_OTHERS_DOING}{_any('has_lost')}")
_SCORE: Final = (
    rf"{_any('lost')}{_APART}{{1,3}}(?:(?:de|por|per|mit|met|by) )?\d{{1,2}}(?:[-–:]| a | x | to )\d{{1,2}}"
    rf"(?!{_APART}{{0,3}}(?!{_any('after_score')})\w)"
)
"""How a match ended: "we lost 3-1 last night"."""
_THERE: Final = re.compile(
    rf"\A\W{{0,5}}{_any('thanks')}|{_any('found')}|{_any('figuratively')}|{_SCORE}|{_any('this')}(?!\s{{0,2}}{_any('time')})"
)


def says_lost(text: str) -> bool:
    """Return whether a text says that its author has lost something, and nothing in it tells of a find.

    Finders write of losses too: "someone lost this", "looking for the owner". So a doubtful text is no loss here.
    """
    words = plain(text)
    if not any(own["before"] is None for own in _OWN.finditer(words)):
        return False
    stated = _ASKED.sub(" ", _I_LOST_THIS.sub(" ", words))
    return not (_LOST_BY_OTHERS.search(stated) or _THERE.search(stated))
