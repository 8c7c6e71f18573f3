"""Re-encrypts every secret value with the newest key, across communities, as the database's owner."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import psycopg

from db.keys import Keys, KeysError, new_key, read, write

_VALUES: Final[Sequence[tuple[LiteralString, LiteralString, LiteralString, LiteralString]]] = (
    (
        "claim",
        "id",
        "proof",
        "UPDATE claim SET proof = '', state = CASE state WHEN 'open' THEN 'rejected' ELSE state END WHERE id = %s",
    ),
    ("report", "id", "proof_question", "UPDATE report SET proof_question = '' WHERE id = %s"),
    ("report", "id", "kept_at", "UPDATE report SET kept_at = '' WHERE id = %s"),
    ("report", "id", "kept_code", "UPDATE report SET kept_code = '' WHERE id = %s"),
    ("slack_installation", "team", "bot_token", "DELETE FROM slack_installation WHERE team = %s"),
    ("key_check", "is_one", "token", "DELETE FROM key_check WHERE is_one = %s"),
)
"""Every encrypted column: its table, the table's key, the column, and what to do if a value can't be decrypted."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many values were re-encrypted, and how many couldn't be decrypted and were deleted."""

    kept: int
    lost: int


async def rotate(owner_url: str, keys: Keys) -> Rotated:
    """Add a new key to the key file, if there is one, and re-encrypt everything with the newest key.

    The file keeps the previous key, because a bot may just have encrypted with it. Raises KeysError.
    """
    keys.decrypt(keys.encrypt("any text"))  # raises KeysError without a key
    if keys.file:
        write(keys.file, [new_key(), *read(keys.file)])
    done = await _reencrypt(owner_url, keys, reset=False)
    if keys.file:
        write(keys.file, read(keys.file)[:2])
    return done


async def reset(owner_url: str, keys: Keys) -> Rotated:
    """Create the key file if it's missing, and delete what can't be decrypted."""
    keys.create()
    return await _reencrypt(owner_url, keys, reset=True)


async def _reencrypt(owner_url: str, keys: Keys, *, reset: bool) -> Rotated:
    kept = lost = 0
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        for table, key, column, forget in _VALUES:
            select: LiteralString = f"SELECT {key}, {column} FROM {table} WHERE {column} <> ''"
            update: LiteralString = f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s"
            for row, value in await (await connection.execute(select)).fetchall():
                words = _read(keys, value, reset=reset)
                if words is None:
                    await connection.execute(forget, [row])
                    lost += table != "key_check"
                else:
                    await connection.execute(update, [keys.encrypt(words), row, value])
                    kept += table != "key_check"
    return Rotated(kept, lost)


def _read(keys: Keys, value: Any, *, reset: bool) -> str | None:
    if not reset:
        return keys.decrypt(value)
    with suppress(KeysError):
        return keys.decrypt(value)
    return None
