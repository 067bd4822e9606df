"""Presets: what the makes of buttons publish, as the values an integrator would otherwise have to write.

Every key of `[[device]]`, `[device.mapping]` and `[device.health]` that the configuration gives wins over
the preset; `actions` and `ignored` are joined, a kind that is given an action is no longer ignored.
A long press undoes the last act.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

PresetName = Literal["zigbee2mqtt", "tasmota", "shelly-gen2", "esphome", "chirpstack-v4", "ttn-v3"]

LORA_BYTES = 16_384  # an uplink carries a record of every gateway that heard it

PRESETS: Mapping[PresetName, Mapping[str, Any]] = {
    # {"action":"single","battery":97,"linkquality":120} on zigbee2mqtt/<name>; linkquality 0 to 255
    "zigbee2mqtt": {
        "topics": ["zigbee2mqtt/+"],
        "mapping": {
            "button": ["topic[1]"],
            "event": "$.action",
            "actions": {"single": "scan", "hold": "undo"},
            "ignored": ["", "release"],
        },
        "health": {"battery": "$.battery", "link": "$.linkquality", "link_low": 20, "releases": ["release"]},
    },
    # {"Button1":{"Action":"SINGLE"}} with SetOption73 1, {"Switch1":{"Action":"ON"}} with SetOption114 1;
    # the same topic answers commands. Wifi.RSSI is a percentage.
    "tasmota": {
        "topics": ["stat/+/RESULT", "tele/+/STATE"],
        "mapping": {
            "each": "$",
            "button": ["topic[1]", "@key"],
            "event": "@.Action",
            "actions": {"SINGLE": "scan", "ON": "scan", "HOLD": "undo"},
            "ignored": ["CLEAR", "OFF"],
        },
        "health": {"link": "$.Wifi.RSSI", "link_low": 20, "releases": ["CLEAR", "OFF"]},
    },
    # NotifyEvent with a list of events; a clock that was never set counts from the start and identifies nothing
    "shelly-gen2": {
        "topics": ["+/events/rpc"],
        "mapping": {
            "each": "$.params.events",
            "button": ["$.src", "@.component"],
            "event": "@.event",
            "natural_key": ["$.src", "@.component", "@.event", "unix(@.ts)"],
            "actions": {"single_push": "scan", "long_push": "undo"},
            "ignored": [
                "btn_down", "btn_up", "config_changed", "component_added", "component_removed", "scheduled_restart",
                "sleep", "ota_begin", "ota_progress", "ota_success", "ota_error",
            ],
        },
        "health": {
            "battery": "$.params.devicepower:0.battery.percent",
            "link": "$.params.wifi.rssi",
            "link_low": -85,
            "releases": ["btn_up"],
        },
    },
    # bare ON and OFF, retained by default, and online or offline as the node's last will
    "esphome": {
        "topics": ["+/binary_sensor/+/state", "+/status"],
        "mapping": {
            "button": ["topic[0]", "topic[2]"],
            "event": "payload",
            "actions": {"ON": "scan"},
            "ignored": ["OFF", "online", "offline"],
        },
        "health": {"status": "payload", "offline": ["offline"], "online": ["online"], "releases": ["OFF"]},
    },
    # the first byte of the uplink says what was pressed; the device status comes as an event of its own
    "chirpstack-v4": {
        "topics": ["application/+/device/+/event/up", "application/+/device/+/event/status"],
        "payload_limit_bytes": LORA_BYTES,
        "mapping": {
            "button": ["$.deviceInfo.devEui"],
            "event": "hex($.data)[0]",
            "natural_key": ["$.deduplicationId"],
            "actions": {"01": "scan", "02": "undo"},
            "ignored": ["00"],
        },
        "health": {"battery": "$.batteryLevel", "link": "$.rxInfo[0].rssi", "link_low": -120},
    },
    # members that are 0 or empty are left out, so the first uplink of a session has no frame count and no key
    "ttn-v3": {
        "topics": ["v3/+/devices/+/up"],
        "payload_limit_bytes": LORA_BYTES,
        "mapping": {
            "button": ["$.end_device_ids.dev_eui"],
            "event": "hex($.uplink_message.frm_payload)[0]",
            "natural_key": [
                "$.end_device_ids.dev_eui", "$.uplink_message.session_key_id", "$.uplink_message.f_cnt",
            ],
            "actions": {"01": "scan", "02": "undo"},
            "ignored": ["00"],
        },
        "health": {
            "battery": "$.uplink_message.last_battery_percentage.value",
            "link": "$.uplink_message.rx_metadata[0].rssi",
            "link_low": -120,
        },
    },
}  # fmt: skip


def fill_in(table: Mapping[str, Any]) -> dict[str, Any]:
    """A `[[device]]` table with what its preset adds; unchanged without a preset or with one nobody knows."""
    filled = dict(table)
    name = table.get("preset")
    preset = PRESETS.get(name) if isinstance(name, str) else None  # type: ignore[call-overload]
    for key, value in (preset or {}).items():
        given = filled.get(key)
        if isinstance(value, dict) and isinstance(given, dict):
            filled[key] = _joined(value, given)
        elif key not in filled:
            filled[key] = dict(value) if isinstance(value, dict) else value
    return filled


def _joined(preset: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given wins. When the event stands elsewhere, the preset's kinds of press mean nothing."""
    joined = {**preset, **given}
    if "actions" not in preset:
        return joined
    if "event" in given:
        return {**joined, "actions": given.get("actions", {}), "ignored": given.get("ignored", [])}
    actions, ignored = given.get("actions", {}), given.get("ignored", [])
    if isinstance(actions, dict) and isinstance(ignored, list):  # anything else is told by the settings
        joined["actions"] = {**preset["actions"], **actions}
        joined["ignored"] = [*(kind for kind in preset["ignored"] if kind not in actions), *ignored]
    return joined
