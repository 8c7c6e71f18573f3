"""The keys of every deployment in tests."""

from typing import Final

from db.keys import Keys, new_key

KEYS: Final = Keys([new_key()])
