"""What a repository's answers mean: a table of its statuses and of the ends of its jobs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.epcis.answer import Answer, Do, judge_capture, judge_job
from sync.rest.reply import HeldError, Reply

PROBLEM = json.dumps({"type": "epcisException:ValidationException", "title": "Bad", "detail": "bizStep"}).encode()


def job(**told: Any) -> Reply:
    return Reply(200, body=json.dumps({"captureID": "7", "running": False, "success": True, **told}).encode())


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (Reply(202, {"location": "/capture/7"}), Answer(Do.WAIT, "7")),
        (Reply(202, {"location": "https://a.example/epcis/capture/7/"}), Answer(Do.WAIT, "7")),
        (Reply(201), Answer(Do.DONE)),
        (Reply(400, body=PROBLEM), Answer(Do.SPLIT, code="HTTP_400", text="Bad: bizStep")),
        (Reply(413, body=b"too much"), Answer(Do.SPLIT, code="HTTP_413", text="too much")),
        (Reply(409), Answer(Do.SPLIT, code="HTTP_409")),
    ],
)
def test_an_answer_to_a_document(reply: Reply, answer: Answer) -> None:
    assert judge_capture(reply) == answer


@pytest.mark.parametrize(
    ("reply", "code", "wait_s"),
    [
        (Reply(fault="refused"), "CAPTURE_UNREACHABLE", 0.0),
        (Reply(202), "CAPTURE_UNEXPECTED", 60.0),  # taken, but nobody says which job
        (Reply(401), "CAPTURE_CREDENTIAL", 60.0),
        (Reply(404), "CAPTURE_UNEXPECTED", 60.0),
        (Reply(415), "CAPTURE_CONTENT_TYPE", 60.0),
        (Reply(429, {"retry-after": "7"}), "CAPTURE_BUSY", 7.0),
        (Reply(503, {"retry-after": "99999999"}), "CAPTURE_BUSY", 600.0),
        (Reply(503, {"retry-after": "soon"}), "CAPTURE_BUSY", 0.0),
        (Reply(500, body=b"\xff\xfe"), "CAPTURE_UNEXPECTED", 0.0),
    ],
)
def test_what_says_nothing_of_the_document_is_waited_for(reply: Reply, code: str, wait_s: float) -> None:
    with pytest.raises(HeldError) as held:
        judge_capture(reply)
    assert (held.value.code, held.value.wait_s) == (code, wait_s)


def test_the_end_of_a_job() -> None:
    assert judge_job(job()) == Answer(Do.DONE)
    assert judge_job(job(running=True)) is None
    assert judge_job(Reply(fault="cut")) is None and judge_job(Reply(502)) is None
    errors = [{"type": "epcisException:ValidationException", "detail": "bizStep"}]
    assert judge_job(job(success=False, errors=errors)) == Answer(
        Do.SPLIT, code="epcisException:ValidationException", text="bizStep"
    )
    assert judge_job(job(success=False)) == Answer(Do.SPLIT, code="CAPTURE_FAILED", text="the job failed")


@pytest.mark.promise("R10")
@pytest.mark.parametrize("body", [b"", b"[]", b'{"running":1}', b"\xff", b'{"running":"no","success":true}'])
def test_a_job_that_is_told_of_in_other_words_is_not_believed(body: bytes) -> None:
    with pytest.raises(HeldError, match="tells of its job"):
        judge_job(Reply(200, body=body))
