"""A scan that waits for an answer, as the data of a dialogue, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.model import Action, Scan
from gateway.quantity import format_quantity, parse_quantity


def kept(scan: Scan, **more: Any) -> dict[str, Any]:
    """What a later scan needs to complete this one."""
    data: dict[str, Any] = {"action": str(scan.action), "card": scan.card, "code": scan.code, "rev": scan.revision}
    for name, amount in (("quantity", scan.quantity), ("remainder", scan.remainder)):
        if amount is not None:
            data[name] = format_quantity(amount)
    if scan.confirmed:
        data["confirmed"] = True
    return data | more


def completed(scan: Scan, data: dict[str, Any], **more: Any) -> Scan:
    """The scan that was kept, said now, by the device and the person of `scan`."""
    amounts = {name: parse_quantity(data[name]) if name in data else None for name in ("quantity", "remainder")}
    again = Scan(
        scan.read, Action(data["action"]), data["card"], data["rev"], amounts["quantity"], amounts["remainder"],
        code=data["code"], session=scan.session, roles=scan.roles, confirmed=data.get("confirmed", False),
    )  # fmt: skip
    return replace(again, **more)


def is_same_card(scan: Scan, data: dict[str, Any]) -> bool:
    """Whether the card of the kept scan was scanned again."""
    return bool(scan.card or scan.code) and (scan.card, scan.code) == (data["card"], data["code"])
