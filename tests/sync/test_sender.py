"""One stream's way to the ERP, without threads, sockets or clocks."""

from __future__ import annotations

from dataclasses import replace

from gateway.model import Acknowledgement
from sync.sender import Heard, Pace, StreamSender
from tests.sync.ledger import EPOCH, MemoryOutbox

NOW = 1_000_000


class Rig:
    """A sender of `sig` with its outbox; `jitter` decides where in a back-off's range it falls."""

    def __init__(self, events: int = 0, *, jitter: float = 1.0) -> None:
        self.outbox = MemoryOutbox()
        self.outbox.append("sig", events)
        pace = Pace()
        self.sender = StreamSender(self.outbox.streams()["sig"], pace, lambda low, high: low + (high - low) * jitter)

    def ack(self, cum: int, digest: bytes | None = None, epoch: str = EPOCH) -> Heard:
        hashes = self.outbox.hashes["sig"]
        own = hashes[cum] if cum < len(hashes) else None
        sent = Acknowledgement(epoch, "sig", cum, digest if digest is not None else own or b"?" * 16)
        return self.sender.on_ack(sent, own, NOW)

    def send(self, now: int = NOW, limit: int = 8) -> list[int]:
        """Send what may be sent; returns the last sequence number of each batch."""
        lasts: list[int] = []
        while self.sender.is_ready and len(lasts) < limit:
            window = self.outbox.window("sig", self.sender.begin_read(), 2, 10_000)
            if window is None:
                break
            self.sender.on_sent(window, now, is_cut=len(window.events) == 2)
            lasts.append(window.last)
        return lasts


def test_nothing_is_sent_before_an_acknowledgement_for_the_current_epoch_was_seen() -> None:
    rig = Rig(3)
    assert rig.send() == []
    assert rig.ack(0, epoch="01AAAAAAAAAAAAAAAAAAAAAAAA") is Heard.OTHER_EPOCH
    assert rig.send() == []
    assert rig.ack(0) is Heard.REPEATED
    assert rig.send() == [2, 3]


def test_windows_follow_each_other_without_waiting_for_acknowledgements() -> None:
    rig = Rig(7)
    rig.ack(0)
    assert rig.send() == [2, 4, 6, 7]
    assert rig.sender.in_flight == 4
    assert rig.ack(4) is Heard.ADVANCED
    assert rig.sender.in_flight == 2
    assert rig.sender.acked == 4


def test_a_commit_during_a_read_is_not_missed() -> None:
    rig = Rig(1)
    rig.ack(0)
    after = rig.sender.begin_read()
    window = rig.outbox.window("sig", after, 2, 10_000)
    rig.outbox.append("sig")
    rig.sender.on_commit()
    assert window is not None
    rig.sender.on_sent(window, NOW, is_cut=False)
    assert rig.send() == [2]


def test_an_acknowledgement_inside_a_window_leaves_the_window_under_way() -> None:
    rig = Rig(4)
    rig.ack(0)
    rig.send()
    assert rig.ack(1) is Heard.ADVANCED
    assert (rig.sender.acked, rig.sender.in_flight, rig.sender.sent) == (1, 2, 4)


def test_an_acknowledgement_of_more_than_was_sent_moves_the_position_forward() -> None:
    rig = Rig(6)
    rig.ack(0)
    assert rig.ack(5) is Heard.ADVANCED
    assert rig.send() == [6]


def test_without_progress_everything_after_cum_is_sent_again_after_five_seconds() -> None:
    rig = Rig(4)
    rig.ack(0)
    rig.send()
    rig.ack(2)
    assert not rig.sender.on_tick(NOW + 4_999)
    assert rig.sender.on_tick(NOW + 5_000)
    assert rig.send(NOW + 5_000) == [4]


def test_new_batches_do_not_postpone_the_repetition_of_the_oldest() -> None:
    rig = Rig(2)
    rig.ack(0)
    rig.send()
    rig.outbox.append("sig")
    rig.sender.on_commit()
    assert rig.send(NOW + 4_000) == [3]
    assert rig.sender.on_tick(NOW + 5_000)


def test_repetitions_back_off_to_a_minute_and_probe_with_one_batch_at_a_time() -> None:
    rig = Rig(8)
    rig.ack(0)
    assert len(rig.send()) == 4
    now, waits = NOW, []
    for _ in range(7):
        due = rig.sender.due_ms
        assert due is not None
        waits.append(due - now)
        now = due
        assert rig.sender.on_tick(now)
        assert rig.send(now) == [2]
    assert waits == [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]


def test_jitter_never_makes_a_repetition_come_sooner_than_five_seconds() -> None:
    rig = Rig(2, jitter=0.0)
    rig.ack(0)
    rig.send()
    for turn in range(1, 5):
        now = NOW + turn * 5_000
        assert not rig.sender.on_tick(now - 1)
        assert rig.sender.on_tick(now)
        rig.send(now)


def test_progress_ends_the_back_off_and_the_probing() -> None:
    rig = Rig(8)
    rig.ack(0)
    rig.send()
    rig.sender.on_tick(NOW + 5_000)
    rig.send(NOW + 5_000)
    rig.ack(2)
    assert rig.send(NOW + 5_100) == [4, 6, 8]
    assert rig.sender.due_ms == NOW + 5_100 + 5_000


def test_a_gap_hint_repeats_at_once_but_only_once_per_position() -> None:
    rig = Rig(6)
    rig.ack(0)
    assert rig.send() == [2, 4, 6]
    rig.sender.on_gap(0)
    assert rig.send() == [2, 4, 6]
    rig.sender.on_gap(0)
    assert rig.send() == []
    rig.ack(2)
    rig.sender.on_gap(2)
    assert rig.send() == [4, 6]


def test_what_nobody_received_goes_out_again_when_the_erp_repeats_its_position() -> None:
    rig = Rig(4)
    rig.ack(0)
    rig.send()
    rig.ack(0)
    assert rig.send() == []
    rig.sender.on_unheard()
    assert rig.send() == []
    rig.ack(0)
    assert rig.send() == [2, 4]
    rig.ack(0)
    assert rig.send() == []
    rig.sender.on_unheard()
    rig.ack(2)
    assert rig.send() == [4]


def test_a_new_session_waits_for_an_answer_and_then_sends_all_that_is_not_acknowledged() -> None:
    rig = Rig(4)
    rig.ack(0)
    rig.send()
    rig.ack(2)
    rig.sender.on_session()
    assert rig.send() == []
    rig.ack(2)
    assert rig.send() == [4]


def test_the_return_of_the_erp_repeats_at_once() -> None:
    rig = Rig(4)
    rig.ack(0)
    rig.send()
    rig.sender.on_tick(NOW + 5_000)
    rig.sender.on_erp_return()
    assert rig.send() == [2, 4]


def test_an_acknowledgement_lower_than_the_last_is_stale_and_changes_nothing() -> None:
    rig = Rig(4)
    rig.ack(0)
    rig.send()
    rig.ack(4)
    assert rig.ack(2) is Heard.STALE
    assert (rig.sender.acked, rig.sender.in_flight) == (4, 0)


def test_a_wrong_hash_holds_the_stream_until_the_store_has_decided() -> None:
    rig = Rig(4)
    rig.ack(0)
    assert rig.send(limit=1) == [2]
    assert rig.ack(2, digest=b"x" * 16) is Heard.OTHER_HISTORY
    assert rig.send() == []
    assert not rig.sender.on_tick(NOW + 60_000)
    disputed = rig.sender.disputed
    assert disputed is not None
    rig.sender.on_release(replace(disputed, cum=1))
    assert rig.send() == []
    rig.sender.on_release(disputed)
    assert rig.send() == [2, 4]


def test_an_acknowledgement_above_our_head_is_another_history() -> None:
    rig = Rig(2)
    assert rig.ack(3) is Heard.OTHER_HISTORY


def test_the_same_position_with_another_hash_is_another_history() -> None:
    rig = Rig(2)
    assert rig.ack(0, digest=b"x" * 16) is Heard.OTHER_HISTORY


def test_what_the_store_settled_meanwhile_moves_the_position() -> None:
    rig = Rig(4)
    rig.outbox.settled["sig"] = 3
    rig.sender.on_state(rig.outbox.streams()["sig"])
    rig.ack(3)
    assert rig.send() == [4]
