"""Sealed files: what must leave a box on a stick or by mail, readable only with a passphrase.

The format, version 1. Line 1: `KGWSEAL1`. Line 2: a JSON object with `n`, `r`, `p` and `salt` of scrypt (RFC 7914),
`nonce` and `check`, hexadecimal. Then chunks: length of the ciphertext as 4 bytes, most significant first, and
AES-256-GCM over at most 64 KiB of text. The nonce of a chunk is `nonce` (7 bytes), its number from 0 (4 bytes) and 1
for the last chunk or 0 (1 byte), so that none can be left out, moved or cut off; both lines are authenticated
with each. scrypt gives 48 bytes: the key, and 16 bytes that stand in `check`, by which a wrong passphrase is told
from a damaged file.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gateway.errors import GatewayError

MAGIC = b"KGWSEAL1\n"
HEAD_LIMIT_BYTES = 1024
CHUNK_BYTES = 65_536
TAG_BYTES = 16
LINE_LIMIT_BYTES = 4 * 1024 * 1024  # longest line that is taken back out
CHUNKS_LIMIT = 2**24  # a terabyte: far above what a store holds
PASSPHRASE_LEAST, PASSPHRASE_LIMIT = 12, 1024  # characters
_COST, _BLOCK, _PARALLEL = 2**16, 8, 1  # 64 MiB and about a second on a small box
_COST_LIMIT = 2**18  # a file may ask for this much work and no more
_SALT_BYTES, _PREFIX_BYTES, _KEY_BYTES, _CHECK_BYTES = 16, 7, 32, 16


class SealError(GatewayError):
    """A sealed file that cannot be opened, or a passphrase that cannot seal one."""


@dataclass(frozen=True, slots=True)
class _Lock:
    """Key and nonces of one file."""

    cipher: AESGCM
    prefix: bytes
    head: bytes

    def nonce(self, number: int, *, is_last: bool) -> bytes:
        return self.prefix + number.to_bytes(4, "big") + bytes([is_last])


def check_passphrase(passphrase: str) -> None:
    """SealError unless it is long enough to keep a guesser out for a while."""
    if not PASSPHRASE_LEAST <= len(passphrase) <= PASSPHRASE_LIMIT:
        text = f"a passphrase of {len(passphrase)} characters, expected {PASSPHRASE_LEAST} to {PASSPHRASE_LIMIT}"
        raise SealError(text, hint="take several words")


def seal(lines: Iterable[bytes], passphrase: str, file: BinaryIO) -> int:
    """Write `lines` (each ends in a line feed) sealed to `file`; returns how many."""
    check_passphrase(passphrase)
    salt, prefix = os.urandom(_SALT_BYTES), os.urandom(_PREFIX_BYTES)
    key, check = _derived(passphrase, salt, _COST, _BLOCK, _PARALLEL)
    told = {"n": _COST, "r": _BLOCK, "p": _PARALLEL, "salt": salt.hex(), "nonce": prefix.hex(), "check": check.hex()}
    head = MAGIC + json.dumps(told, sort_keys=True).encode() + b"\n"
    lock = _Lock(AESGCM(key), prefix, head)
    file.write(head)
    number, count, waiting = 0, 0, bytearray()
    for line in lines:
        count += 1
        waiting += line
        while len(waiting) > CHUNK_BYTES:
            _write(file, lock, number, bytes(waiting[:CHUNK_BYTES]), is_last=False)
            del waiting[:CHUNK_BYTES]
            number += 1
    _write(file, lock, number, bytes(waiting), is_last=True)
    return count


def unseal(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """The lines of a sealed file, each proved genuine; SealError says what is wrong with file or passphrase.

    The end is only proved once the last line was read: whoever acts on the lines reads all of them first.
    """
    lock = _open(file, passphrase)
    waiting = b""
    for text in _chunks(file, lock):
        *whole, waiting = (waiting + text).split(b"\n")
        if len(waiting) > LINE_LIMIT_BYTES:
            raise SealError(f"a line of more than {LINE_LIMIT_BYTES} bytes", hint="it was not made by this program")
        yield from whole
    if waiting:
        raise SealError("the last line has no end", hint="it was not made by this program")


def _write(file: BinaryIO, lock: _Lock, number: int, text: bytes, *, is_last: bool) -> None:
    sealed = lock.cipher.encrypt(lock.nonce(number, is_last=is_last), text, lock.head)
    file.write(len(sealed).to_bytes(4, "big") + sealed)


def _open(file: BinaryIO, passphrase: str) -> _Lock:
    if file.read(len(MAGIC)) != MAGIC:
        raise SealError("this is no sealed file", hint="expected one made by 'kanban-gateway export --sealed'")
    line = file.readline(HEAD_LIMIT_BYTES)
    try:
        told = json.loads(line)
        cost, block, parallel = (told[name] for name in ("n", "r", "p"))
        salt, prefix, check = (bytes.fromhex(told[name]) for name in ("salt", "nonce", "check"))
        is_sound = (len(salt), len(prefix), len(check)) == (_SALT_BYTES, _PREFIX_BYTES, _CHECK_BYTES)
        is_sound = is_sound and cost in _powers_of_two() and (block, parallel) == (_BLOCK, _PARALLEL)
    except (ValueError, KeyError, TypeError, RecursionError):
        is_sound = False
    if not is_sound:
        raise SealError("the head of the sealed file is damaged, or of a newer version", hint="copy it again")
    key, own = _derived(passphrase, salt, cost, block, parallel)
    if not hmac.compare_digest(own, check):
        raise SealError("the passphrase is not the one this file was sealed with", hint="nothing was read from it")
    return _Lock(AESGCM(key), prefix, MAGIC + line)


def _powers_of_two() -> frozenset[int]:
    return frozenset(1 << power for power in range(14, _COST_LIMIT.bit_length()))


def _chunks(file: BinaryIO, lock: _Lock) -> Iterator[bytes]:
    size = file.read(4)
    for number in range(CHUNKS_LIMIT):
        length = int.from_bytes(size, "big")
        if len(size) != 4 or not TAG_BYTES <= length <= CHUNK_BYTES + TAG_BYTES:
            raise _damaged(number)
        sealed, size = file.read(length), file.read(4)
        try:
            text = lock.cipher.decrypt(lock.nonce(number, is_last=not size), sealed, lock.head)
        except InvalidTag as error:
            raise _damaged(number) from error
        yield text
        if not size:
            return
    raise _damaged(CHUNKS_LIMIT)


def _damaged(number: int) -> SealError:
    hint = "copy it again; nothing was done"
    return SealError(f"the sealed file was changed or cut off at chunk {number}", hint=hint)


def _derived(passphrase: str, salt: bytes, cost: int, block: int, parallel: int) -> tuple[bytes, bytes]:
    scrypt = Scrypt(salt=salt, length=_KEY_BYTES + _CHECK_BYTES, n=cost, r=block, p=parallel)
    secret = scrypt.derive(passphrase.encode())
    return secret[:_KEY_BYTES], secret[_KEY_BYTES:]
