"""Fetches one large file from the hub into its cache, and resumes even if it was killed.

The hub's client would start over. This writes to a file of its own, and moves it into the client's cache once its hash
is right.
"""

import fcntl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
from huggingface_hub.file_download import http_get, repo_folder_name
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined] # imported like this in its documentation

from workers.encoders import EncoderUnavailableError
from workers.encoders.hashes import sha256
from workers.encoders.hub import Source

_PARTS: Final = ".reunite"


def fetch_weights(exact: Source, name: str, expected: str, size: int) -> None:
    """Put a file into the cache. Raises EncoderUnavailableError if its SHA-256 isn't the expected one."""
    cache = Path(constants.HF_HUB_CACHE)
    blob = cache / repo_folder_name(repo_id=exact.repo, repo_type="model") / "blobs" / expected
    if blob.is_file():
        return
    part = cache / _PARTS / expected
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EncoderUnavailableError(
                f"Another command is fetching {name} of {exact.repo}. Wait for it to finish."
            ) from error
        if blob.is_file():  # another command was faster
            part.unlink(missing_ok=True)
            return
        url, headers = hf_hub_url(exact.repo, name, revision=exact.revision), build_hf_headers()
        location = get_hf_file_metadata(url).location
        if urlsplit(location).netloc != urlsplit(url).netloc:
            headers.pop("authorization", None)  # the token is for the hub, not for its file host
        http_get(location, file, resume_size=file.tell(), headers=headers, expected_size=size, displayed_filename=name)
        file.flush()
        if sha256(part) != expected:
            file.truncate(0)  # not deleted, because another command may wait for its lock
            raise EncoderUnavailableError(
                f"{exact.repo}: {name} isn't what the hub has, and was deleted. Run the command again."
            )
        blob.parent.mkdir(parents=True, exist_ok=True)
        part.rename(blob)
