"""Names of models that say what a thing is: a "TI-84" is a calculator."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.text.data import read_toml
from reunite.text.lexicon import to_english

_MODELS: Final[Mapping[str, re.Pattern[str]]] = {
    thing: re.compile(rf"(?<![A-Za-z0-9-])(?:{models})(?![A-Za-z0-9-])")
    for thing, models in read_toml("misspellings.toml")["models"].items()
}


def name_models(text: str) -> str:
    """Return a text with the noun after the name of a model, if it doesn't say that anywhere."""
    for thing, model in _MODELS.items():
        if (found := model.search(text)) and thing.split()[-1] not in to_english(text).casefold():
            text = f"{text[: found.end()]} {thing}{text[found.end() :]}"
    return text
