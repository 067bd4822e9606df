"""The GS1 application identifiers: format of each, and which belong or do not belong together.

Facts of the GS1 General Specifications, as the GS1 Barcode Syntax Dictionary lists them (Apache-2.0, see NOTICE).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# AIs ; components ; needs ; excludes ; Digital Link ; name
# A component is a character set, a length (..20: up to 20), ? when it may be missing, and /rules (gs1_rule.py).
# `needs`: one of each list joined by & belongs on the same goods; n stands for any digit. `same`: no other AI that
# begins with the same three digits. `key`: may lead a Digital Link; behind the colon its qualifiers, in order.
_ROWS = """
00 ; n18/check ; ; ; key ; SSCC
01 ; n14/check ; ; 02,255,37 ; key:22,10,21|235 ; GTIN
02 ; n14/check ; 37 ; ; ; CONTENT
03 ; n14/check ; 21 ; 01,02,37 ; ; MTO GTIN
10 ; x..20 ; 01,02,8006,8026 ; ; ; BATCH/LOT
11 ; n6/date0 ; 01,02,8006,8026 ; ; ; PROD DATE
12 ; n6/date0 ; 8020 ; ; ; DUE DATE
13 ; n6/date0 ; 01,02,8006,8026 ; ; ; PACK DATE
15 ; n6/date0 ; 01,02,8006,8026 ; ; ; BEST BEFORE
16 ; n6/date0 ; 01,02,8006,8026 ; ; ; SELL BY
17 ; n6/date0 ; 01,02,255,8006,8026 ; ; ; EXPIRY
20 ; n2 ; 01,02,8006,8026 ; ; ; VARIANT
21 ; x..20 ; 01,03,8006 ; 235 ; ; SERIAL
22 ; x..20 ; 01 ; ; ; CPV
235 ; x..28 ; 01 ; ; ; TPX
240 ; x..30 ; 01,02,8006,8026 ; ; ; ADDITIONAL ID
241 ; x..30 ; 01,02,8006,8026 ; ; ; CUST. PART No.
242 ; n..6 ; 01,02,8006,8026 ; ; ; MTO VARIANT
243 ; x..20 ; 01 ; ; ; PCN
250 ; x..30 ; 01,8006 & 21 ; ; ; SECONDARY SERIAL
251 ; x..30 ; 01,8006 ; ; ; REF. TO SOURCE
253 ; n13/check x..17? ; ; ; key ; GDTI
254 ; x..20 ; 414 ; ; ; GLN EXTENSION
255 ; n13/check n..12? ; ; 01,02,415,8006,8020,8026 ; key ; GCN
30 ; n..8 ; 01,02 ; ; ; VAR. COUNT
# trade measures and logistic measures: the fourth digit counts the decimal places
310-316_,320-329_,350-352_,356-357_,360-361_,364-366_ ; n6 ; 01,02 ; same ; ; TRADE MEASURE
330-336_,340-349_,353-355_,362-363_,367-369_ ; n6 ; 00,01 ; same ; ; LOGISTIC MEASURE
337_ ; n6 ; 01 ; same ; ; KG PER m²
37 ; n..8 ; 00 & 02,8026 ; ; ; COUNT
3900-3909 ; n..15 ; 255,8020 ; 390n,391n,394n,8111 ; ; AMOUNT
3910-3919 ; n3/currency n..15 ; 8020 ; 391n ; ; AMOUNT
3920-3929 ; n..15 ; 01 & 30,31nn,32nn,35nn,36nn ; 392n,393n ; ; PRICE
3930-3939 ; n3/currency n..15 ; 30,31nn,32nn,35nn,36nn ; 393n ; ; PRICE
3940-3943 ; n4 ; 255 ; 394n,8111 ; ; PRCNT OFF
3950-3955 ; n6 ; 30,31nn,32nn,35nn,36nn ; 392n,393n,395n,8005 ; ; PRICE/UoM
400 ; x..30 ; ; ; ; ORDER NUMBER
401 ; x..30/prefix ; ; ; key ; GINC
402 ; n17/check ; ; ; key ; GSIN
403 ; x..30 ; 00 ; ; ; ROUTE
410 ; n13/check ; ; ; ; SHIP TO LOC
411 ; n13/check ; ; ; ; BILL TO
412 ; n13/check ; ; ; ; PURCHASE FROM
413 ; n13/check ; ; ; ; SHIP FOR LOC
414 ; n13/check ; ; ; key:254|7040 ; LOC No.
415 ; n13/check ; 8020 ; ; key:8020 ; PAY TO
416 ; n13/check ; ; ; ; PROD/SERV LOC
417 ; n13/check ; ; ; key:7040 ; PARTY
420 ; x..20 ; ; 421 ; ; SHIP TO POST
421 ; n3/country x..9 ; ; 4307 ; ; SHIP TO POST
422 ; n3/country ; 01,02,8006,8026 ; 426 ; ; ORIGIN
423 ; n..15/countries ; 01,02 ; 426 ; ; COUNTRY - INITIAL PROCESS
424 ; n3/country ; 01,02 ; 426 ; ; COUNTRY - PROCESS
425 ; n..15/countries ; 01,02 ; 426 ; ; COUNTRY - DISASSEMBLY
426 ; n3/country ; 01,02 ; ; ; COUNTRY - FULL PROCESS
427 ; x..3 ; 01,02 & 422 ; ; ; ORIGIN SUBDIVISION
4300 ; x..35/percent ; 00 ; ; ; SHIP TO COMP
4301 ; x..35/percent ; 00 ; ; ; SHIP TO NAME
4302 ; x..70/percent ; 00 ; ; ; SHIP TO ADD1
4303 ; x..70/percent ; 4302 ; ; ; SHIP TO ADD2
4304 ; x..70/percent ; 00 ; ; ; SHIP TO SUB
4305 ; x..70/percent ; 00 ; ; ; SHIP TO LOC
4306 ; x..70/percent ; 00 ; ; ; SHIP TO REG
4307 ; x2/alpha2 ; 00 ; ; ; SHIP TO COUNTRY
4308 ; x..30 ; 00 ; ; ; SHIP TO PHONE
4309 ; n10/latitude n10/longitude ; 00 ; ; ; SHIP TO GEO
4310 ; x..35/percent ; 00 ; ; ; RTN TO COMP
4311 ; x..35/percent ; 00 ; ; ; RTN TO NAME
4312 ; x..70/percent ; 00 ; ; ; RTN TO ADD1
4313 ; x..70/percent ; 4312 ; ; ; RTN TO ADD2
4314 ; x..70/percent ; 00 ; ; ; RTN TO SUB
4315 ; x..70/percent ; 00 ; ; ; RTN TO LOC
4316 ; x..70/percent ; 00 ; ; ; RTN TO REG
4317 ; x2/alpha2 ; 00 ; ; ; RTN TO COUNTRY
4318 ; x..20 ; 00 ; ; ; RTN TO POST
4319 ; x..30 ; 00 ; ; ; RTN TO PHONE
4320 ; x..35/percent ; 00 ; ; ; SRV DESCRIPTION
4321 ; n1/yesno ; 00 ; ; ; DANGEROUS GOODS
4322 ; n1/yesno ; 00 ; ; ; AUTH TO LEAVE
4323 ; n1/yesno ; 00 ; ; ; SIG REQUIRED
4324 ; n6/date0 n4/time ; 00 ; ; ; NOT BEF DEL DT
4325 ; n6/date0 n4/time ; 00 ; ; ; NOT AFT DEL DT
4326 ; n6/date ; 00 ; ; ; REL DATE
4330 ; n6 x1?/hyphen ; 00 ; 4331 ; ; MAX TEMP F.
4331 ; n6 x1?/hyphen ; 00 ; 4330 ; ; MAX TEMP C.
4332 ; n6 x1?/hyphen ; 00 ; 4333 ; ; MIN TEMP F.
4333 ; n6 x1?/hyphen ; 00 ; 4332 ; ; MIN TEMP C.
7001 ; n13 ; 01,02,8006,8026 ; ; ; NSN
7002 ; x..30 ; 01,02 ; ; ; MEAT CUT
7003 ; n6/date n4/time ; 01,02 ; ; ; EXPIRY TIME
7004 ; n..4 ; 01 & 10 ; ; ; ACTIVE POTENCY
7005 ; x..12 ; 01,02 ; ; ; CATCH AREA
7006 ; n6/date ; 01,02 ; ; ; FIRST FREEZE DATE
7007 ; n6/date n6?/date ; 01,02 ; ; ; HARVEST DATE
7008 ; x..3 ; 01,02 ; ; ; AQUATIC SPECIES
7009 ; x..10 ; 01,02 ; ; ; FISHING GEAR TYPE
7010 ; x..2 ; 01,02 ; ; ; PROD METHOD
7011 ; n6/date n4?/time ; 01,02 ; ; ; TEST BY DATE
7020 ; x..20 ; 01,8006 & 416 ; ; ; REFURB LOT
7021 ; x..20 ; 01,8006 ; ; ; FUNC STAT
7022 ; x..20 ; 7021 ; ; ; REV STAT
7023 ; x..30/prefix ; ; ; ; GIAI - ASSEMBLY
7030-7039 ; n3/country999 x..27 ; 01,02 ; ; ; PROCESSOR
7040 ; n1 x1 x1 x1/index ; ; ; ; UIC+EXT
7041 ; x..4 ; 00 ; ; ; UFRGT UNIT TYPE
710-717 ; x..20 ; 01 ; ; ; NHRN
7230-7239 ; x2 x..28 ; 01,8004 ; ; ; CERT
7240 ; x..20 ; 01,8006 ; ; ; PROTOCOL
7241 ; n2/media ; 8017,8018 ; ; ; AIDC MEDIA TYPE
7242 ; x..25 ; 8017,8018 ; ; ; VCN
7250 ; n8/longdate ; 8018 ; ; ; DOB
7251 ; n8/longdate n4/time ; 8018 ; ; ; DOB TIME
7252 ; n1 ; 8018 ; ; ; BIO SEX
7253 ; x..40/percent ; 8017,8018 ; ; ; FAMILY NAME
7254 ; x..40/percent ; 8017,8018 ; ; ; GIVEN NAME
7255 ; x..10/percent ; 8017,8018 ; ; ; SUFFIX
7256 ; x..90/percent ; 8017,8018 ; ; ; FULL NAME
7257 ; x..70/percent ; 8018 ; ; ; PERSON ADDR
7258 ; x3/sequence ; 8018 ; ; ; BIRTH SEQUENCE
7259 ; x..40/percent ; 8018 ; ; ; BABY
8001 ; n4/nonzero n5/nonzero n3/nonzero n1/winding n1 ; 01 ; ; ; DIMENSIONS
8002 ; x..20 ; ; ; ; CMT No.
8003 ; n1/zero n13/check x..16? ; ; ; key ; GRAI
8004 ; x..30/prefix ; ; ; key:7040 ; GIAI
8005 ; n6 ; 01,02 ; ; ; PRICE PER UNIT
8006 ; n14/check n4/pieces ; ; 01,37 ; key:22,10,21 ; ITIP
8007 ; x..34/iban ; 415 ; ; ; IBAN
8008 ; n8/datehour n..4?/minsec ; 01,02 ; ; ; PROD TIME
8009 ; x..50 ; 00,01 ; ; ; OPTSEN
8010 ; y..30/prefix ; ; ; key:8011 ; CPID
8011 ; n..12/nolead ; 8010 ; ; ; CPID SERIAL
8012 ; x..20 ; 01,8006 ; ; ; VERSION
8013 ; x..25/pair/prefix ; ; ; key ; GMN
8014 ; x..25/pair/prefix ; 01 ; ; ; MUDI
8017 ; n18/check ; ; 8018 ; key:8019 ; GSRN - PROVIDER
8018 ; n18/check ; ; 8017 ; key:8019 ; GSRN - RECIPIENT
8019 ; n..10 ; 8017,8018 ; ; ; SRIN
8020 ; x..25 ; 415 ; ; ; REF No.
8026 ; n14/check n4/pieces ; 37 ; 02,8006 ; ; ITIP CONTENT
8030 ; z..90 ; 00,01,253,255,8003,8004,8006,8010,8017,8018 ; ; ; DIGSIG
8040 ; n15 ; ; ; ; IMEI
8041 ; n15 ; 8040 ; ; ; IMEI2
8042 ; n32 ; ; ; ; ESIM
8043 ; n18 n..2? ; ; ; ; PSIM
8110 ; x..70/coupon ; ; ; ; COUPON
8111 ; n4 ; 255 ; ; ; POINTS
8112 ; x..70/coupon ; ; ; ; COUPON
8200 ; x..70 ; 01 ; ; ; PRODUCT URL
90 ; x..30 ; ; ; ; INTERNAL
91-99 ; x..90 ; ; ; ; INTERNAL
"""

# General Specifications 7.8.5: length of the value of AIs that begin so; every other one ends at a separator.
PREDEFINED = {
    "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "11": 6, "12": 6, "13": 6, "14": 6, "15": 6, "16": 6, "17": 6,
    "18": 6, "19": 6, "20": 2, "31": 6, "32": 6, "33": 6, "34": 6, "35": 6, "36": 6, "41": 13,
}  # fmt: skip

_COMPONENT = re.compile(r"([nxyz])(\.\.)?([0-9]+)(\?)?((?:/[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a value."""

    charset: str  # n digits, x GS1 set 82, y set 39, z file-safe base 64
    least: int
    most: int
    is_optional: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identifier:
    """One application identifier."""

    ai: str
    name: str
    components: tuple[Component, ...]
    needs: tuple[tuple[str, ...], ...]
    excludes: tuple[str, ...]
    qualifiers: tuple[tuple[str, ...], ...] | None  # None: cannot lead a Digital Link

    @property
    def least(self) -> int:
        """Characters that its value has at least."""
        return sum(one.least for one in self.components if not one.is_optional)

    @property
    def most(self) -> int:
        return sum(one.most for one in self.components)

    @property
    def predefined(self) -> int | None:
        """Length of a value that needs no separator behind it; None: it ends at a separator or with the message."""
        return PREDEFINED.get(self.ai[:2])


def _read(row: str) -> list[Identifier]:
    names, components, needs, excludes, link, title = (cell.strip() for cell in row.split(";"))
    return [
        Identifier(
            ai, title, tuple(map(_component, components.split())),
            tuple(tuple(group.strip().split(",")) for group in needs.split("&") if group.strip()),
            (f"{ai[:3]}n",) if excludes == "same" else tuple(excludes.split(",")) if excludes else (),
            _qualifiers(link),
        )
        for ai in _expand(names)
    ]  # fmt: skip


def _expand(names: str) -> list[str]:
    """ "91-99" -> nine names; "310-316_" -> 3100 to 3105, 3110 to 3115, …"""
    found = []
    for name in names.split(","):
        has_places = name.endswith("_")
        first, _, last = name.rstrip("_").partition("-")
        for number in range(int(first), int(last or first) + 1):
            ai = str(number).zfill(len(first))
            found += [f"{ai}{place}" for place in range(6)] if has_places else [ai]
    return found


def _component(text: str) -> Component:
    match = _COMPONENT.fullmatch(text)
    if match is None:
        raise ValueError(f"component {text!r}")
    charset, is_variable, length, is_optional, rules = match.groups()
    return Component(
        charset, 1 if is_variable else int(length), int(length), bool(is_optional), tuple(rules.split("/")[1:])
    )


def _qualifiers(link: str) -> tuple[tuple[str, ...], ...] | None:
    if not link:
        return None
    return tuple(tuple(way.split(",")) for way in link[4:].split("|")) if len(link) > 4 else ((),)


IDENTIFIERS: dict[str, Identifier] = {
    one.ai: one for row in _ROWS.strip().splitlines() if not row.startswith("#") for one in _read(row)
}


def identifier_at(text: str, start: int) -> Identifier | None:
    """The identifier that begins at `start`; no identifier is the beginning of another one."""
    for length in (2, 3, 4):
        found = IDENTIFIERS.get(text[start : start + length])
        if found is not None:
            return found
    return None
