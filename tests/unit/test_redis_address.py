"""Redis's address is read alike by the bot, the workers and the doctor."""

import pytest
from redis.connection import parse_url

from db.queue import settings_of


@pytest.mark.parametrize("login", ["", ":p%40ss%2Fw%3Ard%25@", "us%40er:p%23ss@", "user:plain@"])
def test_encoded_characters_of_the_login_are_decoded(login: str) -> None:
    address = f"redis://{login}redis.example:6380/2"
    settings, expected = settings_of(address), parse_url(address)  # type: ignore[no-untyped-call] # redis has no types here
    assert (settings.username or None, settings.password or None) == (
        expected.get("username"),
        expected.get("password"),
    )
    assert (settings.host, settings.port, settings.database) == ("redis.example", 6380, 2)
