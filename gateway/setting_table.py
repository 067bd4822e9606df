"""The tables of `gateway.toml` as frozen models, one for each; devices, outputs and portals have files of their own.

What each key means stands below it; the same sentences feed the JSON schema and the messages of
`kanban-gateway check`. Secrets never stand in the file, only the names of credentials.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator
from pydantic import ValidationInfo as Info

from drivers.base import Identifier
from gateway.codes.template import PATTERN_LIMIT, Template
from gateway.epcis.uri import Names, named_by
from gateway.parsed import KEY_NAMES
from gateway.setting_value import (
    check_amount,
    check_badge_pattern,
    check_base_url,
    check_card_pattern,
    check_host,
    check_printer,
    check_private_url,
    check_zone,
    split_address,
)
from sync.epcis.settings import EpcisSettings
from sync.settings import SyncSettings, TlsSettings


def _from_file(path: Path, info: Info) -> Path:
    """A relative path is meant from the directory of the configuration file."""
    if path == Path():
        raise ValueError("expected a path")
    directory = (info.context or {}).get("directory")
    return path if directory is None else Path(directory, path)


CredentialName = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,63})?$")]
FilePath = Annotated[Path, AfterValidator(_from_file)]
CardPattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_card_pattern)]
BadgePattern = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_badge_pattern)]
CountDays = Annotated[tuple[Annotated[int, Field(ge=0, le=3650)], ...], Field(min_length=3, max_length=3)]
Zone = Annotated[str, Field(max_length=64), AfterValidator(check_zone)]
Host = Annotated[str, Field(max_length=253), AfterValidator(check_host)]
Operation = Literal[
    "receive", "move", "pick", "drop", "issue", "return", "report", "finish", "ship", "take-back", "scrap", "label",
    "split", "merge", "lend", "collect", "count", "release", "reject", "block",
]  # fmt: skip
BaseUrl = Annotated[str, Field(max_length=500), AfterValidator(check_base_url)]
PrivateUrl = Annotated[str, Field(max_length=200), AfterValidator(check_private_url)]


def _check_place(uri: str) -> str:
    if Names.PLACE not in named_by(uri):
        raise ValueError(f"expected {Names.PLACE.value}")
    return uri


PlaceUri = Annotated[str, AfterValidator(_check_place)]


def _check_part(text: str) -> str:
    wrong = [name for name in text.split("|") if name not in KEY_NAMES]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no key of a label, expected one of {', '.join(KEY_NAMES)}")
    return text


LabelPart = Annotated[str, AfterValidator(_check_part)]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class GatewaySettings(Table):
    """Who this gateway is and where it keeps its data."""

    id: Identifier
    """Name of this gateway at the ERP; unique within the site."""
    site: Identifier
    """The plant or site; part of every topic and of every card's key."""
    env: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,16}$")] = "prod"
    """Environment, such as prod or test; keeps a test box out of production."""
    timezone: Zone = "UTC"
    """Time zone of the plant, such as Asia/Shanghai: shifts and days are told in it."""
    data_dir: FilePath
    """Directory of the journal; only this gateway writes there. Relative to this file if not absolute."""


class StoreSettings(Table):
    """Limits of the journal's writer."""

    queue_limit: Annotated[int, Field(ge=1, le=1_000_000)] = 20_000
    """How many reads and messages may wait for the writer; one more is answered red."""
    batch_limit: Annotated[int, Field(ge=1, le=10_000)] = 500
    """How many of them one commit may hold."""
    ballast_kib: Annotated[int, Field(ge=0, le=1_048_576)] = 1024
    """Space set aside so that a full disk can still be reported; 0 sets none aside."""
    checkpoint_pages: Annotated[int, Field(ge=100, le=1_000_000)] = 1000
    """The write-ahead log is moved into the database when it has this many pages ..."""
    checkpoint_idle_s: Annotated[int, Field(ge=1, le=3600)] = 30
    """... or when nothing came for so long."""


class RepeatSettings(Table):
    """Repeats of the same code by the same device."""

    window_ms: Annotated[int, Field(ge=0, le=60_000)] = 3000
    """A repeat within this time gets the first read's answer and is not stored; 0 turns it off."""


class CardSettings(Table):
    """Cards that were printed before this gateway came; its own card codes are always understood."""

    patterns: Annotated[tuple[CardPattern, ...], Field(max_length=32)] = ()
    """Regular expressions for the whole code; the group `card` is looked up among the cards' own codes."""


class CommandSettings(Table):
    """Command cards, such as undo."""

    secret_credential: CredentialName = ""
    """Credential with the secret that signs command cards; without one they are refused."""


class BadgeSettings(Table):
    """Who works at a scanner; people and their badges are master data."""

    patterns: Annotated[tuple[BadgePattern, ...], Field(max_length=32)] = ()
    """Badges that people have already: regular expressions for the whole code, with the group `badge`."""
    idle_s: Annotated[int, Field(ge=10, le=86_400)] = 600
    """Who scans nothing for so long is signed out."""
    longest_s: Annotated[int, Field(ge=60, le=172_800)] = 43_200
    """And after so long in any case."""


class AndonSettings(Table):
    """Calls for help from buttons that are bound to `call`."""

    window_s: Annotated[int, Field(ge=0, le=86_400)] = 600
    """Another press within this time is the same call; a later one calls again."""


class GoodsSettings(Table):
    """Receiving and moving goods at stations with role goods."""

    again_s: Annotated[int, Field(ge=0, le=86_400)] = 60
    """The same label without a pallet number again within this time is asked about; later it is another delivery."""
    ask_s: Annotated[int, Field(ge=10, le=3600)] = 120
    """How long a question waits for its answer."""
    label_parts: Annotated[tuple[LabelPart, ...], Field(max_length=16)] = ()
    """What must have been scanned of a label with one symbol for each value, e.g. item|supplier_item, quantity."""
    confirm: bool = False
    """True: every receipt is asked about, not only those that are not as ordered."""
    count_days: CountDays = (0, 0, 0)
    """Days between two counts of an item of class A, B and C (order_points, C if none); 0: it is never asked for."""
    counts_a_day: Annotated[int, Field(ge=1, le=1000)] = 20
    """How many counts are asked for in a day at most, also after the gateway was off."""
    sscc_prefix: Annotated[str, StringConstraints(pattern=r"^([0-9]{8,13})?$")] = ""
    """Extension digit and GS1 company prefix of pallet numbers that this gateway gives."""
    sscc_first: Annotated[int, Field(ge=0)] | None = None
    """First number behind the prefix that belongs to this gateway alone ..."""
    sscc_last: Annotated[int, Field(ge=0)] | None = None
    """... and the last one."""


class SyncTls(TlsSettings):
    """Encryption to the broker; its files may be relative to the configuration file."""

    ca_file: FilePath | None = Field(None, description="certificates that sign the broker's; default: the system's")
    cert_file: FilePath | None = Field(None, description="this gateway's certificate, whose CN is its id")
    key_credential: CredentialName = Field("", description="credential that holds the private key of cert_file")


class ReorderSettings(Table):
    """Reorder decisions at the edge; the rules stand in a file of their own."""

    rules: FilePath | None = None
    """The rule file, such as rules.toml: loaded at start if it differs from the rules in force. None: as they are."""


class SyncTable(SyncSettings):
    """The way to the ERP and back, through a broker or by REST; most keys are in sync/settings.py."""

    enabled: bool = Field(True, description="false: nothing is sent, everything is kept until it is true again")
    base_url: BaseUrl = Field("", description="rest: where the ERP serves /v1/gw/…, without that part")
    token_credential: CredentialName = Field("", description="rest: credential that holds the bearer token")
    host: Host = Field("", description="mqtt: name or address of the broker")
    password_credential: CredentialName = Field("", description="credential that holds the password")
    tls: SyncTls = SyncTls()


class EpcisTable(EpcisSettings):
    """EPCIS 2.0: how things are named there, and the repository; most keys are in sync/epcis/settings.py."""

    places: Annotated[dict[str, PlaceUri], Field(max_length=1000)] = Field(
        {}, description="location = URI, where the master data have no GLN or another one"
    )
    private_url: PrivateUrl = Field(
        "https://kanban-gateway.invalid/", description="before the names of what has no GS1 key; use a domain of yours"
    )
    base_url: BaseUrl = Field("", description="where the repository serves /capture, without that part")
    token_credential: CredentialName = Field("", description="credential that holds the bearer token")
    tls: SyncTls = SyncTls()


class WebSettings(Table):
    """The local page."""

    enabled: bool = True
    """False: no page is served."""
    listen: Annotated[str, AfterValidator(lambda text: (split_address(text), text)[1])] = "127.0.0.1:8080"
    """Address and port; port 0 takes any free one."""
    public: bool = False
    """True lets everyone on the network read it; needed for any address but this machine's own."""

    @property
    def host(self) -> str:
        return split_address(self.listen)[0]

    @property
    def port(self) -> int:
        return split_address(self.listen)[1]


class TemplateSettings(Table):
    """The layout of a supplier's own labels, for codes that follow no standard."""

    id: Identifier
    """Name of the layout; kept with everything that is read by it."""
    pattern: Annotated[str, Field(min_length=1, max_length=PATTERN_LIMIT)]
    """Regular expression (RE2) for the whole code, with groups such as supplier_item, lot, quantity, unit."""
    symbologies: Annotated[tuple[str, ...], Field(max_length=16)] = ()
    """Only for these, such as qrcode or code-128; none means any."""
    dates: str = "YYYYMMDD"
    """How its dates are written, such as DD.MM.YYYY."""
    values: dict[str, str] = Field(default_factory=dict)
    """What all these labels say without printing it, such as supplier = "4711"."""

    _template: Template = PrivateAttr()

    @model_validator(mode="after")
    def _build(self) -> Self:
        self._template = Template.build(
            self.id, self.pattern, symbologies=self.symbologies, values=self.values, dates=self.dates
        )
        return self

    @property
    def template(self) -> Template:
        return self._template


class StationSettings(Table):
    """A place on the floor where people scan or press."""

    id: Identifier
    """Name of the station; unique within the gateway."""
    role: Literal["consume", "source", "receive", "quality", "goods"]
    """What a scan means here: a bin was emptied, worked on at the source, arrived full, was inspected; or goods."""
    location: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
    """The ERP's location of this place."""
    action: Literal["start", "ship", "release"] | None = None
    """What a scan at a source reports; for role source only."""
    badge: Literal["optional", "required"] = "optional"
    """Required: nothing is scanned here before a badge."""
    quantity: Literal["code", "ask"] = "code"
    """How much arrived, at a receiving station: by a quantity code before the card, or asked after every card."""
    approve_above: Annotated[str, AfterValidator(check_amount)] | None = None
    """A posting of more than this, as a decimal number, needs the badge of a supervisor."""
    language: Literal["en", "zh-CN"] = "en"
    """In which language the page shows what this station was told."""
    operation: Operation | None = None
    """What a scan begins where goods are handled, unless a command card says otherwise; for role goods only."""
    printer: Annotated[str, AfterValidator(check_printer)] = ""
    """HOST[:PORT] of a label printer (ZPL II) that prints the label of each new pallet or box; for role goods only."""
    printer_dpi: Literal[203, 300, 600] = 203
    """Dots per inch of that printer."""
    label_copies: Annotated[int, Field(ge=1, le=10)] = 1
    """How many of each label it prints."""
