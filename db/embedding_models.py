"""The encoders of a deployment, and which of them searches use."""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from db.database import Database
from reunite.errors import DefectError


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A version of an encoder: its id, the encoder's kind, and the dimensions of its spaces."""

    id: int
    encoder: str
    version: str
    spaces: Mapping[str, int]


class EmbeddingModels:
    """The table `embedding_model`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def live(self) -> EmbeddingModel | None:
        """Return the model that searches use; None until the first worker has chosen one."""
        rows = await self._database.rows("SELECT id, encoder, version, spaces FROM embedding_model WHERE live")
        return EmbeddingModel(**rows[0]) if rows else None

    async def register(self, encoder: str, version: str, spaces: Mapping[str, int]) -> EmbeddingModel:
        """Add a model; the very first one becomes live."""
        async with self._database.outside() as connection:
            await connection.execute("LOCK TABLE embedding_model IN SHARE ROW EXCLUSIVE MODE")
            await connection.execute(
                "INSERT INTO embedding_model (encoder, version, spaces, live)"
                " SELECT %s, %s, %s, NOT EXISTS (SELECT FROM embedding_model) ON CONFLICT (version) DO NOTHING",
                [encoder, version, Jsonb(dict(spaces))],
            )
            query = "SELECT id, encoder, version, spaces FROM embedding_model WHERE version = %s"
            found = await (await connection.execute(query, [version])).fetchone()
        if found is None:
            raise DefectError(f"model {version} vanished while it was being registered")
        return EmbeddingModel(**found)

    async def note_problem(self, model: int, problem: str | None) -> None:
        """Record why a model couldn't be calibrated on the open set; None clears the problem."""
        await self._database.rows("UPDATE embedding_model SET calibration_problem = %s WHERE id = %s", problem, model)

    async def make_live(self, model: int) -> None:
        async with self._database.outside() as connection:
            await connection.execute("UPDATE embedding_model SET live = false WHERE live")
            await connection.execute("UPDATE embedding_model SET live = true WHERE id = %s", [model])
