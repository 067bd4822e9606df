"""Reading and writing runs of bits, most significant first."""

from __future__ import annotations

WORD_BITS = 16  # a tag's memory is written in words


class EpcError(Exception):
    """Bits or text that are no EPC; inside this package only, it becomes a `Rejection`."""

    def __init__(self, code: str, got: str, expected: str) -> None:
        super().__init__(code)
        self.code = code
        self.got = got
        self.expected = expected


class BitReader:
    """A cursor over a number of known width."""

    __slots__ = ("_value", "left")

    def __init__(self, value: int, length: int) -> None:
        self._value = value
        self.left = length  # bits that are still to come

    def take(self, count: int) -> int:
        """The next `count` bits; EpcError when there are not so many."""
        if count > self.left:
            raise EpcError("EPC_TOO_SHORT", f"{self.left} bits left", f"{count} bits more")
        self.left -= count
        return (self._value >> self.left) & ((1 << count) - 1)

    def rest(self) -> int:
        """All that is left, as one number; 0 is padding."""
        return self._value & ((1 << self.left) - 1)


class BitWriter:
    """Collects fields and writes them as hexadecimal words."""

    def __init__(self) -> None:
        self._value = 0
        self.length = 0

    def put(self, value: int, count: int) -> None:
        """Append; EpcError when the value has no room."""
        if not 0 <= value < 1 << count:
            raise EpcError("EPC_VALUE_TOO_LARGE", str(value), f"at most {(1 << count) - 1}")
        self._value = self._value << count | value
        self.length += count

    def hex(self) -> str:
        """Upper case, padded with zero bits to whole words."""
        words = -(-self.length // WORD_BITS)
        return f"{self._value << (words * WORD_BITS - self.length):0{words * WORD_BITS // 4}X}"
