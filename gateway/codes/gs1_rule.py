"""Whether a value is right under its application identifier: characters, length, and the rules of its components.

The first thing that is wrong is told as (what was got, what was expected). Sources: GS1 General Specifications 3 and
7; check digits 7.9, dates 7.12, character sets 7.11.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date

from gateway.codes import checkpair
from gateway.codes.checkdigit import check_digit, is_digits
from gateway.codes.gs1_table import Component, Identifier
from gateway.codes.iso_code import COUNTRIES, CURRENCIES
from gateway.parsed import Flaw

# The century of a year of two digits (7.12) counts from the current year. It is fixed here so that a code means
# the same whenever it is read, replayed or checked, and whatever the clock says: 1977 to 2076.
CENTURY_YEAR = 2026

CHARSETS = {
    "n": re.compile(r"[0-9]*"),
    "x": re.compile(r"[!\"%-?A-Z_a-z]*"),
    "y": re.compile(r"[#\-/0-9A-Z]*"),
    "z": re.compile(r"[\-0-9A-Z_a-z]*"),
}
_CHARSET_NAMES = {"n": "digits", "x": "GS1 set 82", "y": "GS1 set 39", "z": "letters, digits, - and _"}
_LATITUDE_LIMIT, _LONGITUDE_LIMIT = 1_800_000_000, 3_600_000_000


def judge(identifier: Identifier, value: str) -> Flaw | None:
    """What is wrong with a value under its identifier; None when it is right."""
    ai = identifier.ai
    if not identifier.least <= len(value) <= identifier.most:
        expected = _length(identifier.least, identifier.most)
        return Flaw("LENGTH", f"({ai}) {identifier.name} has {len(value)} characters, expected {expected}.",
                    f"{len(value)} characters", f"{expected} characters", ai)  # fmt: skip
    place = 0
    for component in identifier.components:
        part = value[place : place + component.most]
        place += len(part)
        if (flaw := _judge_part(component, part, identifier)) is not None:
            return flaw
    return None


def _judge_part(component: Component, part: str, identifier: Identifier) -> Flaw | None:
    ai, name = identifier.ai, identifier.name
    if not part and component.is_optional:
        return None
    if len(part) < component.least:
        expected = _length(component.least, component.most)
        return Flaw("LENGTH", f"({ai}) {name} breaks off at {part!r}, expected {expected} characters there.",
                    part, f"{expected} characters", ai)  # fmt: skip
    if not CHARSETS[component.charset].fullmatch(part):
        expected = _CHARSET_NAMES[component.charset]
        return Flaw("CHARACTERS", f"({ai}) {name} holds {part[:40]!r}, expected {expected}.", part, expected, ai)
    for rule in component.rules:
        code, check = RULES[rule]
        if (right := check(part)) is not None:
            return Flaw(code, f"({ai}) {name} is {part!r}, expected {right}.", part, right, ai)
    return None


def _length(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"


def read_date(text: str, *, has_day_zero: bool = True) -> date | None:
    """A date YYMMDD or YYYYMMDD; day 00 is the last of the month (7.12). None when there is no such day."""
    if len(text) not in (6, 8) or not is_digits(text):
        return None
    year = int(text[:-4]) if len(text) == 8 else _with_century(int(text[:2]))
    month, day = int(text[-4:-2]), int(text[-2:])
    if not 1 <= month <= 12 or year == 0:
        return None
    last = monthrange(year, month)[1]
    if day == 0:
        return date(year, month, last) if has_day_zero else None
    return date(year, month, day) if day <= last else None


def _with_century(year: int) -> int:
    century = CENTURY_YEAR - CENTURY_YEAR % 100
    return century + year - (100 if year - CENTURY_YEAR % 100 >= 51 else 0)


# Each rule: None when the part obeys it, otherwise what was expected.


def _check(part: str) -> str | None:
    right = check_digit(part[:-1])
    return None if part[-1] == right else f"check digit {right}"


def _pair(part: str) -> str | None:
    if len(part) < 3:
        return "a text and its check character pair"
    right = checkpair.check_pair(part[:-2])
    return None if part[-2:] == right else f"check character pair {right}"


def _prefix(part: str) -> str | None:
    return None if is_digits(part[:4]) and len(part) >= 4 else "a GS1 company prefix, which begins with four digits"


def _date0(part: str) -> str | None:
    return None if read_date(part) else "a date YYMMDD, day 00 for the end of the month"


def _date(part: str) -> str | None:
    return None if read_date(part, has_day_zero=False) else "a date YYMMDD"


def _long_date(part: str) -> str | None:
    return None if read_date(part, has_day_zero=False) else "a date YYYYMMDD"


def _time(part: str) -> str | None:
    return None if int(part[:2]) < 24 and int(part[2:]) < 60 else "a time HHMM"


def _date_and_hour(part: str) -> str | None:
    is_right = read_date(part[:6], has_day_zero=False) is not None and int(part[6:]) < 24
    return None if is_right else "a date and hour YYMMDDHH"


def _minute_and_second(part: str) -> str | None:
    is_right = len(part) in (2, 4) and all(int(part[n : n + 2]) < 60 for n in range(0, len(part), 2))
    return None if is_right else "MM or MMSS"


def _country(part: str) -> str | None:
    return None if part in COUNTRIES else "a country number of ISO 3166"


def _countries(part: str) -> str | None:
    is_right = len(part) % 3 == 0 and all(part[n : n + 3] in COUNTRIES for n in range(0, len(part), 3))
    return None if is_right else "one to five country numbers of ISO 3166"


def _country_or_999(part: str) -> str | None:
    return None if part == "999" else _country(part)


def _currency(part: str) -> str | None:
    return None if part in CURRENCIES else "a currency number of ISO 4217"


def _alpha2(part: str) -> str | None:
    return None if part.isalpha() and part.isupper() else "a country code of two capital letters"


def _percent(part: str) -> str | None:
    is_right = all(re.fullmatch("[0-9A-Fa-f]{2}", rest[:2]) for rest in part.split("%")[1:])
    return None if is_right else "% followed by two hexadecimal digits"


def _iban(part: str) -> str | None:
    if len(part) <= 10 or not re.fullmatch("[A-Z]{2}[0-9]{2}[0-9A-Z]*", part):
        return "an IBAN: country, two check digits, account"
    number = "".join(str(int(character, 36)) for character in part[4:] + part[:4])
    return None if int(number) % 97 == 1 else "an IBAN whose check digits are right"


def _pieces(part: str) -> str | None:
    piece, total = int(part[:2]), int(part[2:])
    return None if 0 < piece <= total else "piece and total, the piece from 01 to the total"


def _sequence(part: str) -> str | None:
    is_right = re.fullmatch("[1-9]/[1-9]", part) and part[0] <= part[2]
    return None if is_right else "position/end, such as 1/3"


def _among(choices: str, expected: str) -> Callable[[str], str | None]:
    return lambda part: None if part in choices.split() else expected


def _media(part: str) -> str | None:
    return None if 1 <= int(part) <= 10 or 80 <= int(part) <= 99 else "a media type 01 to 10 or 80 to 99"


def _upto(limit: int) -> Callable[[str], str | None]:
    return lambda part: None if int(part) <= limit else f"at most {limit}"


RULES: Mapping[str, tuple[str, Callable[[str], str | None]]] = {
    "check": ("CHECK_DIGIT", _check),
    "pair": ("CHECK_CHARACTERS", _pair),
    "prefix": ("COMPANY_PREFIX", _prefix),
    "date0": ("DATE", _date0),
    "date": ("DATE", _date),
    "longdate": ("DATE", _long_date),
    "datehour": ("DATE", _date_and_hour),
    "time": ("TIME", _time),
    "minsec": ("TIME", _minute_and_second),
    "country": ("COUNTRY", _country),
    "countries": ("COUNTRY", _countries),
    "country999": ("COUNTRY", _country_or_999),
    "alpha2": ("COUNTRY", _alpha2),
    "currency": ("CURRENCY", _currency),
    "percent": ("ESCAPE", _percent),
    "latitude": ("POSITION", _upto(_LATITUDE_LIMIT)),
    "longitude": ("POSITION", _upto(_LONGITUDE_LIMIT)),
    "yesno": ("CHOICE", _among("0 1", "0 or 1")),
    "zero": ("CHOICE", _among("0", "0")),
    "winding": ("CHOICE", _among("0 1 9", "0, 1 or 9")),
    "hyphen": ("CHOICE", _among("-", "- or nothing")),
    "nonzero": ("ZERO", lambda part: None if part.strip("0") else "a number above 0"),
    "nolead": ("ZERO", lambda part: "a number without leading zeros" if part[0] == "0" and len(part) > 1 else None),
    "iban": ("CHECK_DIGIT", _iban),
    "pieces": ("PIECES", _pieces),
    "sequence": ("PIECES", _sequence),
    "media": ("CHOICE", _media),
    "index": ("CHARACTERS", lambda part: None if CHARSETS["z"].fullmatch(part) else "a letter, digit, - or _"),
    # A coupon is money at a till, never goods: it is refused whole instead of being half understood.
    "coupon": ("COUPON", lambda part: "the label of goods; this is a coupon for a till"),
}
