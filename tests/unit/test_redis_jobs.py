"""What is written in Redis."""

from arq.worker import JobExecutionFailed

from db.queue import deserialize, serialize


def test_the_error_of_a_job_whose_worker_was_killed_is_text() -> None:
    """Otherwise arq logs a traceback at the next start."""
    job = {"a": ["work"], "r": JobExecutionFailed("max 1 retries exceeded")}
    assert deserialize(serialize(job)) == {"a": ["work"], "r": "max 1 retries exceeded"}
