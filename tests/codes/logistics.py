"""Generated labels of goods: a GS1 key, values of predefined length, and one to three values that end at a separator.

Independent of the parser: lengths and alphabets are written down here once more.
"""

from __future__ import annotations

from random import Random

GS = "\x1d"
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
PLAIN = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789-"
DIGITS = "0123456789"

# AI -> (alphabet, least, most) of values that end at a separator
_TEXTS = {
    "10": (PLAIN, 1, 20), "21": (PLAIN, 1, 20), "240": (PLAIN, 1, 30), "241": (PLAIN, 1, 30), "400": (PLAIN, 1, 30),
    "91": (SET_82, 1, 40), "99": (PLAIN, 1, 30), "420": (DIGITS, 4, 9), "251": (PLAIN, 1, 30), "22": (PLAIN, 1, 20),
}  # fmt: skip
_LOTS = ("AB-123", "L2110", "10", "4711", "17", "A17301231", "ABC", "21", "2410", "B37", "0", "99X", "E400A")

Pairs = list[tuple[str, str]]


def message(random: Random) -> Pairs:
    """One label as (AI, value), in an order that needs at least one separator inside."""
    holds_items = random.random() < 0.4
    fixed: Pairs = [("00", with_check(random, 17))] if holds_items and random.random() < 0.5 else []
    fixed.append(("02" if holds_items else "01", with_check(random, 13)))
    for ai in random.sample(["11", "13", "15", "17"], random.randint(0, 2)):
        fixed.append((ai, f"{random.randint(20, 35)}{random.randint(1, 12):02}{random.randint(0, 28):02}"))
    if random.random() < 0.3:
        fixed.append((f"310{random.randint(0, 5)}", _some(random, DIGITS, 6)))
    if random.random() < 0.15:
        fixed.append(("410", with_check(random, 12)))
    ends = _with_ends(random, holds_items)
    late = [fixed.pop() for _ in range(random.randint(0, len(fixed) - 1))]  # of predefined length, behind a separator
    return fixed + ends[:1] + _shuffled(random, ends[1:] + late) if len(ends) + len(late) > 1 else message(random)


def _with_ends(random: Random, holds_items: bool) -> Pairs:
    names = [ai for ai in _TEXTS if not (holds_items and ai in ("21", "22", "251"))]
    found = []
    for ai in random.sample(names, random.randint(1, 2)):
        alphabet, least, most = _TEXTS[ai]
        if ai in ("10", "21") and random.random() < 0.5:
            found.append((ai, random.choice(_LOTS)))
        else:
            length = min(random.randint(least, most), random.randint(least, most))
            found.append((ai, _some(random, alphabet, length)))
    extra = random.random()
    if extra < 0.35:
        found.append(("37" if holds_items else "30", _some(random, DIGITS, random.randint(1, 8))))
    elif extra < 0.45:
        found.append(("422", random.choice(("276", "528", "840"))))
    elif extra < 0.55:
        found.append(("402", with_check(random, 16)))
    elif extra < 0.65:
        found.append(("7003", f"{random.randint(20, 35)}0{random.randint(1, 9)}15{random.randint(0, 23):02}30"))
    return _shuffled(random, found)


def written(pairs: Pairs, separator: str = GS) -> str:
    """The message; `separator` stands only where it is needed and something follows."""
    text = ""
    for place, (ai, value) in enumerate(pairs):
        text += ai + value
        if place < len(pairs) - 1 and ai[:2] not in ("00", "01", "02", "11", "13", "15", "17", "31", "41"):
            text += separator
    return text


def with_check(random: Random, length: int) -> str:
    """A number of `length` digits and its check digit."""
    digits = _some(random, DIGITS, length)
    total = sum(int(digit) * (1, 3)[(len(digits) - place) % 2] for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _some(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choice(alphabet) for _ in range(length))


def _shuffled(random: Random, pairs: Pairs) -> Pairs:
    return random.sample(pairs, len(pairs))
