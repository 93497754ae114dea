"""The machine's best: an aiohttp handler that stores nothing, and a WebSocket relay that knows nobody."""

from __future__ import annotations

import sys

from aiohttp import WSMsgType, web


async def _taken(request: web.Request) -> web.Response:
    request.query.get("text")
    return web.Response()


async def _relay(request: web.Request) -> web.WebSocketResponse:
    """Two sockets on one room hear each other."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    room = request.app[ROOMS].setdefault(request.match_info["room"], set())
    room.add(socket)
    try:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                for other in room - {socket}:
                    await other.send_str(frame.data)
    finally:
        room.discard(socket)
    return socket


ROOMS: web.AppKey[dict[str, set[web.WebSocketResponse]]] = web.AppKey("rooms", dict)


def main() -> None:
    """Serve on the port given."""
    app = web.Application()
    app[ROOMS] = {}
    app.router.add_get("/healthz", _taken)
    app.router.add_get("/inbound", _taken)
    app.router.add_get("/relay/{room}", _relay)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
