"""The library's SMPP session over the socket that we want: let go of in the end, and encrypted where that is set.

Certificates are always checked: without a trusted one no login is sent.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from typing import Any

from aiosmpplib import ESME

GOODBYE = 1.0  #: seconds for the other side to say goodbye as well
BUFFER = 66_560  #: bytes read ahead; the longest message of the protocol is smaller


def context(ca_file: str) -> ssl.SSLContext:
    """How the message centre must prove who it is. OSError when the file holds no certificates that can be read."""
    return ssl.create_default_context(cafile=ca_file or None)


class Session(ESME):  # type: ignore[misc]
    """One session; the library dials it again. `tls` None = in clear; `distrusted` = the last certificate was refused,
    and why."""

    _writer: asyncio.StreamWriter | None

    def __init__(self, *, tls: ssl.SSLContext | None = None, **given: Any) -> None:
        super().__init__(**given)
        self._tls, self._dialling = tls, False
        self.distrusted = ""

    async def connect(self) -> None:
        """Dial; what was there before is closed."""
        self._let_go(self._writer)
        self._dialling = self._tls is not None
        try:
            await super().connect()
        except ssl.SSLCertVerificationError as error:
            self.distrusted = error.verify_message or "certificate"
            raise
        except ssl.SSLError as error:
            raise ConnectionError(f"no TLS: {error.reason}") from None
        self.distrusted = ""

    async def _socket_operation(self, operation: Coroutine[Any, Any, Any]) -> Any:
        """The library opens its own socket, in clear: the first operation of dialling is that, and is replaced."""
        if self._dialling:
            self._dialling = False
            operation.close()
            operation = asyncio.open_connection(
                self.smsc_host, self.smsc_port, limit=BUFFER, ssl=self._tls, server_hostname=self.smsc_host,
                ssl_handshake_timeout=self.socket_timeout, ssl_shutdown_timeout=GOODBYE)
        return await super()._socket_operation(operation)

    async def _disconnect(self) -> None:
        writer = self._writer
        try:
            if self._tls is None:
                await super()._disconnect()
            else:
                # The library waits for an emptied buffer and then closes one direction: TLS would wait for ever, and
                # cannot be closed by halves.
                self._writer = None
        finally:
            self._let_go(writer)

    @staticmethod
    def _let_go(writer: asyncio.StreamWriter | None) -> None:
        if writer is not None:
            writer.close()
