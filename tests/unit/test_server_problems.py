"""Which servers `reunite migrate` refuses, and what it says."""

import pytest

from db.migrate import problem_of_server


@pytest.mark.parametrize(
    ("postgresql", "pgvector", "words"),
    [
        (14, "0.8.0", "PostgreSQL 14 is too old"),
        (15, None, "Install pgvector 0.7 or newer"),
        (16, "0.6.2", "pgvector 0.6.2 is too old"),
    ],
)
def test_a_server_that_can_not_be_used_is_refused_with_the_remedy(
    postgresql: int, pgvector: str | None, words: str
) -> None:
    assert words in (problem_of_server(postgresql, pgvector) or "")


@pytest.mark.parametrize("pgvector", ["0.7.0", "0.10.1", "1.0.0"])
def test_newer_versions_are_taken(pgvector: str) -> None:
    assert problem_of_server(15, pgvector) is None
