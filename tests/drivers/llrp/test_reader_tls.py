"""A reader over TLS, with real certificates on a real socket."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from firmware_sim.llrp_reader import LlrpReader
from tests.drivers.llrp.rig import BIN, driver
from tests.drivers.portal import Portal
from tests.drivers.rig import HoldingSink, Running
from tests.end_to_end.certificates import Authority

pytestmark = pytest.mark.promise("R10")


def _server(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_reader_with_a_trusted_certificate_is_read(tmp_path: Path, portal: Portal) -> None:
    authority = Authority(tmp_path, "plant")
    with LlrpReader("FX9600", tls=_server(*authority.issue("reader"))) as reader:
        tls = {"enabled": True, "ca_file": str(authority.file)}
        with Running(driver(reader, portal.context, tls=tls), HoldingSink()):
            reader.wait_reading()
            reader.show(BIN, reads=500)
            portal.wait(lambda told: len(told.reads) == 500, "all reads")


def test_a_stranger_and_a_reader_without_tls_are_told_and_not_read(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    tls = {"enabled": True, "ca_file": str(ours.file)}
    with LlrpReader(tls=_server(*theirs.issue("reader"))) as stranger:
        with Running(driver(stranger, tls=tls), HoldingSink()) as running:
            assert "certificate cannot be trusted" in running.wait_down().text
        assert not stranger.asked
    with LlrpReader() as plain, Running(driver(plain, tls=tls), HoldingSink()) as running:
        assert "is its port the one for TLS" in running.wait_down().text


def test_a_certificate_with_another_name_is_trusted_under_that_name_only(tmp_path: Path, portal: Portal) -> None:
    authority = Authority(tmp_path, "plant")
    tls = {"enabled": True, "ca_file": str(authority.file)}
    with LlrpReader(tls=_server(*authority.issue("reader", "192.0.2.7"))) as reader:
        with Running(driver(reader, tls=tls), HoldingSink()) as running:
            assert "check `ca_file` and `tls_name`" in running.wait_down().text
        with Running(driver(reader, portal.context, tls=tls, tls_name="192.0.2.7"), HoldingSink()):
            reader.wait_reading()
