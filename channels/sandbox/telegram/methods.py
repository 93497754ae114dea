"""The methods of the fake Bot API server that send, edit and hold files; it refuses what the real one refuses."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from channels.sandbox.telegram.truth import GET_FILE_BYTES, TEXT_UNITS, Refuse, refuse_magic, required

_FILE_FIELDS = {"sendPhoto": "photo", "sendDocument": "document", "sendVoice": "voice"}


class Methods:
    """Methods named like the Bot API's, in lower case; each gets the request and its parameters."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.sent: list[dict[str, Any]] = []  #: messages a citizen would see, in order, each with "method"
        self.answered: list[str] = []  #: callback queries answered
        self.files: dict[str, tuple[str, bytes]] = {}  #: file id -> path, content
        self.broken_files: set[str] = set()  #: file ids whose download is cut off half-way
        self.unsized_files: set[str] = set()  #: file ids whose size getFile does not tell
        self.flooded: set[int] = set()
        self._next_message = 1

    def put_file(self, content: bytes, path: str = "documents/file_1.bin") -> str:
        """Hold a file as if a citizen had sent it; its id."""
        identity = f"file-{len(self.files) + 1}"
        self.files[identity] = (f"{len(self.files) + 1}/{path}", content)
        return identity

    async def _do_getme(self, request: web.Request, values: dict[str, Any]) -> Any:
        return {"id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Pishkhan",
                "username": "pishkhan_sandbox_bot", "can_join_groups": False, "can_read_all_group_messages": False,
                "supports_inline_queries": False}

    async def _do_answercallbackquery(self, request: web.Request, values: dict[str, Any]) -> Any:
        self.answered.append(required(values, "callback_query_id"))
        return True

    async def _do_sendchataction(self, request: web.Request, values: dict[str, Any]) -> Any:
        required(values, "action")
        return True

    async def _do_sendmessage(self, request: web.Request, values: dict[str, Any]) -> Any:
        text = str(values.get("text", ""))
        if not text.strip():
            raise Refuse(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > TEXT_UNITS:
            raise Refuse(400, "Bad Request: message is too long")
        return await self._sent(request, "sendMessage", values, {"text": text})

    async def _do_sendlocation(self, request: web.Request, values: dict[str, Any]) -> Any:
        place = {name: float(required(values, name)) for name in ("latitude", "longitude")}
        return await self._sent(request, "sendLocation", values, {"location": place})

    async def _do_sendphoto(self, request: web.Request, values: dict[str, Any]) -> Any:
        return await self._upload(request, "sendPhoto", values)

    async def _do_senddocument(self, request: web.Request, values: dict[str, Any]) -> Any:
        return await self._upload(request, "sendDocument", values)

    async def _do_sendvoice(self, request: web.Request, values: dict[str, Any]) -> Any:
        return await self._upload(request, "sendVoice", values)

    async def _do_editmessagetext(self, request: web.Request, values: dict[str, Any]) -> Any:
        wanted = int(required(values, "message_id"))
        for message in self.sent:
            if message["message_id"] == wanted:
                message["text"] = required(values, "text")
                return {key: value for key, value in message.items() if key != "method"}
        raise Refuse(400, "Bad Request: message to edit not found")

    async def _upload(self, request: web.Request, method: str, values: dict[str, Any]) -> Any:
        kind = _FILE_FIELDS[method]
        stated = required(values, kind)
        # "attach://x" names another part of the same form.
        found = values.get(stated.removeprefix("attach://")) if isinstance(stated, str) else stated
        if not isinstance(found, web.FileField):
            raise Refuse(400, "Bad Request: wrong file identifier/HTTP URL specified")
        content = found.file.read()
        if not content:
            raise Refuse(400, "Bad Request: file must be non-empty")
        if kind == "photo" and not content.startswith((b"\xff\xd8", b"\x89PNG")):
            raise Refuse(400, "Bad Request: IMAGE_PROCESS_FAILED")
        identity = self.put_file(content, f"{kind}s/{found.filename}")
        about: dict[str, Any] = {"file_id": identity, "file_unique_id": f"u{identity}", "file_size": len(content)}
        if kind == "photo":
            return await self._sent(request, method, values, {"photo": [about | {"width": 1, "height": 1}]})
        about |= {"duration": 1} if kind == "voice" else {"file_name": found.filename}
        return await self._sent(request, method, values, {kind: about | {"mime_type": found.content_type}})

    async def _do_getfile(self, request: web.Request, values: dict[str, Any]) -> Any:
        identity = required(values, "file_id")
        if identity not in self.files:
            raise Refuse(400, "Bad Request: invalid file_id")
        path, content = self.files[identity]
        if len(content) > GET_FILE_BYTES:
            raise Refuse(400, "Bad Request: file is too big")
        size = {} if identity in self.unsized_files else {"file_size": len(content)}
        return {"file_id": identity, "file_unique_id": f"u{identity}", "file_path": path, **size}

    async def serve_file(self, request: web.Request) -> web.StreamResponse:
        """The download address that getFile gives."""
        found = next(((identity, content) for identity, (path, content) in self.files.items()
                      if path == request.match_info["path"]), None)
        if request.match_info["token"] != self.token or found is None:
            return web.Response(status=404)
        if found[0] in self.broken_files and request.transport is not None:
            answer = web.StreamResponse(headers={"Content-Length": str(len(found[1]) + 1)})
            await answer.prepare(request)
            await answer.write(found[1])
            request.transport.abort()
            return answer
        return web.Response(body=found[1])

    async def _sent(self, request: web.Request, method: str, values: dict[str, Any], content: dict[str, Any]) -> Any:
        chat = int(required(values, "chat_id"))
        last = str(chat)[-3:]
        refuse_magic(chat, self.flooded)
        if last in ("413", "502"):
            return web.Response(status=int(last), text="<html><h1>Bad Gateway</h1></html>", content_type="text/html")
        markup = {"reply_markup": orjson.loads(values["reply_markup"])} if values.get("reply_markup") else {}
        _check_keys(markup.get("reply_markup"))
        # The answer shows only keys under the message; a keyboard is the citizen's own (Bot API, Message).
        shown = markup if "inline_keyboard" in markup.get("reply_markup", {}) else {}
        message = self.message(chat, sender=await self._do_getme(request, {}), **content, **shown)
        self.sent.append(message | markup | {"method": method})
        if last == "408":
            await asyncio.sleep(3600)
        if last == "777" and request.transport is not None:
            request.transport.abort()
        if last in ("666", "667", "777"):
            return web.Response(text='{"ok":true,"result":{' if last != "667" else '{"ok":true,"result":{"x":1}}',
                                content_type="application/json")
        return message

    def message(self, chat: int, *, sender: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """A message in a private chat, numbered."""
        number, self._next_message = self._next_message, self._next_message + 1
        return {"message_id": number, "from": sender, "date": int(datetime.now(UTC).timestamp()),
                "chat": {"id": chat, "type": "private", "first_name": f"Citizen {chat}"}, **fields}


def _check_keys(markup: Any) -> None:
    for row in markup.get("inline_keyboard", ()) if isinstance(markup, dict) else ():
        for key in row:
            if not 1 <= len(key.get("callback_data", "").encode()) <= 64:
                raise Refuse(400, "Bad Request: BUTTON_DATA_INVALID")
