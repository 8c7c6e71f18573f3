"""A report's words are read once, and what was read goes with its item."""

import gc
from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching import features
from reunite.matching.evidence import Item
from reunite.matching.features import extract
from reunite.text.colour_words import MOST_READINGS
from reunite.text.content import Content, content_of
from tests.support.labelled_sets import LONG_AGO


def item(text: str, number: int = 1) -> Item:
    return Item(UUID(int=number), ReportKind.FOUND, text, "gym", LONG_AGO, time_is_stated=False)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read from now on."""
    texts = list[str]()

    def reading(text: str) -> Content:
        texts.append(text)
        return content_of(text)

    monkeypatch.setattr(features, "content_of", reading)
    return texts


def test_an_items_words_are_read_once(read: list[str]) -> None:
    post = item("red umbrella with a wooden handle")
    first = extract(post)
    assert extract(post) == first
    assert first.item is post
    assert first.nouns == ("umbrella",)
    assert read == [post.text]


def test_a_changed_text_is_read_too(read: list[str]) -> None:
    before, after = item("red umbrella"), item("blue umbrella")
    assert extract(before).own_colours != extract(after).own_colours
    assert read == ["red umbrella", "blue umbrella"]


def test_what_was_read_goes_with_the_item(read: list[str]) -> None:
    post = item("red umbrella")
    extract(post)
    del post
    gc.collect()
    extract(item("red umbrella"))
    assert read == ["red umbrella"] * 2


def test_too_many_are_forgotten(monkeypatch: pytest.MonkeyPatch, read: list[str]) -> None:
    monkeypatch.setattr(features, "_MOST_KNOWN", 2)
    monkeypatch.setattr(features, "_known", type(features._known)())
    posts = [item(f"umbrella {number}", number) for number in range(3)]
    for post in (*posts, posts[2], posts[0]):
        extract(post)
    assert read == [posts[number].text for number in (0, 1, 2, 0)]


@pytest.mark.parametrize("text", ["red or blue or green " * 150, "jacket, maybe black. " * 190])
def test_a_text_that_names_colours_without_end_has_few(text: str) -> None:
    assert len(extract(item(text)).own_colours) <= MOST_READINGS
