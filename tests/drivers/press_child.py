"""A process that takes presses and never answers them, to be killed: `python press_child.py <settings as JSON>`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from drivers.button_mqtt import MqttButtons
from drivers.button_settings import MqttButtonSettings
from gateway.model import Read, Verdict
from tests.drivers.rig import CONTEXT


class PrintingSink:
    """Says on standard output that a press came, and leaves it unanswered."""

    def offer(self, read: Read, feedback: Callable[[Verdict], None]) -> None:
        print(read.data.decode(), flush=True)


if __name__ == "__main__":
    MqttButtons(MqttButtonSettings.model_validate_json(sys.argv[1]), CONTEXT).run(
        threading.Event(), PrintingSink(), lambda health: None
    )
