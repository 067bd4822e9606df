"""What is published for integrators is what the code says: topics, routes, statuses, kinds and every document."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from firmware_sim.erp.consumer import Erp
from firmware_sim.erp.rest import create_app
from gateway.cli import main
from sync.envelope import DATASETS
from sync.rest.judgement import BATCH_TABLE, QUESTION_TABLE
from sync.topic import STREAMS, Topics
from tests.sync.published import CONTRACT, SCHEMAS, faults, kinds, load
from tests.sync.test_contract import DOCUMENTS as SHOWN

ROOT = Path(__file__).parents[2]

# The worked example leaves out `after`, to keep the hashed text short.
DOCUMENTS = [
    {**shown, "ev": [{**event, "after": []} for event in shown["ev"]]} if "ev" in shown else shown for shown in SHOWN
]
# Where the kind of an event is no text in the call, it is one of the module's texts of this form.
PAST = re.compile(r"[a-z]+(_[a-z]+)*_([a-z]*ed|done|lost)")


# -- kinds ---------------------------------------------------------------------------------


def emitted() -> dict[str, str]:
    """Every kind of event that the code can write, with the file that does."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "gateway").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for kind in _kinds_in(tree):
            found.setdefault(kind, str(file.relative_to(ROOT)))
    return found


def _kinds_in(tree: ast.AST) -> Iterator[str]:
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Event" and node.args:
            said = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
            yield from map(str, said) if said else [text for text in texts if PAST.fullmatch(text)]
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "t" and isinstance(value, ast.Constant):
                    yield str(value.value)


def test_every_kind_that_the_code_writes_is_published_and_no_other() -> None:
    code, published = emitted(), set(kinds()) | {"dropped"}
    families = tuple(kind for kind in code if kind.endswith("_"))  # put together at run time
    missing = {kind: where for kind, where in code.items() if not any(one.startswith(kind) for one in published)}
    missing |= {kind: where for kind, where in code.items() if kind not in (*published, *families)}
    lines = [
        json.dumps({"if": {"properties": {"t": {"const": kind}}, "required": ["t"]},
                    "then": {"title": kind, "x-stream": "", "description": "…", "required": []}})
        for kind in missing
    ]  # fmt: skip
    assert missing == {}, "add to sync/contract/schema/kinds.json:\n" + ",\n".join(lines)
    unknown = {kind for kind in published - set(code) if not kind.startswith(families)}
    assert unknown == set(), "published, but nothing writes it"


def test_each_kind_is_one_line_with_a_known_stream_and_a_description() -> None:
    lines = (CONTRACT / "schema" / "kinds.json").read_text(encoding="utf-8").splitlines()
    assert sum('"const"' in line for line in lines) == len(kinds()) == len(SCHEMAS["kinds"]["allOf"])
    for kind, told in kinds().items():
        assert told["x-stream"] in (*STREAMS, ""), kind
        assert told["description"].endswith("."), kind


# -- documents -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_one_and_names_only_what_exists(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    for reference in re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(SCHEMAS[name])):
        file, _, pointer = reference.partition("#")
        target: Any = SCHEMAS[file.removesuffix(".json")] if file else SCHEMAS[name]
        for step in pointer.split("/")[1:]:
            target = target[step]


def schema_of(document: dict[str, Any]) -> str:
    """Which schema a document of the contract belongs to."""
    marks = (
        ("ev", "batch"), ("birth", "state"), ("cum", "ack"), ("name", "command"), ("online", "erpstate"),
        ("streams", "streams"), ("next", "feed"), ("from", "event"), ("code", "problem"),
    )  # fmt: skip
    for member, name in marks:
        if member in document:
            return name
    return "masterdata" if document["dataset"] in DATASETS else str(document["dataset"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=schema_of)
def test_every_example_of_the_contract_keeps_its_schema(document: dict[str, Any]) -> None:
    assert faults(schema_of(document), document) == []


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        ("batch", "v", 2), ("batch", "gw", ""), ("batch", "ev", []), ("batch", "s0", 0), ("batch", "h", "AB" * 16),
        ("ack", "cum", -1), ("ack", "cum", 1.5), ("ack", "st", "news"), ("ack", "h", "ab"), ("ack", "dsp", [{"n": 1}]),
        ("command", "id", "1"), ("command", "deadline", "2026-11-22 14:00"), ("command", "body", {"key": "k"}),
        ("masterdata", "dataset", "prices"), ("masterdata", "version", 0), ("masterdata", "rows", [{}]),
        ("stock", "rows", [{"item": "A", "location": "L", "qty": 1.5}]), ("cardstate", "rows", [{"card": "K"}]),
        ("state", "birth", "x"), ("erpstate", "online", "yes"),
    ],
)  # fmt: skip
def test_the_schemas_refuse_what_is_wrong(name: str, member: str, value: object) -> None:
    example = next(document for document in DOCUMENTS if schema_of(document) == name)
    assert faults(name, {**example, member: value}) != []
    without = {key: inner for key, inner in example.items() if key != "v"}
    assert faults(name, without) != []
    assert faults(name, {**example, "something_new": {"a": 1}}) == []  # members that nobody knows are allowed


@pytest.mark.parametrize(
    "event",
    [
        {"t": "batch_released"}, {"id": "no uuid"}, {"w": "yesterday"}, {"q": "gps"}, {"m": 1.5},
        {"mv": [{"item": "A", "qty": 40}]}, {"tr": {"rule": "kanban"}}, {"t": "dropped", "from": 1, "to": 1},
        {"after": [{"card": "K", "state": "LOST"}]},
    ],
)  # fmt: skip
def test_the_schema_refuses_wrong_events(event: dict[str, Any]) -> None:
    batch = next(document for document in DOCUMENTS if "ev" in document)
    good = {**batch["ev"][0], "t": "something_new"}
    assert faults("event", good) == []
    assert faults("event", {**good, **event}) != []


# -- channels and routes -------------------------------------------------------------------


def test_the_topics_are_those_of_the_code() -> None:
    published = {channel["address"] for channel in load("asyncapi")["channels"].values()}
    topics = Topics.of("{site}", "{gateway}")
    code = {topics.state, topics.command, topics.erp_state, f"{topics.master}{{dataset}}"}
    code |= {topic.replace("/sig", "/{stream}") for topic in (topics.up["sig"], *topics.streams) if "/sig" in topic}
    assert published == code
    parameters = load("asyncapi")["components"]["parameters"]
    assert tuple(parameters["stream"]["enum"]) == STREAMS
    assert tuple(parameters["dataset"]["enum"]) == (*DATASETS, "cardstate", "stock")


def test_every_reference_of_asyncapi_and_openapi_leads_somewhere() -> None:
    for name in ("asyncapi", "openapi"):
        document = load(name)
        for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)):
            file, _, pointer = reference.partition("#")
            target: Any = json.loads((CONTRACT / file).read_text(encoding="utf-8")) if file else document
            for step in pointer.split("/")[1:]:
                target = target[step.replace("~1", "/")]


def test_the_statuses_are_those_of_the_table() -> None:
    paths = load("openapi")["paths"]
    batches = paths["/v1/gw/{gw}/streams/{st}/batches"]["post"]["responses"]
    assert set(batches) == {*map(str, BATCH_TABLE), "5XX"}
    questions = {*map(str, QUESTION_TABLE), "5XX", "200"}
    for path, more in (("streams", set()), ("feed", set()), ("md/{dataset}", {"304"})):
        assert set(paths[f"/v1/gw/{{gw}}/{path}"]["get"]["responses"]) == questions | more


def test_the_routes_are_those_that_the_simulated_erp_serves(tmp_path: Path) -> None:
    erp = Erp(db=tmp_path / "erp.db")
    served = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in create_app(erp).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    erp.ledger.close()
    paths = load("openapi")["paths"].items()
    assert served == {(method.upper(), path) for path, item in paths for method in item if method != "parameters"}


# -- the command ---------------------------------------------------------------------------


def test_the_contract_is_listed_and_written_out_whole(tmp_path: Path) -> None:
    listed = CliRunner().invoke(main, ["contract"])
    assert listed.exit_code == 0
    written = CliRunner().invoke(main, ["contract", "--dir", str(tmp_path / "out")])
    assert written.exit_code == 0
    names = sorted(str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*") if file.is_file())
    published = [str(file.relative_to(CONTRACT)) for file in CONTRACT.rglob("*.json")]
    assert names == sorted(["CONTRACT.md", *published])
    assert all(name in listed.output for name in names)
    assert (tmp_path / "out" / "openapi.json").read_text() == (CONTRACT / "openapi.json").read_text()


def test_a_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = CliRunner().invoke(main, ["contract", "--dir", str(tmp_path / "file" / "out")])
    assert answer.exit_code == 1
    assert "cannot be written" in answer.output
