"""Values of the configuration that need more than a type: addresses, host names, card patterns."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

_HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_HOST_OR_IPV6 = re.compile(r"[A-Za-z0-9_.:%-]+")
_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9_.-]+)):(?P<port>[0-9]{1,5})")
_BASE_URL = re.compile(
    r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?)(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?"
)
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)
_PRINTER = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9_.-]+)(:(?P<port>[0-9]{1,5}))?")
_THIS_MACHINE = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")

PRINTER_PORT = 9100  # raw TCP, as label printers have it


def check_host(text: str) -> str:
    """`text` if it can be a host name or an IP address, or is empty; ValueError otherwise."""
    is_plain = _HOST_NAME.fullmatch(text) or (text.count(":") > 1 and _HOST_OR_IPV6.fullmatch(text))
    if text and not is_plain:
        raise ValueError("expected a host name or an IP address without scheme, user, port or path")
    return text


def check_base_url(text: str) -> str:
    """`text` if it is an address such as https://erp.example/kanban, or is empty; ValueError otherwise."""
    if text and not _BASE_URL.fullmatch(text):
        raise ValueError("expected https://host, https://host:port or with a path behind it, without user, ? and #")
    return text


def check_private_url(text: str) -> str:
    """`text` if it is an address that ends with a slash; ValueError otherwise."""
    if not _BASE_URL.fullmatch(text) or not text.endswith("/"):
        raise ValueError("expected an address that ends with a slash, such as https://id.plant.example/")
    return text


def split_address(text: str) -> tuple[str, int]:
    """Host and port of an address to listen on, such as `127.0.0.1:8080` or `[::1]:8080`; ValueError otherwise."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise ValueError("expected address:port, e.g. 127.0.0.1:8080 or [::1]:8080")
    port = int(match["port"])
    if port > 65535:
        raise ValueError(f"port {port} is too large, expected 0 to 65535")
    return match["v6"] or match["host"], port


def is_this_machine(host: str) -> bool:
    """Whether only programs on this machine can reach a listener there."""
    return _THIS_MACHINE.fullmatch(host) is not None


def split_printer(text: str) -> tuple[str, int]:
    """Host and port of a label printer, HOST or HOST:PORT; ValueError otherwise."""
    found = _PRINTER.fullmatch(text)
    port = int(found["port"] or PRINTER_PORT) if found else 0
    if found is None or not 0 < port < 65_536:
        raise ValueError("expected HOST or HOST:PORT of a label printer, e.g. 192.168.7.20 or [fe80::1]:9100")
    return found["host"].strip("[]"), port


def check_printer(text: str) -> str:
    """`text` if it names a label printer; ValueError otherwise."""
    split_printer(text)
    return text


def check_amount(text: str) -> str:
    """`text` if it is a quantity; ValueError otherwise."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError("expected a decimal number in quotes, e.g. '100' or '2.5'")
    return text


def check_zone(text: str) -> str:
    """`text` if it names a time zone of this machine's database; ValueError otherwise."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("expected a time zone such as Asia/Shanghai or Europe/Berlin") from error
    except KeyError as error:
        raise ValueError("no such time zone here, expected e.g. Asia/Shanghai (or install tzdata)") from error
    return text


def check_card_pattern(text: str) -> str:
    """`text` if it is a regular expression with the group `card`; ValueError otherwise."""
    return _check_pattern(text, "card", "^KB(?P<card>[0-9]{6})$")


def check_badge_pattern(text: str) -> str:
    """`text` if it is a regular expression with the group `badge`; ValueError otherwise."""
    return _check_pattern(text, "badge", "^P(?P<badge>[0-9]{5})$")


def _check_pattern(text: str, group: str, example: str) -> str:
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if group not in pattern.groupindex:
        raise ValueError(f"expected a group named {group} around the {group}'s code, e.g. {example}")
    if pattern.fullmatch("") is not None:
        raise ValueError("fits an empty code, expected a pattern that needs at least one character")
    return text
