"""Reads the word lists and tables in this folder."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


def read_text(name: str) -> str:
    return resources.files("reunite.text").joinpath(name).read_text(encoding="utf-8")


@cache
def read_toml(name: str) -> dict[str, Any]:
    """Read a table once: several modules take parts of one, and each process reads all of them when it starts."""
    return tomllib.loads(read_text(name))
