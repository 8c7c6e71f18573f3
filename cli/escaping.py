"""What a terminal may be sent: names and addresses come from other people."""

import re
from typing import Final

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What begins a line, commands a terminal, or turns the direction in which a line is read."""


def escaped(text: str) -> str:
    """Return text on one line, with its controls spelt out."""
    return _CONTROLS.sub(lambda control: ascii(control[0])[1:-1], text)


def escaped_lines(text: str) -> str:
    """Return text with its lines, and other controls spelt out."""
    return "\n".join(map(escaped, text.split("\n")))
