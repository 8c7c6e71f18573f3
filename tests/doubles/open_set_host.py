"""The host of the open set's photos on 127.0.0.1: serves bytes by path, and counts what was asked."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class PhotoHost:
    """`files` by path. `statuses` are answered instead, each once, to the next requests for a path."""

    files: dict[str, bytes]
    statuses: dict[str, list[int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if self.statuses.get(path):
            return self.statuses[path].pop(0), b""
        return (200, self.files[path]) if path in self.files else (404, b"")


@contextmanager
def photo_host(files: Mapping[str, bytes]) -> Iterator[PhotoHost]:
    """Serve the files at `.url`."""
    host = PhotoHost({f"/{path}": data for path, data in files.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = host.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
