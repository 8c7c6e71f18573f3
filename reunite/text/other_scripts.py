"""Words of languages in scripts of their own: Russian, with some Ukrainian, and Korean. They are read, not spoken."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

from reunite.text.remembered import remembered

CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")
HANGUL: Final = re.compile(r"[\uac00-\ud7a3]")
OTHER_SCRIPT: Final = re.compile(rf"{CYRILLIC.pattern}|{HANGUL.pattern}")
_SPACES: Final = re.compile(r"[ \t]{2,}")
_BETWEEN: Final = re.compile(r"[\s-]{1,3}")
"""What may be between the words of a phrase."""
_MAX_PHRASE_WORDS: Final = 4
_MIN_STEM: Final = 3


class Cyrillic:
    """A language whose words have many forms, also within a phrase: "солнечных очков"."""

    _WORD: Final = re.compile(r"[\u0400-\u04ff\u0300-\u036f]{1,40}(?:['’][\u0400-\u04ff]{1,40})?")
    _ADJECTIVE: Final = "ыи"
    """How an adjective is listed."""
    _NOT: Final = "не"
    """The word after it says what a thing isn't, or is a verb, which tells as little."""

    def __init__(
        self, words: Mapping[str, str], endings: Mapping[str, Sequence[tuple[str, str]]], plain: Callable[[str], str]
    ) -> None:
        """Read the English for each plain word or phrase, and what endings, by their last letter, have instead."""
        self._words, self._endings, self._plain = words, endings, plain

    @cached_property
    def _phrases(self) -> Mapping[str, str]:
        return {self._listed_form(phrase): english for phrase, english in self._words.items() if " " in phrase}

    def to_english(self, text: str) -> str:
        words = [*self._WORD.finditer(text)]
        plain = [self._plain(word[0]) for word in words]
        forms = [*map(self._listed_form, plain)]
        out, end, first, after_not = "", 0, 0, -1
        while first < len(words):
            last = self._end_of_phrase(text, words, first)
            while (english := self._english(plain[first:last], forms[first:last])) is None and last > first + 1:
                last -= 1
            if first == after_not:
                english = ""
            if plain[first:last] == [self._NOT] and text[words[first].end() : words[first].end() + 1] == " ":
                after_not = last
            if english is not None:
                out += text[end : words[first].start()] + english
                end = words[last - 1].end()
            first = last
        return _SPACES.sub(" ", out + text[end:]).strip()

    def _end_of_phrase(self, text: str, words: Sequence[re.Match[str]], first: int) -> int:
        """Return where the longest phrase that may begin here ends."""
        last = first + 1
        most = min(first + _MAX_PHRASE_WORDS, len(words))
        while last < most and _BETWEEN.fullmatch(text, words[last - 1].end(), words[last].start()):
            last += 1
        return last

    def _english(self, plain: Sequence[str], forms: Sequence[str]) -> str | None:
        listed = self._words.get(" ".join(plain))
        if listed is not None:
            return listed
        form = " ".join(forms)
        return self._phrases.get(form) if " " in form else self._words.get(form)

    def _listed_form(self, phrase: str) -> str:
        return " ".join(map(self._form, phrase.split(" ")))

    @cached_property
    def _within_phrases(self) -> frozenset[str]:
        return frozenset(word for phrase in self._words if " " in phrase for word in phrase.split(" "))

    def _form(self, word: str) -> str:
        """Return the form in which a word is listed, or else one that an adjective's forms have in common."""
        if word in self._words:
            return word
        forms = [
            (word.removesuffix(ending) + instead, instead)
            for ending, instead in self._endings.get(word[-1:], ())
            if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM
        ]
        listed = [form for form, _ in forms if form in self._words]
        nouns = [form for form, instead in forms if instead != self._ADJECTIVE and form in self._within_phrases]
        adjectives = [form for form, instead in forms if instead == self._ADJECTIVE]
        return next(iter((*listed, *nouns, *adjectives)), word)


class Hangul:
    """A language whose words have particles and endings at their end, and may be written together: 검은가방을."""

    _RUN: Final = re.compile(r"[\uac00-\ud7a3]{1,24}")

    _LACKED: Final = re.compile(r"[a-z]{1,20} 없[는이](?![\uac00-\ud7a3])")
    """A thing and 없는, "without", which follows it."""
    _RULED_OUT: Final = re.compile(
        rf"(?<!{HANGUL.pattern})({HANGUL.pattern}{{1,12}}?)(?<!뿐)(?<!뿐만)"
        rf"[ ]?(?:말고|아니고|아니라|아닌)(?!{HANGUL.pattern})"
    )
    """A thing and 말고, "and not", which follows it; but 뿐만 아니라 is "not only"."""
    _AFTER_ONE_LETTER: Final = frozenset("을를이가은는도만에의들과와랑색요임데거것건걸꺼")
    """The endings of one letter that may follow a thing of one letter; with any other, it's a different word."""
    _AND: Final = ("와", "과", "랑", "이랑")

    def __init__(self, words: Mapping[str, str], endings: Sequence[str]) -> None:
        """Read the English for each word or phrase, and the particles and endings, which have no English."""
        self._words = {phrase.replace(" ", ""): english for phrase, english in words.items()}
        self._endings = frozenset(endings)
        phrases = sorted((phrase for phrase in words if " " in phrase), key=len, reverse=True)
        self._phrases = re.compile(rf"(?<![\uac00-\ud7a3])(?:{'|'.join(phrases)})")

    def to_english(self, text: str) -> str:
        text = self._phrases.sub(lambda phrase: phrase[0].replace(" ", ""), text)
        text = self._RULED_OUT.sub(self._without_ruled_out, text)
        english = _SPACES.sub(" ", self._RUN.sub(self._replacement, text))
        return self._LACKED.sub("", english).strip()

    def _without_ruled_out(self, match: re.Match[str]) -> str:
        return match[0] if self._english(match[1], first=1) is None else ""

    def _replacement(self, run: re.Match[str]) -> str:
        follows_a_name = run.string[max(run.start() - 1, 0) : run.start()].isalnum()
        english = self._english(run[0], first=0 if follows_a_name else 1)
        return run[0] if english is None else f" {english} "

    @remembered(16_384)
    def _english(self, run: str, *, first: int) -> str | None:
        """Return the English for words and endings that make up a run of letters, with as few of them as can be.

        `first` is where an ending may begin: at once, if it follows a name in other letters.
        """
        fewest: dict[int, tuple[str, ...]] = {0: ()}
        for start in range(len(run)):
            if start not in fewest:
                continue
            for end in range(len(run), start, -1):
                piece = run[start:end]
                english = self._words.get(piece) if not start or len(piece) > 1 else None
                if english is None and start >= first and piece in self._endings:
                    if len(piece) == start == 1 and fewest[1][-1] and piece not in self._AFTER_ONE_LETTER:
                        continue
                    english = "and" if piece in self._AND and start and fewest[start][-1] else ""
                if english is not None and (end not in fewest or len(fewest[start]) + 1 < len(fewest[end])):
                    fewest[end] = (*fewest[start], english)
        found = fewest.get(len(run))
        return None if found is None else " ".join(filter(None, found))
