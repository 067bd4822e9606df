"""Names of units, goods, places and documents as URIs."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.epcis.naming import Naming
from gateway.epcis.uri import Names, canonical, named_by

MASTER: dict[tuple[str, str], dict[str, Any]] = {
    ("items", "SCREW"): {"uom": "PCE", "gtins": ["4012345123456"]},
    ("items", "WIRE"): {"uom": "M"},
    ("items", "FOIL"): {"uom": "Rolle"},
    ("locations", "D-1"): {"gln": "0614141073467", "gln_extension": "D-1"},
    ("locations", "YARD"): {"gln": "4000001000005"},
    ("partners", "V1"): {"codes": ["900100", "4000001000005"]},
}


def naming(**members: Any) -> Naming:
    told: dict[str, Any] = {"prefixes": ("4012345", "0614141"), "private_url": "https://id.plant.example/"}
    return Naming(lambda dataset, key: MASTER.get((dataset, key), {}), **{**told, **members})


@pytest.mark.parametrize(
    ("made", "uri"),
    [
        (naming().unit("106141412345678908"), "urn:epc:id:sscc:0614141.1234567890"),
        (naming().unit("399999990000000011"), "https://id.gs1.org/00/399999990000000011"),  # a prefix we do not know
        (naming().goods("SCREW", ""), "urn:epc:idpat:sgtin:4012345.012345.*"),
        (naming().goods("SCREW", "L/7"), "urn:epc:class:lgtin:4012345.012345.L%2F7"),
        (naming(prefixes=()).goods("SCREW", "L/7"), "https://id.gs1.org/01/04012345123456/10/L%2F7"),
        (naming().goods("SCREW", "Los 7"), "https://id.plant.example/class/SCREW.Los%207"),  # no lot that GS1 knows
        (naming().goods("NEW 7", "A"), "https://id.plant.example/class/NEW%207.A"),
        (naming().place("D-1"), "urn:epc:id:sgln:0614141.07346.D-1"),
        (naming(places={"D-1": "geo:31.2,121.4"}).place("D-1"), "geo:31.2,121.4"),
        (naming().place("YARD"), "https://id.gs1.org/414/4000001000005"),
        (naming().place("Halle 3/Süd"), "https://id.plant.example/loc/Halle%203%2FS%C3%BCd"),
        (naming(gln="0614141073467").document("po", "45/1")["bizTransaction"],
         "urn:epcglobal:cbv:bt:0614141073467:45%2F1"),
        (naming(gln="0614141073467").document("desadv", "7", "V1")["bizTransaction"],
         "urn:epcglobal:cbv:bt:4000001000005:7"),
        (naming().document("desadv", "7", "V9")["bizTransaction"], "https://id.plant.example/bt/V9.7"),
    ],
)  # fmt: skip
def test_everything_has_a_uri_that_names_it(made: str, uri: str) -> None:
    assert made == uri
    assert named_by(made)


def test_a_urn_and_a_link_of_the_same_key_have_one_canonical_form() -> None:
    for known, other in ((naming(), naming(prefixes=())),):
        assert canonical(known.unit("106141412345678908")) == canonical(other.unit("106141412345678908"))
        assert canonical(known.goods("SCREW", "L/7")) == canonical(other.goods("SCREW", "L/7"))
        assert canonical(known.place("D-1")) == canonical(other.place("D-1"))
        assert Names.CLASS in named_by(other.goods("SCREW", ""))


def test_a_unit_that_nobody_knows_gives_no_quantity_rather_than_a_wrong_one() -> None:
    assert naming().quantity("SCREW", "", 40_000_000)["quantity"] == 40
    assert naming().quantity("WIRE", "", 2_500_000) == {
        "epcClass": "https://id.plant.example/class/WIRE", "quantity": 2.5, "uom": "MTR",
    }  # fmt: skip
    assert naming().quantity("FOIL", "", 2_000_000) == {"epcClass": "https://id.plant.example/class/FOIL"}
    assert naming(units={"Rolle": "RO"}).quantity("FOIL", "", 2_000_000)["uom"] == "RO"
