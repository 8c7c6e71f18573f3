"""Links to photos in what people write."""

import pytest

from bot.file_names import links_to_photo


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/c.jpg",
        "<https://a.example/c.JPG|here>",
        "[here](https://a.example/c.png?size=2)",
        "it's at https://a.example/c.heic#top, I think",
        '"https://a.example/c.jpg"',
        "“https://a.example/c.jpg”",
        "**https://a.example/c.jpg**",
        "_https://a.example/c.jpg_",
        "https://a.example/c.jpg!",
        "https://a.example/c.jpg;",
        "[https://a.example/c.jpg]",
        "在这里：https://a.example/c.jpg。谢谢",
        "写真はhttps://a.example/c.jpg、です",
    ],
)
def test_a_link_to_a_photo_is_seen_whatever_is_around_it(text: str) -> None:
    assert links_to_photo(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://media.tenor.example/x/party.gif",
        "https://en.wikipedia.example/wiki/File:Hat.jpg",
        "https://de.wikipedia.example/wiki/Datei%3AHat.jpg#top",
        "https://a.example/jpg, c.jpg",
        "https://a.example/search?q=hat.jpg",
    ],
)
def test_jokes_and_pages_are_no_photos(text: str) -> None:
    assert not links_to_photo(text)
