"""All that a language's catalogue says."""

from collections.abc import Iterator

from reunite.language import (
    Template,
    words_in,
)


def texts(words: Template) -> list[str]:
    return [words] if isinstance(words, str) else list(words.values())


def everything(language: str) -> Iterator[tuple[str, str]]:
    words = words_in(language)
    for key, template in words.sentences.items():
        yield from ((key, text) for text in texts(template))
    for key, named in words.commands.items():
        yield from ((key, named.name), (key, named.description))
    yield from words.menus.items()
    yield from words.dates.items()
    yield from ((f"page_{key}", text) for key, text in words.page.items())
    yield from ((f"board_{key}", text) for key, text in words.board.items())
