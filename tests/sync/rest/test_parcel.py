"""A batch as a request: its key, its bytes, its repetition."""

from __future__ import annotations

import gzip
from hashlib import sha256

import orjson

from sync.rest.parcel import GZIP_ABOVE_BYTES, Parcel, idempotency_key
from sync.uplink import Batch


def batch(size: int) -> Batch:
    payload = orjson.dumps({"v": 1, "ev": [{"s": 11, "id": "a"}, {"s": 12, "id": "b", "pad": "x" * size}]})
    return Batch("mov", "EPOCH", 11, 12, payload)


def test_the_key_names_epoch_range_and_content() -> None:
    one = batch(10)
    assert idempotency_key(one) == f"EPOCH.11-12.{sha256(one.payload).hexdigest()[:16]}"
    assert idempotency_key(one) != idempotency_key(batch(11))


def test_a_repetition_is_the_same_byte_for_byte() -> None:
    parcel = Parcel(batch(5000))
    first, again = parcel.request("G1"), parcel.request("G1")
    assert first == again
    assert first.path == "/v1/gw/G1/streams/mov/batches"
    assert first.headers["Idempotency-Key"] == f'"{parcel.key}"'


def test_large_bodies_are_gzipped_and_small_ones_are_not() -> None:
    large, small = batch(GZIP_ABOVE_BYTES), batch(1)
    packed = Parcel(large).request("G1")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body or b"") == large.payload
    plain = Parcel(small).request("G1")
    assert "Content-Encoding" not in plain.headers
    assert plain.body == small.payload


def test_an_event_is_found_by_its_number() -> None:
    assert Parcel(batch(1)).event(12)["id"] == "b"
