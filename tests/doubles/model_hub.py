"""A model hub on 127.0.0.1 that serves one repository from a folder, as huggingface_hub asks for it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class ModelHub:
    """`repository` and its files; `asked` are the requests so far, `withheld` files are refused."""

    def __init__(self, repository: str, folder: Path) -> None:
        self.repository = repository
        self.folder = folder
        self.asked: list[str] = []
        self.withheld: set[str] = set()
        self.url = ""

    def answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers for a path."""
        resolve = f"/{self.repository}/resolve/{COMMIT}/"
        api = f"/api/models/{self.repository}"
        if path.startswith(resolve) and (self.folder / path.removeprefix(resolve)).is_file():
            if path.removeprefix(resolve) in self.withheld:
                return 403, b"", {}
            body = (self.folder / path.removeprefix(resolve)).read_bytes()
            return 200, body, {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "X-Repo-Commit": COMMIT}
        files = sorted(self.folder.iterdir())
        if path in {api, f"{api}/revision/main", f"{api}/revision/{COMMIT}"}:
            siblings = [{"rfilename": file.name} for file in files]
            return self._json({"id": self.repository, "sha": COMMIT, "private": False, "siblings": siblings})
        if path in {f"{api}/tree/main", f"{api}/tree/{COMMIT}"}:
            return self._json(
                [{"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "0" * 40} for file in files]
            )
        return 404, b"", {"X-Error-Code": "RepoNotFound"}

    def _json(self, content: object) -> tuple[int, bytes, dict[str, str]]:
        return 200, json.dumps(content).encode(), {"Content-Type": "application/json"}


@contextmanager
def model_hub(repository: str, folder: Path) -> Iterator[ModelHub]:
    """Serve the folder as the repository's main branch at `.url`."""
    hub = ModelHub(repository, folder)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, *, with_body: bool) -> None:
            hub.asked.append(f"{self.command} {self.path}")
            status, body, headers = hub.answer(urlsplit(self.path).path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
