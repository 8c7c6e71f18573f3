"""Redis's address, and what is written there."""

import pytest
from arq.worker import JobExecutionFailed
from redis.connection import parse_url

from db.queue import deserialize, serialize, settings_of


@pytest.mark.parametrize("login", ["", ":p%40ss%2Fw%3Ard%25@", "us%40er:p%23ss@", "user:plain@"])
def test_encoded_characters_of_the_login_are_decoded(login: str) -> None:
    address = f"redis://{login}redis.example:6380/2"
    settings, expected = settings_of(address), parse_url(address)  # type: ignore[no-untyped-call] # redis has no types here
    assert (settings.username or None, settings.password or None) == (
        expected.get("username"),
        expected.get("password"),
    )
    assert (settings.host, settings.port, settings.database) == ("redis.example", 6380, 2)


def test_the_error_of_a_job_whose_worker_was_killed_is_text() -> None:
    """Otherwise arq logs a traceback at the next start."""
    job = {"a": ["work"], "r": JobExecutionFailed("max 1 retries exceeded")}
    assert deserialize(serialize(job)) == {"a": ["work"], "r": "max 1 retries exceeded"}
