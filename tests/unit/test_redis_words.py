"""What is wrong with Redis is said first, without the command that met it."""

from redis.asyncio.client import Pipeline
from redis.exceptions import OutOfMemoryError

from db.queue import redis_problem


def test_an_error_in_a_pipeline_is_named_without_the_command() -> None:
    words = "command not allowed when used memory > 'maxmemory'."
    error = OutOfMemoryError(words)
    assert redis_problem(error) == words
    command = ("PSETEX", "arq:job:1", '{"a": [{"v": 1}], "k": {}}')
    Pipeline.annotate_exception(None, error, 1, command)  # type: ignore[arg-type] # it uses nothing of the pipeline
    assert redis_problem(error) == words
