"""The OpenAPI document, made from the table of operations."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from importlib import metadata
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import schemas
from api.bodies import FORM, JSON
from api.operations import Operation
from api.problems import MEDIA_TYPE

_REFERENCE: Final = "#/components/schemas/{model}"
_ALWAYS: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_LATER: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_RETRY_AFTER: Final = {"description": "In how many seconds to try again", "schema": {"type": "integer", "minimum": 1}}
_OF_BODIES: Final = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
_PUBLIC: Final = {
    "/healthz": "Whether the process runs",
    "/readyz": "Whether it can serve requests: its database can be reached",
}
Json = dict[str, Any]
_FILE: Final[Json] = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}


def document(operations: Sequence[Operation[Any]]) -> Json:
    """Describe the API."""
    paths: dict[str, Json] = {path: {"get": _health(path, summary)} for path, summary in _PUBLIC.items()}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Reunite",
            "version": metadata.version("reunite"),
            "description": "Search what a community has lost and found, and post to it.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _schemas(operations: Sequence[Operation[Any]]) -> Json:
    taken = {operation.body for operation in operations if operation.body}
    returned = {model for operation in operations for model in operation.returns.values() if isinstance(model, type)}
    returned |= {schemas.Problem, schemas.Health}
    _, definitions = models_json_schema(
        [
            *((model, "validation") for model in sorted(taken, key=_name)),
            *((model, "serialization") for model in sorted(returned, key=_name)),
        ],
        ref_template=_REFERENCE,
    )
    found: Json = definitions["$defs"]
    return found


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _form(body: type[BaseModel]) -> Json:
    """Describe a body as a form, in which photos are files."""
    described = body.model_json_schema(ref_template=_REFERENCE)
    described.pop("$defs", None)  # they are among the components
    fields = described["properties"]
    for name in schemas.FILE_FIELDS & fields.keys():
        fields[name] = {**fields[name], "items": _FILE} if fields[name].get("type") == "array" else _FILE
    return described


def _operation(operation: Operation[Any]) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs the scope `{operation.scope}`.",
        "parameters": _parameters(operation),
        "responses": {**_successes(operation), **_failures(operation)},
    }
    if operation.body:
        content = {JSON: {"schema": _reference(operation.body)}}
        if operation.forms:
            content[FORM] = {"schema": _form(operation.body)}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation[Any]) -> list[Json]:
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in operation.ids
    ]
    number = {"type": "integer", "minimum": 1, "maximum": schemas.MAX_RESULTS, "default": 10}
    found += [
        {"name": name, "in": "query", "schema": {"type": "string", "format": "uuid"} if name == "before" else number}
        for name in operation.parameters
    ]
    if operation.takes_key:
        description = "A repeated key changes nothing: the response has the item or job of the first request."
        key = {"type": "string", "maxLength": 200}
        found.append({"name": "Idempotency-Key", "in": "header", "description": description, "schema": key})
    return found


def _successes(operation: Operation[Any]) -> Json:
    return {str(status.value): _success(status, body) for status, body in operation.returns.items()}


def _success(status: HTTPStatus, body: type[BaseModel] | str | None) -> Json:
    if body is None:
        return {"description": status.phrase}
    if isinstance(body, str):
        return {"description": status.phrase, "content": {body: {}}}
    return {"description": status.phrase, "content": {JSON: {"schema": _reference(body)}}}


def _failures(operation: Operation[Any]) -> Mapping[str, Json]:
    may_miss = operation.ids or "before" in operation.parameters
    statuses = [*_ALWAYS, *(_OF_BODIES if operation.body else ()), *([HTTPStatus.NOT_FOUND] if may_miss else ())]
    return {str(status.value): _failure(status) for status in sorted(statuses)}


def _failure(status: HTTPStatus) -> Json:
    content = {MEDIA_TYPE: {"schema": _reference(schemas.Problem)}}
    headers = {"headers": {"Retry-After": _RETRY_AFTER}} if status in _LATER else {}
    return {"description": status.phrase, "content": content, **headers}


def _health(path: str, summary: str) -> Json:
    content = {JSON: {"schema": _reference(schemas.Health)}}
    return {
        "operationId": path[1:],
        "summary": summary,
        "security": [],
        "responses": {
            "200": {"description": "It does", "content": content},
            "503": {"description": "It doesn't", "content": content},
        },
    }
