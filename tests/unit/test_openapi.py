"""The OpenAPI document says what a client must know besides bodies. The API's keeping to it is tested over HTTP."""

from typing import Any

from api.bodies import FORM
from api.items import Items
from api.openapi import document
from api.routes import operations
from api.search import Searches

WITHOUT_SERVERS: Any = Searches, Items
"""Only their methods are named."""


def test_photos_in_forms_are_files() -> None:
    paths = document(operations(*WITHOUT_SERVERS))["paths"]
    forms = {
        path: paths[path]["post"]["requestBody"]["content"][FORM]["schema"]["properties"]
        for path in ("/v1/search", "/v1/items")
    }
    assert (forms["/v1/search"]["photo"]["format"], forms["/v1/items"]["photos"]["items"]["format"]) == ("binary",) * 2


def test_who_should_come_back_later_reads_when() -> None:
    for path, methods in document(operations(*WITHOUT_SERVERS))["paths"].items():
        for operation in methods.values() if path.startswith("/v1") else ():
            named = {status for status, answer in operation["responses"].items() if "headers" in answer}
            assert named == {"429", "503"}, path
