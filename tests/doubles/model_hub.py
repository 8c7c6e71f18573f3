"""A model hub on 127.0.0.1 that serves one repository from a folder, as huggingface_hub asks for it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class ModelHub:
    """`repository` and its files; `asked` are the requests so far, `withheld` files are refused.

    `gated`: the whole repository needs accepted terms. `cut` files break off in the middle, and are refused from then
    on. `swapped` files have another content than the hub lists. `foreign`: another service's answer to everything.
    """

    def __init__(self, repository: str, folder: Path) -> None:
        self.repository = repository
        self.folder = folder
        self.asked: list[str] = []
        self.withheld: set[str] = set()
        self.cut: set[str] = set()
        self.swapped: dict[str, bytes] = {}
        self.gated = False
        self.foreign: bytes | None = None
        self.url = ""

    def answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:  # noqa: PLR0911 - a table of refusals
        """Status, body and headers for a path."""
        resolve = f"/{self.repository}/resolve/{COMMIT}/"
        api = f"/api/models/{self.repository}"
        if self.foreign is not None:
            return 200, self.foreign, {"Content-Type": "application/json"}
        if self.gated and path.startswith((resolve, api)):
            return 403, b"", {"X-Error-Code": "GatedRepo"}
        if path.startswith(resolve) and (self.folder / path.removeprefix(resolve)).is_file():
            name = path.removeprefix(resolve)
            if name in self.withheld:
                return 403, b"", {}
            file = self.folder / name
            body = self.swapped.get(name, file.read_bytes())
            return 200, body, {"ETag": f'"{_etag(file)}"', "X-Repo-Commit": COMMIT}
        files = sorted(path for path in self.folder.iterdir() if path.is_file())
        if path in {api, f"{api}/revision/main", f"{api}/revision/{COMMIT}"}:
            siblings = [_sibling(file) for file in files]
            return self._json({"id": self.repository, "sha": COMMIT, "private": False, "siblings": siblings})
        if path in {f"{api}/tree/main", f"{api}/tree/{COMMIT}"}:
            return self._json([_listed(file) for file in files])
        missing = "RevisionNotFound" if path.startswith(api) else "RepoNotFound"
        return 404, b"", {"X-Error-Code": missing}

    def _json(self, content: object) -> tuple[int, bytes, dict[str, str]]:
        return 200, json.dumps(content).encode(), {"Content-Type": "application/json"}


def _etag(file: Path) -> str:
    """What names a file: the SHA-256 of what is in large file storage, as weights are, otherwise Git's hash."""
    content = file.read_bytes()
    if file.suffix == ".safetensors":
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _sibling(file: Path) -> dict[str, object]:
    """A file in the description of its repository (`?blobs=true`)."""
    size = file.stat().st_size
    listed: dict[str, object] = {"rfilename": file.name, "size": size}
    if file.suffix == ".safetensors":
        listed["lfs"] = {"sha256": _etag(file), "size": size, "pointerSize": 134}
    return listed


def _listed(file: Path) -> dict[str, object]:
    size = file.stat().st_size
    listed: dict[str, object] = {"type": "file", "path": file.name, "size": size, "oid": _etag(file)}
    if file.suffix == ".safetensors":
        listed |= {"oid": "0" * 40, "lfs": {"oid": _etag(file), "size": size, "pointerSize": 134}}
    return listed


def _handler(hub: ModelHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self, *, with_body: bool) -> None:
            hub.asked.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".rstrip())
            path = urlsplit(self.path).path
            status, body, headers = hub.answer(path)
            asked = self.headers.get("Range", "").removeprefix("bytes=").partition("-")
            if status == HTTPStatus.OK and asked[0]:
                total, first = len(body), int(asked[0])
                body = body[first : int(asked[2] or total) + 1]
                status, headers = 206, {**headers, "Content-Range": f"bytes {first}-{first + len(body) - 1}/{total}"}
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                name = path.rpartition("/")[2]
                is_cut = name in hub.cut
                if is_cut:
                    hub.cut.discard(name)
                    hub.withheld.add(name)
                self.wfile.write(body[: len(body) // 2] if is_cut else body)
                self.close_connection = self.close_connection or is_cut

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def model_hub(repository: str, folder: Path) -> Iterator[ModelHub]:
    """Serve the folder as the repository's main branch at `.url`."""
    hub = ModelHub(repository, folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
