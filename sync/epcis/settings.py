"""Options of EPCIS: the `[epcis]` table of the configuration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sync.settings import TlsSettings

Gln = Annotated[str, Field(pattern=r"^([0-9]{13})?$")]
Prefix = Annotated[str, Field(pattern=r"^[0-9]{6,12}$")]
Rec20 = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$")]


class EpcisSettings(BaseModel):
    """`[epcis]`: how things are named, and the repository that captures what happened."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gln: Gln = Field("", description="GLN of the party whose ERP numbers orders and shipments; none: private URIs")
    company_prefixes: Annotated[tuple[Prefix, ...], Field(max_length=64)] = Field(
        (), description="GS1 company prefixes whose keys are written as urn:epc:…; all others become Digital Links"
    )
    private_url: str = Field(
        "https://kanban-gateway.invalid/", description="before the names of what has no GS1 key; use a domain of yours"
    )
    places: dict[str, str] = Field({}, description="location = URI, where the master data have no GLN or another one")
    units: Annotated[dict[str, Rec20], Field(max_length=100)] = Field(
        {}, description="the ERP's units of measure in UN/ECE Recommendation 20, such as Rolle = RO"
    )
    clock_wait_s: int = Field(
        900, ge=0, le=86_400, description="so long an event waits for a synchronised clock to correct its time"
    )
    enabled: bool = Field(False, description="true: events are sent to the repository")
    base_url: str = Field("", max_length=500, description="where the repository serves /capture, without that part")
    token_credential: str = Field("", description="credential that holds the bearer token")
    content_type: Literal["application/json", "application/ld+json"] = Field(
        "application/json", description="what the repository wants a document to be called"
    )
    interval_s: int = Field(30, ge=1, le=86_400, description="how often the journal is looked through for news")
    batch_events: int = Field(200, ge=1, le=1000, description="EPCIS events in one document")
    job_limit_s: int = Field(120, ge=1, le=3600, description="how long a capture job may take before it is sent again")
    tls: TlsSettings = TlsSettings()
