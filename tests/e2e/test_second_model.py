"""Another encoder is prepared while the live one works, and then searches use it."""

import json
from pathlib import Path

import numpy as np
import psycopg
import pytest

from tests.support.checkpoints import tiny_clip
from tests.support.labelled_sets import with_vectors, write_set
from tests.support.processes import reunite_here


@pytest.mark.encoder
def test_a_second_model_lives_next_to_the_first(
    environment: dict[str, str], owner_database_url: str, tmp_path: Path
) -> None:
    environment |= {"REUNITE_ENCODER": "clip"}
    with psycopg.connect(owner_database_url) as owner:
        _one_found_post(owner)
    reunite_here({**environment, "REUNITE_MODEL": str(tiny_clip(seed=1))}, "reembed")
    first = _vectors(owner_database_url)
    second = {**environment, "REUNITE_MODEL": str(tiny_clip(seed=2))}
    done = json.loads(reunite_here(second, "reembed", "--switch", "--json"))
    assert (done["embedded"], done["failed"], done["live"]) == (1, 0, done["model"])
    assert done["comparison"]["new"]["confirmed"] == 0
    both = _vectors(owner_database_url)
    assert len(first) == 1
    assert len(both) == 2
    assert both[:1] == first
    assert not np.allclose(both[0][1], both[1][1], atol=1e-2)
    vectors = with_vectors(write_set(tmp_path / "words", 2, 1))  # a worker starts fastest with these
    assert "Searches now use tiny-clip-2@" in reunite_here(environment, "worker", *vectors, fails=True)


def _one_found_post(owner: psycopg.Connection) -> None:
    owner.execute("SELECT join_workspace('web', 'w', 'w')")
    owner.execute(
        "INSERT INTO report (community_id, workspace_id, source_key, kind, state, author_id, author_name, text,"
        " channel, expires_at) SELECT community_id, id, 'k', 'found', 'open', 'b', 'Ben', 'a cup', 'found', now()"
        " FROM workspace"
    )


def _vectors(url: str) -> list[tuple[int, list[float]]]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT model_id, vector::text FROM embedding ORDER BY model_id").fetchall()
    return [(model, json.loads(vector)) for model, vector in rows]
