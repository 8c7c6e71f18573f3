"""Encryption at rest: claims' answers, secret details and Slack's tokens can't be read in a dump.

The keys are Fernet's (AES-128-CBC with HMAC-SHA256), the newest first: it encrypts, all of them decrypt.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_KNOWN: Final = "reunite"
_LOST: Final = "If the keys are lost, run `reunite keys reset`, which deletes what can't be read any more."
_WRONG: Final = (
    f"The keys don't fit this database. Set REUNITE_KEYS or REUNITE_KEY_FILE to the ones it was used with. {_LOST}"
)


class KeysError(Exception):
    """The keys are missing or wrong; the message says what to do."""


class Keys:
    """Encryption keys: given ones, or those that a file has at the moment of use."""

    def __init__(self, keys: Sequence[str] = (), file: Path | None = None) -> None:
        """Read nothing yet. `keys` take precedence over `file`."""
        self.file = None if keys else file
        self._keys = tuple(keys)
        self._fernet: MultiFernet | None = None
        self._read_at: tuple[int, int] | None = None

    def __repr__(self) -> str:  # without the keys
        return f"Keys(file={self.file})"

    def environment(self) -> dict[str, str]:
        """Return the variables that give a child process the same keys."""
        if self.file:
            return {"REUNITE_KEY_FILE": str(self.file)}
        return {"REUNITE_KEYS": ",".join(self._keys)} if self._keys else {}

    def encrypt(self, words: str) -> str:
        """Encrypt words; an empty string stays empty."""
        return self._current().encrypt(words.encode()).decode() if words else ""

    def decrypt(self, value: str) -> str:
        """Decrypt a value; an empty string stays empty."""
        if not value:
            return ""
        try:
            return self._current().decrypt(value).decode()
        except InvalidToken as error:
            raise KeysError(_WRONG) from error

    def unseal(self, token: str) -> str | None:
        """Decrypt a token that `encrypt` made; return None for anything else."""
        try:
            return self._current().decrypt(token.encode(errors="replace")).decode()
        except InvalidToken:
            return None

    def create(self) -> None:
        """Create the file with a new key, unless it exists."""
        if self.file and not self.file.exists():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write(self.file, [new_key()], is_new=True)

    def _current(self) -> MultiFernet:
        """Return the keys, reading the file again if it has changed."""
        if self.file is None:
            self._fernet = self._fernet or _fernet(self._keys, "REUNITE_KEYS")
            return self._fernet
        try:
            status = self.file.stat()
            changed = (status.st_mtime_ns, status.st_ino)
            if self._fernet is None or changed != self._read_at:
                self._fernet, self._read_at = _fernet(read(self.file), str(self.file)), changed
        except FileNotFoundError as error:
            raise KeysError(
                f"The key file {self.file} is missing. Restore it, or set REUNITE_KEY_FILE to where it is. {_LOST}"
            ) from error
        except OSError as error:
            raise KeysError(f"The key file {self.file} can't be read ({error.strerror}).") from error
        return self._fernet


NO_KEYS: Final = Keys()


def read(file: Path) -> list[str]:
    """Return the keys in a file, the newest first."""
    return file.read_text("ascii", errors="replace").split()


def write(file: Path, keys: Sequence[str], *, is_new: bool = False) -> None:
    """Write a key file atomically, readable only by its owner. With `is_new`, an existing file is left alone."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write("".join(f"{key}\n" for key in keys))
    if not is_new:
        part.replace(file)
        return
    try:
        file.hardlink_to(part)  # fails if another process was first
    except FileExistsError:
        pass
    finally:
        part.unlink()


def new_key() -> str:
    """Return a new random key."""
    return Fernet.generate_key().decode()


async def check(url: str, keys: Keys) -> None:
    """Check that the keys fit a database; a database without keys adopts them. Raises KeysError."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        if (token := await _token(connection)) is None:
            keys.create()
            await connection.execute(
                "INSERT INTO key_check (token) VALUES (%s) ON CONFLICT DO NOTHING", [keys.encrypt(_KNOWN)]
            )
            token = await _token(connection)
    keys.decrypt(token or "")


async def verify(url: str, keys: Keys) -> bool:
    """Like `check`, but change nothing; return False if a database has no keys yet. Raises KeysError."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        token = await _token(connection)
    keys.decrypt(token or "")
    return token is not None


async def _token(connection: psycopg.AsyncConnection) -> str | None:
    row = await (await connection.execute("SELECT token FROM key_check")).fetchone()
    return str(row[0]) if row else None


def _fernet(keys: Sequence[str], source: str) -> MultiFernet:
    if not keys:
        raise KeysError("There's no key. Set REUNITE_KEYS or REUNITE_KEY_FILE; `reunite keys new` makes a key.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise KeysError(f"{source} contains something that isn't a key. `reunite keys new` makes one.") from error
