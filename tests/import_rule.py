"""The import rule: which part may know which, through which door each library comes in.

Arrows point inwards: what decides knows nothing of what stores, sends or shows. A new module of
the gateway needs a line here, and that line is the moment to think about where it belongs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOTS = ("gateway", "drivers", "sync", "firmware_sim")

EVERYTHING = ("gateway", "drivers", "sync")
_BASE = (
    "gateway.model", "gateway.view", "gateway.errors", "gateway.clock", "gateway.ids", "gateway.wake", "gateway.tag",
)  # fmt: skip
_MASTER = (
    "gateway.master",
    "gateway.master_item",
    "gateway.master_order",
    "gateway.master_person",
    "gateway.master_place",
    "gateway.master_plan",
    "gateway.master_work",
)
_PURE = (
    "gateway.model",
    "gateway.view",
    "gateway.parsed",
    *_MASTER,
    "gateway.quantity",
    "gateway.errors",
    "gateway.text",
)
_TOML = ("gateway.toml_lines", "gateway.toml_source")

# What each part may import of ours besides itself. The longest name that fits a module counts.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    # the outer ring: only these name concrete devices, transports and the store
    "gateway.app": EVERYTHING,
    "gateway.cli": EVERYTHING,
    "gateway.replay": EVERYTHING,
    "gateway.rehearsal": EVERYTHING,
    "gateway.wiring": (
        "gateway.decide", "gateway.goods", "gateway.reorder", "gateway.setting_table", "gateway.settings",
        "gateway.kanban.session", "gateway.stations.station", "gateway.store", *_BASE, *_PURE,
    ),
    "gateway.offline": (
        "gateway.wiring", "gateway.settings", "gateway.kanban.carried", "gateway.store", "gateway.systemd", *_BASE,
    ),
    "gateway.capture": ("gateway.errors",),
    "gateway.collector": (),
    "gateway.supervisor": (*_BASE, "gateway.health", "gateway.systemd", "drivers.base"),
    "gateway.interpret": (
        "drivers.base", "drivers.button_settings", "gateway.codes", "gateway.credentials", "gateway.pipeline",
        "gateway.settings", "drivers.button_http_settings", "drivers.button_contact_settings",
        "drivers.button_modbus_settings", "drivers.button_gpio_settings", "gateway.model", "drivers.rfid_settings",
        "drivers.scanner_separators", "drivers.camera.settings",
    ),
    "gateway.epcis_capture": (
        *_BASE, "gateway.epcis", "gateway.epcis_source", "gateway.settings", "gateway.store.reader", "sync",
    ),
    "gateway.epcis_source": (
        "gateway.epcis", "gateway.kanban.moment", "gateway.settings", "gateway.store.reader",
    ),
    "gateway.epcis": (
        "gateway.codes.checkdigit", "gateway.codes.epc", "gateway.goods.unit", "gateway.kanban", "gateway.passage",
        *_PURE,
    ),
    "gateway.label": ("gateway.codes", *_PURE),
    "gateway.probe_sheet": ("gateway.codes", "gateway.label"),
    "gateway.labels": ("gateway.codes", "gateway.clock", *_PURE),
    "gateway.station_printer": (
        *_BASE, "gateway.goods.due_label", "gateway.goods.unit", "gateway.labels", "gateway.setting_value",
        "gateway.setting_table", "gateway.store.reader",
    ),
    "gateway.sheet": ("gateway.kanban.localdata", "gateway.kanban.masterdata", "gateway.errors", "gateway.model"),
    "gateway.lights": (
        *_BASE, "drivers.base", "drivers.output_base", "drivers.output_panel", "gateway.kanban.colour",
        "gateway.item_colour", "gateway.loop_colour", "gateway.pipeline", "gateway.store.loops",
    ),
    "gateway.board": _PURE,
    "gateway.timeline": ("gateway.clock",),
    "gateway.proof": ("gateway.clock", "gateway.timeline"),
    "gateway.backtest": (
        "gateway.clock", "gateway.counter", "gateway.kanban.mode", "gateway.reorder", "gateway.timeline", *_PURE,
    ),
    "gateway.backtest.chart": ("gateway.backtest", "gateway.labels.pdf", "gateway.timeline", *_PURE),
    "gateway.report": (
        "gateway.backtest", "gateway.kanban.moment", "gateway.kanban.movement", "gateway.reorder.need",
        "gateway.timeline", *_PURE,
    ),
    "gateway.trial": ("gateway.kanban.key", "gateway.kanban.mode", "gateway.timeline", *_PURE),
    "gateway.item_colour": (*_BASE, *_PURE, "gateway.kanban.colour", "gateway.reorder", "gateway.store.loops"),
    "gateway.loop_colour": (*_BASE, *_PURE, "gateway.kanban", "gateway.store.loops"),
    # the edges
    "gateway.web": (
        *_BASE, "gateway.store.reader", "gateway.store.outbox", "gateway.health", "gateway.quantity",
        "gateway.solution",
    ),
    "gateway.store": (
        *_BASE, "gateway.proof", "gateway.quantity", "gateway.reorder.consumption", "gateway.reorder.usage",
    ),
    "sync": (*_BASE, "gateway.store.outbox", "gateway.quantity"),
    "drivers": (
        *_BASE, "drivers.base", "drivers.broker_client", "drivers.broker_settings", "drivers.buffered_socket",
        "drivers.framing", "drivers.http_guard", "drivers.http_server", "drivers.plug", "drivers.plug_name",
        "drivers.plug_watch", "drivers.scanner_answers", "drivers.scanner_connection", "drivers.scanner_device",
        "drivers.scanner_plain", "drivers.scanner_separators",
        "drivers.scanner_settings", "drivers.tls", "gateway.codes.place",
        "gateway.codes.button_layout",
    ),
    "drivers.camera": (*_BASE, "drivers.base"),
    "drivers.registry": ("drivers",),
    "drivers.llrp": (
        *_BASE, "drivers.base", "drivers.buffered_socket", "drivers.output_panel", "drivers.output_pattern",
        "drivers.rfid_clock", "drivers.rfid_outlet", "drivers.rfid_settings", "drivers.tls",
    ),
    "drivers.rfid_settings": ("drivers.base", "gateway.codes.epc.filter"),
    "drivers.tcp_scanner": (
        *_BASE, "drivers.base", "drivers.framing", "drivers.scanner_connection", "drivers.scanner_device",
        "drivers.scanner_plain", "drivers.tcp_scanner_line", "drivers.tcp_scanner_settings", "gateway.setting_value",
    ),
    "drivers.tcp_scanner_line": (
        *_BASE, "drivers.scanner_connection", "drivers.scanner_settings", "drivers.tcp_scanner_settings",
        "gateway.setting_value",
    ),
    "drivers.tcp_scanner_settings": ("drivers.framing", "drivers.scanner_settings", "gateway.setting_value"),
    "drivers.rfid_yrm100": (
        *_BASE, "drivers.base", "drivers.rfid_outlet", "drivers.rfid_yrm100_settings", "drivers.rfid_yrm100_talk",
        "drivers.serial_port",
    ),
    "drivers.rfid_yrm100_settings": ("drivers.rfid_settings", "drivers.serial_settings"),
    "drivers.rfid_post_settings": ("drivers.rfid_settings", "gateway.setting_value"),
    "drivers.button_http_settings": (*_BASE, "drivers.base", "drivers.button_settings", "gateway.setting_value"),
    # the way of a scan
    "gateway.pipeline": (*_BASE, "gateway.codes", "gateway.noise", "gateway.repeat", "drivers.base"),
    "gateway.instruct": (
        "gateway.epcis.cursor", "gateway.goods.due_label", "gateway.stations", "gateway.kanban",
        "gateway.reorder.ruleload", *_PURE,
    ),
    "gateway.portal": (
        "gateway.codes.epc", "gateway.goods", "gateway.kanban.answer", "gateway.kanban.moment", "gateway.passage",
        "gateway.stations.station", "gateway.tag", *_PURE,
    ),
    "gateway.counter": _PURE,
    "gateway.goods": (
        "gateway.counter", "gateway.kanban", "gateway.stations.station", "gateway.parsed", "gateway.ids",
        "gateway.codes.assembly", "gateway.codes.checkdigit", "gateway.codes.parse", "gateway.reorder.abc_class",
        "gateway.reorder.count_plan", "gateway.reorder.working_time", *_PURE,
    ),
    "gateway.decide": (
        "gateway.passage", "gateway.portal",
        "gateway.goods", "gateway.instruct", "gateway.stations", "gateway.kanban", "gateway.repeat",
        "gateway.reorder.owner", *_PURE,
    ),
    "gateway.codes": ("gateway.ids", *_PURE),
    "gateway.stations": ("gateway.kanban", "gateway.codes.quantity", *_PURE),
    "gateway.kanban": (
        "gateway.ids", "gateway.counter", "gateway.reorder.heijunka", "gateway.reorder.plant_calendar",
        "gateway.reorder.working_time", *_PURE,
    ),
    "gateway.reorder": ("gateway.counter", "gateway.goods.amount", "gateway.goods.problem", "gateway.kanban", *_PURE),
    "gateway.noise": (),
    "gateway.repeat": _PURE,
    "gateway.seal": ("gateway.errors",),
    "gateway.solution": (),
    # configuration
    "gateway.settings": (
        "drivers.base", "drivers.output_base", "drivers.output_registry", "drivers.registry",
        "gateway.errors", *_TOML, "gateway.crosscheck", "gateway.mistake", "gateway.portal_settings",
        "gateway.setting_table",
    ),
    "gateway.setting_table": (
        "drivers.base", "sync.settings", "sync.epcis.settings", "gateway.epcis.uri", "gateway.parsed",
        "gateway.codes.template", "gateway.setting_value",
    ),
    "gateway.rule_file": ("gateway.errors", "gateway.mistake", "gateway.reorder", *_TOML),
    "gateway.crosscheck": ("gateway.crosscheck_portal", "gateway.mistake", "gateway.setting_value"),
    "gateway.crosscheck_portal": ("gateway.mistake",),
    "gateway.portal_settings": ("drivers.base", "gateway.portal.doorway", "gateway.portal.rules"),
    "gateway.portal_desk": (
        *_BASE, "drivers.base", "gateway.passage", "gateway.pipeline", "gateway.portal.rules", "gateway.portal.tracker",
        "gateway.portal_post",
    ),
    "gateway.portal_post": (*_BASE, "gateway.pipeline"),
    "gateway.mistake": ("gateway.setting_tree", *_TOML),
    "gateway.setting_tree": _TOML,
    "gateway.setting_value": (),
    "gateway.toml_source": ("gateway.mistake", *_TOML),
    "gateway.toml_lines": (),
    "gateway.credentials": ("gateway.errors",),
    # services
    "gateway.control": _BASE,
    "gateway.health": ("gateway.clock",),
    "gateway.log": ("gateway.clock",),
    "gateway.systemd": ("gateway.errors",),
    # the core: standard library only
    "gateway.text": (),
    "gateway.model": ("gateway.parsed", "gateway.passage"),
    "gateway.passage": (),
    "gateway.tag": (),
    "gateway.view": ("gateway.model", "gateway.reorder.usage"),
    "gateway.parsed": (),
    "gateway.errors": (),
    "gateway.clock": (),
    "gateway.wake": (),
    "gateway.ids": (),
    "gateway.quantity": (),
    "gateway.master": ("gateway.master_row", "gateway.quantity", *_MASTER),
    "gateway.master_item": ("gateway.master_row",),
    "gateway.master_order": ("gateway.codes.epc", "gateway.master_row"),
    "gateway.master_person": ("gateway.master_row",),
    "gateway.master_place": ("gateway.master_row", "gateway.codes.checkdigit", "gateway.codes.epc.charset"),
    "gateway.master_work": ("gateway.master_order", "gateway.master_row"),
    "gateway.master_plan": ("gateway.master_row",),
    "gateway.master_row": ("gateway.quantity",),
    "gateway": (),
    # an oracle must not share the bug
    "firmware_sim": (),
}  # fmt: skip

# Which parts a library may be imported by. The simulators stand outside, they may use any.
DOORS: dict[str, tuple[str, ...]] = {
    "sqlite3": ("gateway.store",),
    "sqlite_utils": ("gateway.store",),
    "paho": ("sync.mqtt", "drivers.broker_client", "drivers.button_mqtt", "drivers.output_mqtt", "drivers.rfid_mqtt"),
    "requests": ("sync.rest.http", "drivers.rfid_stream"),
    "urllib3": ("sync.rest.http",),
    "tenacity": ("sync.retry",),
    "serial": ("drivers.serial_port",),
    "pyudev": ("drivers.plug_watch",),
    "cv2": ("drivers.camera", "gateway.label", "gateway.backtest.picture"),
    "numpy": ("drivers.camera", "gateway.label", "gateway.labels.symbol", "gateway.backtest.picture"),
    "pyzbar": ("drivers.camera.cascade",),
    "reportlab": ("gateway.labels.pdf", "gateway.backtest.chart", "gateway.backtest.picture"),
    "pypdfium2": ("gateway.backtest.picture",),
    "zxingcpp": ("drivers.camera", "gateway.label", "gateway.labels.symbol"),
    "gpiod": ("drivers.button_gpio_lines", "drivers.output_gpio"),
    "pymodbus": ("drivers.button_modbus",),
    "biip": ("gateway.codes.gs1_second",),
    "re2": ("gateway.codes.template",),
    "simpleeval": ("gateway.reorder.expression",),
    "cryptography": ("gateway.seal",),
    "openpyxl": ("gateway.sheet.book",),
    "flask": ("gateway.web", "drivers.button_http_app", "drivers.http_server", "drivers.rfid_post"),
    "werkzeug": ("gateway.web",),
    "waitress": ("gateway.web", "drivers.http_server"),
    "click": ("gateway.cli",),
    "pydantic": (
        "gateway.settings", "gateway.setting_table", "gateway.portal_settings", "gateway.setting_tree",
        "gateway.mistake", "gateway.cli.check", "drivers", "sync",
    ),
    "pydantic_core": ("gateway.mistake",),
    "tomllib": ("gateway.toml_source", "gateway.toml_lines"),
    "orjson": ("gateway.store", "gateway.web", "gateway.cli", "sync", "drivers"),
    "time": ("gateway.clock",),
}

# What decides has no I/O, no threads and no clock: time and numbers come in as arguments.
PURE_PARTS = (
    "gateway.backtest.cards", "gateway.backtest.debt", "gateway.backtest.demand", "gateway.backtest.figure",
    "gateway.backtest.lead", "gateway.backtest.meter", "gateway.backtest.outcome", "gateway.backtest.past",
    "gateway.backtest.phase", "gateway.backtest.proposal", "gateway.backtest.recorder", "gateway.backtest.recording",
    "gateway.backtest.result", "gateway.backtest.scene", "gateway.backtest.simulation", "gateway.backtest.slack",
    "gateway.backtest.table", "gateway.backtest.ticker", "gateway.backtest.turning", "gateway.backtest.use",
    "gateway.proof", "gateway.timeline", "gateway.trial", "gateway.report",
    "gateway.codes", "gateway.stations", "gateway.kanban", "gateway.goods", "gateway.counter",
    "gateway.reorder", "gateway.repeat", "gateway.noise", "gateway.decide",
    "gateway.epcis",
    "gateway.instruct",
    "gateway.sheet.cell", "gateway.sheet.column", "gateway.sheet.plan", "gateway.sheet.reference",
    "gateway.sheet.table",
    "gateway.labels.drawing", "gateway.labels.face", "gateway.labels.layout", "gateway.labels.page",
    "gateway.labels.unit",
    "drivers.camera.agreement", "drivers.camera.answer", "drivers.camera.code", "drivers.camera.score",
    "drivers.camera.wire",
    "gateway.model", "gateway.view", "gateway.parsed", *_MASTER, "gateway.master_row", "gateway.quantity",
    "gateway.passage", "gateway.portal", "gateway.tag", "gateway.text",
    "drivers.button_contact", "drivers.button_samples", "drivers.button_signals", "drivers.rfid_presence",
    "drivers.rfid_json", "drivers.rfid_clock", "drivers.rfid_yrm100_frame", "drivers.rfid_yrm100_talk",
    "drivers.llrp.frame", "drivers.llrp.parameter", "drivers.llrp.message", "drivers.llrp.report",
    "drivers.llrp.event", "drivers.llrp.session", "drivers.llrp.capability", "drivers.llrp.layout",
    "drivers.llrp.maker", "drivers.llrp.ro_spec",
    "drivers.button_contact", "drivers.button_samples", "drivers.button_signals", "drivers.plug_name",
    "drivers.hid_keyboard_layout", "drivers.hid_keyboard_state", "drivers.hid_pos_report", "drivers.scanner_plain",
    "drivers.serial_ssi_packet", "drivers.serial_ssi_orders", "drivers.serial_ssi_talk",
    "drivers.rfid_presence", "drivers.llrp.frame", "drivers.llrp.parameter", "drivers.llrp.message",
    "drivers.llrp.report", "drivers.llrp.event", "drivers.llrp.session",
    "sync.rest.judgement", "sync.rest.document",
    "gateway.solution",
)  # fmt: skip
IMPURE_MODULES = (
    "asyncio", "concurrent", "io", "logging", "multiprocessing", "os", "queue", "random", "secrets", "select", "shutil",
    "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
)  # fmt: skip
IMPURE_CALLS = ("open", "print", "input", "eval", "exec")

ENVIRONMENT_DOORS = ("gateway.settings", "gateway.credentials", "gateway.systemd")
CLOCK_DOOR = "gateway.clock"
_ENVIRONMENT = ("environ", "environb", "getenv", "putenv")
_NOW = ("now", "utcnow", "today")


def check_tree(root: Path) -> list[str]:
    """Every violation in the packages under `root`, as `file:line: what`."""
    violations = []
    for package in ROOTS:
        for file in sorted((root / package).rglob("*.py")):
            found = check_source(file, root, file.read_text())
            violations += [f"{file.relative_to(root)}:{line}: {what}" for line, what in found]
    return violations


def check_source(file: Path, root: Path, source: str) -> Iterator[tuple[int, str]]:
    """The violations in one file's text as (line, what)."""
    parts = file.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    module = ".".join(parts[:-1] if is_package else parts)
    tree = ast.parse(source)
    for line, target in _imports(tree, module, is_package):
        yield from ((line, what) for what in _judge_import(module, target))
    if not _fits(module, "firmware_sim"):
        yield from _forbidden_uses(tree, module)


def _judge_import(module: str, target: str) -> Iterator[str]:
    top = target.split(".")[0]
    if top in ROOTS:
        yield from _judge_own(module, target)
    elif not _fits(module, "firmware_sim"):
        doors = DOORS.get(top)
        if doors is not None and not _fits_any(module, doors):
            yield f"{module} imports {top}, which comes in through {', '.join(doors)} only"
        if top in IMPURE_MODULES and _fits_any(module, PURE_PARTS):
            yield f"{module} decides, it must not import {top}"


def _judge_own(module: str, target: str) -> Iterator[str]:
    part = _part_of(module)
    if part is None:
        yield f"{module} stands in no line of MAY_IMPORT"
    elif not _fits(target, part) and target != "gateway" and not _fits_any(target, MAY_IMPORT[part]):
        yield f"{module} imports {target}, {part} may import only {', '.join(MAY_IMPORT[part]) or 'nothing of ours'}"
    elif part == "drivers" and not _fits(target, "gateway") and not _fits_any(target, MAY_IMPORT[part]):
        yield from _judge_driver(module, target)


def _judge_driver(module: str, target: str) -> Iterator[str]:
    """A driver may use its own files, which share its first word, but never another driver."""
    if module.split(".")[-1].split("_")[0] != target.split(".")[-1].split("_")[0]:
        yield f"{module} imports {target}: a driver must not import another driver"


def _part_of(module: str) -> str | None:
    fitting = [part for part in MAY_IMPORT if _fits(module, part) and (part != "gateway" or module == "gateway")]
    return max(fitting, key=len, default=None)


def _imports(tree: ast.AST, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """(line, full name of the module or member) of every import, at any depth of the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                drop = node.level - 1 if is_package else node.level
                names = module.split(".")
                base = ".".join([*names[: len(names) - drop], *([base] if base else [])])
            # `from gateway import store` names a module, `from gateway.store import Store` a member
            if base in ROOTS:
                yield from ((node.lineno, f"{base}.{alias.name}" if alias.name != "__version__" else base)
                            for alias in node.names)  # fmt: skip
            else:
                yield node.lineno, base


def _forbidden_uses(tree: ast.AST, module: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if _reads_environment(node) and module not in ENVIRONMENT_DOORS:
            yield _line(node), f"{module} reads the environment, only {', '.join(ENVIRONMENT_DOORS)} do"
        if _reads_clock(node) and module != CLOCK_DOOR:
            yield _line(node), f"{module} reads the clock, only {CLOCK_DOOR} does"
        if _does_io(node) and _fits_any(module, PURE_PARTS):
            yield _line(node), f"{module} decides, it must not do {ast.unparse(node)}"


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(alias.name in _ENVIRONMENT for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr in _ENVIRONMENT and ast.unparse(node.value) == "os"


def _reads_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr not in _NOW:
        return False
    return ast.unparse(node.value).split(".")[-1] in ("datetime", "date")


def _does_io(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 1))


def _fits(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


def _fits_any(module: str, parts: tuple[str, ...]) -> bool:
    return any(_fits(module, part) for part in parts)
