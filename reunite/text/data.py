"""Reads the word lists and tables in this folder."""

import tomllib
from importlib import resources
from typing import Any


def read_text(name: str) -> str:
    return resources.files("reunite.text").joinpath(name).read_text(encoding="utf-8")


def read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads(read_text(name))
