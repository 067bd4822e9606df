"""The terms of the Core Business Vocabulary 2.0 (sections 7.1 to 7.4), and what they are called as web addresses."""

from __future__ import annotations

CBV = "https://ref.gs1.org/cbv/"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"

BIZ_STEPS = frozenset((
    "accepting", "arriving", "assembling", "collecting", "commissioning", "consigning", "creating_class_instance",
    "cycle_counting", "decommissioning", "departing", "destroying", "disassembling", "dispensing", "encoding",
    "entering_exiting", "holding", "inspecting", "installing", "killing", "loading", "other", "packing", "picking",
    "receiving", "removing", "repackaging", "repairing", "replacing", "reserving", "retail_selling", "sampling",
    "sensor_reporting", "shipping", "staging_outbound", "stock_taking", "stocking", "storing", "transporting",
    "unloading", "unpacking", "void_shipping",
))  # fmt: skip
DISPOSITIONS = frozenset((
    "active", "available", "completeness_inferred", "completeness_verified", "conformant", "container_closed",
    "container_open", "damaged", "destroyed", "dispensed", "disposed", "encoded", "expired", "in_progress",
    "in_transit", "inactive", "mismatch_class", "mismatch_instance", "mismatch_quantity", "needs_replacement",
    "no_pedigree_match", "non_conformant", "non_sellable_other", "partially_dispensed", "recalled", "reserved",
    "retail_sold", "returned", "sellable_accessible", "sellable_not_accessible", "stolen", "unavailable", "unknown",
))  # fmt: skip
TRANSACTION_TYPES = frozenset((
    "bol", "cert", "desadv", "inv", "pedigree", "po", "poc", "prodorder", "recadv", "rma", "testprd", "testres",
    "upevt",
))  # fmt: skip
ERROR_REASONS = frozenset(("did_not_occur", "incorrect_data"))
ACTIONS = frozenset(("ADD", "OBSERVE", "DELETE"))

# What stands before a term in its web address, and which terms there are.
TERMS: dict[str, tuple[str, frozenset[str]]] = {
    "bizStep": ("BizStep-", BIZ_STEPS),
    "disposition": ("Disp-", DISPOSITIONS),
    "type": ("BTT-", TRANSACTION_TYPES),
    "reason": ("ER-", ERROR_REASONS),
}


def web_address(member: str, term: str) -> str:
    """The web address of a bare term; whatever is none stays as it is."""
    prefix, terms = TERMS[member]
    return f"{CBV}{prefix}{term}" if term in terms else term
