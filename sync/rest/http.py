"""HTTP to the ERP: one connection, one request at a time, every wait and every size bounded.

Nothing is taken from the environment (no proxies, no netrc), no redirect is followed, no cookie kept,
and TLS is always verified. Whatever goes wrong comes back as a `Reply` without a status.
"""

from __future__ import annotations

import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from gateway.errors import GatewayError
from sync.mqtt import Credential
from sync.rest.reply import Reply, Request
from sync.settings import TlsSettings

CONNECT_LIMIT_S = 5.0
CHUNK_BYTES = 65_536
TOKEN_LIMIT = 4096
STOP_SLICE_S = 0.2
REFUSED_CREDENTIAL = (401, 403)


class Server(Protocol):
    """Where requests go and how they identify themselves; the settings of an ERP or of a repository."""

    @property
    def base_url(self) -> str: ...
    @property
    def token_credential(self) -> str: ...
    @property
    def tls(self) -> TlsSettings: ...


class HttpLine:
    """To one server. Used by one thread; only `abort` may come from another."""

    def __init__(self, settings: Server, credential: Credential) -> None:
        self._settings = settings
        self._credential = credential
        self._session: requests.Session | None = None
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._is_cut = False  # the request under way is over its time
        self._is_aborted = False

    def ask(self, request: Request) -> Reply:
        """The answer; a refused credential is read anew and, if it has changed, tried once more."""
        try:
            token = self.token()
            reply = self._ask(request, token)
            if reply.status in REFUSED_CREDENTIAL and (fresh := self.token()) != token:
                reply = self._ask(request, fresh)
        except (OSError, ValueError, GatewayError) as error:
            return Reply(fault=f"the token cannot be used: {error}")
        return reply

    def token(self) -> str:
        """The bearer token as it stands in its file now, "" when none is configured."""
        name = self._settings.token_credential
        if not name:
            return ""
        text = self._credential(name).read_text(encoding="ascii").strip()
        if not text.isprintable() or not 0 < len(text) <= TOKEN_LIMIT:
            raise ValueError(f"credential {name!r} is no token of 1 to {TOKEN_LIMIT} printable ASCII characters")
        return text

    def abort(self) -> None:
        """From any thread: the request under way ends now, and later ones at once."""
        with self._lock:
            self._is_aborted = True
        self._cut()

    def close(self) -> None:
        """Give the connection back; the next request opens another."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
        with self._lock:
            self._sockets.clear()

    @contextmanager
    def ending_with(self, stop: threading.Event) -> Iterator[None]:
        """Within it a stop aborts what is under way: a long poll must not hold up the end."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.is_set():
                if stop.wait(STOP_SLICE_S):
                    self.abort()
                    return

        watcher = threading.Thread(target=watch, name="rest-stop", daemon=True)
        self._is_aborted = False
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()
            self.close()

    # -- inner -----------------------------------------------------------------------------

    def _ask(self, request: Request, token: str) -> Reply:
        with self._lock:
            if self._is_aborted:
                return Reply(fault="stopped")
            self._is_cut = False
        # Time-outs of single reads do not bound an answer that drips: this ends the connection under it.
        guard = threading.Timer(request.limit_s, self._cut)
        guard.daemon = True
        guard.start()
        try:
            return self._exchange(request, token)
        except (requests.RequestException, HTTPError, GatewayError, OSError, ValueError, zlib.error) as error:
            self.close()
            return Reply(fault=self._reason(error, request))
        finally:
            guard.cancel()

    def _exchange(self, request: Request, token: str) -> Reply:
        if self._session is None:
            self._session = self._open()
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **request.headers}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        with self._session.request(
            request.method, self._settings.base_url.rstrip("/") + request.path,
            params=dict(request.params), headers=headers, data=request.body, stream=True, allow_redirects=False,
            timeout=(CONNECT_LIMIT_S, request.limit_s),
        ) as response:  # fmt: skip
            told = {name.lower(): value for name, value in response.headers.items()}
            packed = self._read(response.raw, request.limit_bytes)
        if self._is_cut:  # the end of a connection may look like the end of a head or of a body
            raise ValueError("cut off")
        return Reply(response.status_code, told, unpack(packed, told.get("content-encoding", ""), request.limit_bytes))

    def _read(self, raw: Any, limit: int) -> bytes:
        chunks, size = [], 0
        while chunk := raw.read(CHUNK_BYTES, decode_content=False):
            size += len(chunk)
            if size > limit:
                raise ValueError(f"the answer has more than {limit} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _open(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.headers["User-Agent"] = "kanban-gateway"
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(self._tls(), self._watch)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def _tls(self) -> ssl.SSLContext:
        """Read anew for each connection, so that a rotated key needs no restart."""
        tls = self._settings.tls
        context = ssl.create_default_context(cafile=str(tls.ca_file) if tls.ca_file else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.cert_file:
            key = str(self._credential(tls.key_credential)) if tls.key_credential else None
            context.load_cert_chain(str(tls.cert_file), key)
        return context

    def _watch(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._sockets = [sock]
            is_late = self._is_cut or self._is_aborted
        if is_late:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self._is_cut = True
            sockets = list(self._sockets)
        for sock in sockets:
            try:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # below TLS, whose state belongs to the reader
            except OSError:
                pass  # it is closed already

    def _reason(self, error: Exception, request: Request) -> str:
        if self._is_aborted:
            return "stopped"
        if self._is_cut:
            return f"no whole answer within {request.limit_s:.0f} s"
        return f"{type(error).__name__}: {error}"[:300]


def unpack(packed: bytes, encoding: str, limit: int) -> bytes:
    """The body as it was before its content encoding; ValueError when it is another or too large."""
    if encoding.strip().lower() in ("", "identity"):
        return packed
    if encoding.strip().lower() != "gzip":
        raise ValueError(f"content encoding {encoding[:40]!r}, expected gzip or none")
    unpacker = zlib.decompressobj(wbits=31)
    body = unpacker.decompress(packed, limit + 1)
    if len(body) > limit:
        raise ValueError(f"the answer has more than {limit} bytes when unpacked")
    if not unpacker.eof:
        raise ValueError("the answer's gzip data end in the middle")
    return body


class _Adapter(HTTPAdapter):
    """Connections with our TLS context, each shown to `watch` as soon as it stands."""

    def __init__(self, context: ssl.SSLContext, watch: Callable[[socket.socket], None]) -> None:
        self._context = context
        self._watch = watch
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _watched_pools(self._watch)

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host, _ = super().build_connection_pool_key_attributes(*args, **kwargs)
        return host, {"ssl_context": self._context} if host["scheme"] == "https" else {}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to add: the context verifies, against our certificates and no others."""


def _watched_pools(watch: Callable[[socket.socket], None]) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            watch(self.sock)

    class Tls(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            watch(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}
