"""Capturing into a real repository over HTTP: once, as a whole, whatever goes wrong, with every refusal told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_sim.epcis_repository import EpcisRepository
from gateway.app import Gateway
from gateway.epcis.cursor import CAPTURED
from gateway.epcis_capture import open_round, open_source
from gateway.ids import new_id
from gateway.model import Instruction, Verdict
from gateway.settings import Settings, load_settings
from gateway.store.writer import Request
from gateway.systemd import Notifier
from sync.epcis.engine import CaptureRound
from sync.rest.reply import HeldError
from tests.cli.test_epcis_commands import CONFIG
from tests.epcis.dock_store import DockStore
from tests.goods.dock import MIXED, PALLET, label
from tests.store.rig import HandClock

OF_PALLET = 5  # events of one received pallet: object, three aggregations, transaction


class Jumping(HandClock):
    """Time passes whenever somebody waits."""

    def wait(self, seconds: float) -> None:
        self.pass_time(int(seconds * 1000))


@pytest.fixture
def repository() -> Iterator[EpcisRepository]:
    with EpcisRepository() as found:
        yield found


@pytest.fixture
def settings(tmp_path: Path, repository: EpcisRepository) -> Settings:
    file = tmp_path / "gateway.toml"
    table = f'[epcis]\nenabled = true\nbase_url = "{repository.url}"\njob_limit_s = 30\ntls.enabled = false'
    file.write_text(CONFIG.replace("[epcis]", table).replace('host = "broker.example"', "enabled = false"))
    return load_settings(file)


class Bench:
    """A dock's store and one that captures from it."""

    def __init__(self, settings: Settings) -> None:
        self.clock = Jumping()
        self.store = DockStore(settings.gateway.data_dir, self.clock)
        self.source = open_source(settings)
        self.noted: list[dict[str, Any]] = []
        self.settings = settings
        self.look = self.anew()

    def anew(self) -> CaptureRound:
        """As after a restart."""
        credential = self.settings.config_dir.joinpath
        return open_round(self.settings, self.source, self.clock, credential, self.note, self.clock.wait)

    def note(self, body: dict[str, Any]) -> Verdict:
        self.noted.append(body)
        instruction = Instruction(new_id(self.clock.wall_ms()), CAPTURED, body, "test")
        return self.store.writer.step([Request(instruction)])[0].verdict

    def close(self) -> None:
        self.source.close()
        self.store.close()


@pytest.fixture
def bench(settings: Settings) -> Iterator[Bench]:
    found = Bench(settings)
    assert found.store.receive(label(sscc=PALLET)).code == "GOODS_RECEIVED"
    yield found
    found.close()


def test_what_happened_is_captured_once_and_the_cursor_stands_behind_it(
    bench: Bench, repository: EpcisRepository
) -> None:
    assert bench.look.play().captured == OF_PALLET
    assert not bench.look.play().is_news and not bench.anew().play().is_news
    assert len(repository.ids) == len(set(repository.ids)) == OF_PALLET and len(repository.documents) == 1
    told = repository.headers[0]
    assert (told["Gs1-Epcis-Version"], told["Gs1-Capture-Error-Behaviour"]) == ("2.0.0", "rollback")


def test_only_what_is_new_is_sent_the_next_time(bench: Bench, repository: EpcisRepository) -> None:
    bench.look.play()
    bench.clock.pass_time(10_000)
    assert bench.store.receive(label(sscc=MIXED)).code.startswith("GOODS_RECEIVED")
    again = bench.anew().play()
    assert again.captured == len(repository.ids) - OF_PALLET > 0
    assert len(repository.documents) == 2


@pytest.mark.promise("R2")
def test_a_lost_answer_costs_a_repeat_and_nothing_else(bench: Bench, repository: EpcisRepository) -> None:
    repository.mischief.loses_answers = 1
    with pytest.raises(HeldError, match="500"):
        bench.look.play()
    assert bench.noted == []
    assert bench.look.play().captured == OF_PALLET
    assert len(repository.documents) == 2 and len(repository.events) == OF_PALLET


@pytest.mark.promise("R2")
def test_a_cursor_that_could_not_be_noted_is_made_good_under_the_same_ids(
    bench: Bench, repository: EpcisRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = bench.anew()
    assert bench.look.play().captured == OF_PALLET
    monkeypatch.setattr(bench.source, "cursor", lambda: 0)  # as a second one saw it that began before
    assert other.play().captured == OF_PALLET  # it is told that the cursor has gone on, and that is all right
    assert len(repository.documents) == 2 and len(repository.events) == OF_PALLET


def test_a_job_is_asked_for_until_it_is_finished(bench: Bench, repository: EpcisRepository) -> None:
    repository.mischief.looks = 3
    assert bench.look.play().captured == OF_PALLET


def test_a_job_that_never_ends_is_given_up_and_sent_again(bench: Bench, repository: EpcisRepository) -> None:
    repository.mischief.is_stuck = True
    with pytest.raises(HeldError, match="did not end within 30 s"):
        bench.look.play()
    repository.mischief.is_stuck = False
    assert bench.look.play().captured == OF_PALLET and len(repository.events) == OF_PALLET


@pytest.mark.promise("R3")
@pytest.mark.parametrize("is_direct", [False, True])
def test_a_refused_event_is_found_told_and_kept_for_a_person_while_all_others_are_captured(
    bench: Bench, repository: EpcisRepository, is_direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.store.receive(label(item="NUT", purchase_order="PO-2", quantity="7"))
    repository.mischief.is_direct = is_direct
    monkeypatch.setattr(bench.source, "next", _with_a_bad_one(bench.source.next))
    repository.mischief.refuses = frozenset({"shipping"})
    done = bench.look.play()
    assert done.captured == len(repository.events) == OF_PALLET
    [refused] = done.refused
    assert refused.event["bizStep"] == "shipping" and "bizStep shipping" in refused.text
    [(text,)] = bench.store.rows("SELECT text FROM resolve WHERE kind='epcis'")
    assert "would not take" in str(text)


def _with_a_bad_one(following: Any) -> Any:
    """The last event of the first window has a step that this repository does not know."""

    def changed(*arguments: Any) -> Any:
        window = following(*arguments)
        if window.events:
            window.events[-1]["bizStep"] = "shipping"
        return window

    return changed


def test_a_document_that_is_too_large_goes_in_halves(bench: Bench, repository: EpcisRepository) -> None:
    repository.mischief.largest = 2
    assert bench.look.play().captured == OF_PALLET == len(repository.events)


def test_an_event_that_the_repository_says_it_knows_is_captured(bench: Bench, repository: EpcisRepository) -> None:
    repository.mischief.loses_answers, repository.mischief.knows = 1, True
    with pytest.raises(HeldError):
        bench.look.play()
    assert bench.look.play().refused == () and len(repository.events) == OF_PALLET


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [("busy", 1, "503"), ("token", "secret", "see token_credential")],
)
def test_what_a_person_must_mend_is_told(
    bench: Bench, repository: EpcisRepository, member: str, value: Any, said: str
) -> None:
    setattr(repository.mischief, member, value)
    with pytest.raises(HeldError, match=said):
        bench.look.play()
    assert bench.noted == []


@pytest.mark.slow
def test_the_daemon_captures_by_itself_and_waits_for_a_repository_that_is_busy(
    settings: Settings, repository: EpcisRepository
) -> None:
    store = DockStore(settings.gateway.data_dir)
    store.receive(label(sscc=PALLET))
    store.close()
    repository.mischief.busy = 1
    table = settings.epcis.model_copy(update={"interval_s": 1})
    settings = settings.model_copy(update={"epcis": table, "devices": ()})
    gateway, stop = Gateway(settings, notifier=Notifier("")), threading.Event()
    thread = threading.Thread(target=gateway.run, args=(stop,))
    thread.start()
    try:
        for _ in range(600):
            if len(repository.events) == OF_PALLET:
                break
            stop.wait(0.1)
    finally:
        stop.set()
        thread.join()
    assert len(repository.events) == OF_PALLET
