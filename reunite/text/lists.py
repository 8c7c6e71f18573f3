"""Lists that are written in one line: "1) keys 2) wallet", "- gloves - hat", "• gloves • hat"."""

import re
from typing import Final

_LEAST: Final = 2
"""Items of a list."""
_MAX_LINE: Final = 1_000
"""Characters. Nobody writes a list in a longer line."""
_BEFORE: Final = r"(?:(?<=^)|(?<=[\s(:：,;、。]))"
_NUMBER: Final = re.compile(_BEFORE + r"\(?(\d{1,2}|[a-i])(?:\)[ ]?|[.:：][ ])(?=[^\W\d])", re.IGNORECASE)
_LABELS: Final = {"1": [str(number) for number in range(1, 100)], "a": list("abcdefghi")}
_AT_A_START: Final = re.compile(r"(?:^|[:：])[ \t]{0,3}$")
_BULLET: Final = re.compile(
    r"[ \t]{0,3}(?:[•‣◦▪▫■□●○◆◇▶►➤✔☑✅✓\u2460-\u24ff]|\d\ufe0f?\u20e3)\ufe0f?[ \t]{0,3}|(?:^|(?<=[\s:：]))・"
)
_DASHED: Final = re.compile(r"(^|[:：])[ \t]{0,3}([-–—*+])[ \t](?=\S)")


def one_line_each(text: str) -> str:
    """Put each item of a list on a line of its own, without its number or bullet."""
    return "\n".join(_items(line) if len(line) <= _MAX_LINE else line for line in text.split("\n"))


def _items(line: str) -> str:
    lines = _of_dashes(_of_numbers(_BULLET.sub("\n", line)))
    return "\n".join(filter(None, map(str.strip, lines.split("\n")))) if lines != line else line


def _of_numbers(line: str) -> str:
    """Break a line before its numbers, if there are at least two that follow each other."""
    found, expected = list[re.Match[str]](), list[str]()
    for match in _NUMBER.finditer(line):
        label = match[1].casefold()
        if not found and (")" in match[0] or _AT_A_START.search(line[: match.start()])):
            expected = _LABELS.get(label, [])
        if label in expected[len(found) : len(found) + 1]:
            found.append(match)
    if len(found) < _LEAST:
        return line
    starts, ends = [0, *(match.end() for match in found)], [*(match.start() for match in found), len(line)]
    return "\n".join(line[start:end] for start, end in zip(starts, ends, strict=True))


def _of_dashes(line: str) -> str:
    """Break a line at its dashes, if it or what follows its colon begins with one."""
    first = _DASHED.search(line)
    if not first:
        return line
    return "\n".join((line[: first.end(1)], *line[first.end() :].split(f" {first[2]} ")))
