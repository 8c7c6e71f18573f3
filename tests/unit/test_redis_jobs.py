"""What is written in Redis."""

from arq.worker import JobExecutionFailed

from db.queue import deserialize, redis_client, serialize


def test_the_error_of_a_job_whose_worker_was_killed_is_text() -> None:
    """Otherwise arq logs a traceback at the next start."""
    job = {"a": ["work"], "r": JobExecutionFailed("max 1 retries exceeded")}
    assert deserialize(serialize(job)) == {"a": ["work"], "r": "max 1 retries exceeded"}


def test_the_login_of_redis_may_have_characters_that_a_url_encodes() -> None:
    given = redis_client("redis://bot:p%40ss%2Fword@host:6380/2", "q").connection_pool.connection_kwargs
    assert [given[name] for name in ("username", "password", "host", "port", "db")] == [
        "bot",
        "p@ss/word",
        "host",
        6380,
        2,
    ]
