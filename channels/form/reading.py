"""A posted form as fields and files, in memory and bounded. Decides nothing about what they say."""

from __future__ import annotations

from aiohttp import BodyPartReader, web

from router.errors import BadRequest, TooLarge

FIELDS = 40  #: of one form
File = tuple[str, str, bytes]  #: name, media type, content


async def posted(request: web.Request, most: int) -> tuple[dict[str, str], list[File]]:
    """Fields (the first of a name counts) and files. BadRequest when it cannot be read, TooLarge beyond `most` bytes.

    The library's own reader puts files on disk and leaves them open when a later part is refused.
    """
    try:
        if request.content_type == "multipart/form-data":
            return await _parts(request, most)
        fields: dict[str, str] = {}
        for name, value in list((await request.post()).items())[:FIELDS]:
            if isinstance(value, str):
                fields.setdefault(name, value)
    except (ValueError, AssertionError, web.HTTPBadRequest):
        raise BadRequest("the form cannot be read") from None
    return fields, []


async def _parts(request: web.Request, most: int) -> tuple[dict[str, str], list[File]]:
    fields: dict[str, str] = {}
    files: list[File] = []
    left = most
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name or len(fields) + len(files) >= FIELDS:
            raise BadRequest("the form has a part that cannot be meant")
        content = bytearray()
        while chunk := await part.read_chunk():
            left -= len(chunk)
            if left < 0:
                raise TooLarge(f"at most {most} bytes are taken here")
            content += chunk
        if part.filename is None:
            fields.setdefault(part.name, content.decode("utf-8"))
        elif content or part.filename:
            kind = part.headers.get("Content-Type", "application/octet-stream").partition(";")[0].strip()
            files.append((part.filename, kind, bytes(content)))
    return fields, files
