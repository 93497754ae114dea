"""Turns documents into what a channel's speaker can say: the carrier's voice, recorded sentences, or the house's own
speech under an address that only we can make. Decides nothing about the call."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from channels.voice.speech import LONGEST, Synthesiser
from channels.voice.twiml import Gather, Play, Prompt, Say, Verb, render
from router.errors import Forged
from router.ports import Blobs


class Voicing:
    """One channel's speaker. `key` signs the addresses of spoken words."""

    def __init__(self, base: str, key: str, blobs: Blobs, recorded: Mapping[str, str], *, house: bool) -> None:
        self._base, self._key, self._blobs, self._recorded = base, key.encode(), blobs, recorded
        self._synthesiser = Synthesiser() if house else None

    async def render(self, *verbs: Verb) -> str:
        """The document in the carrier's language."""
        return render(*await self.spoken(*verbs))

    async def spoken(self, *verbs: Verb) -> tuple[Verb, ...]:
        """The verbs, every sentence in the form in which it will be heard."""
        made: list[Verb] = []
        for verb in verbs:
            if isinstance(verb, Gather):
                made.append(replace(verb, prompts=tuple([await self._prompt(each) for each in verb.prompts])))
            elif isinstance(verb, Say):
                made.append(await self._prompt(verb))
            else:
                made.append(verb)
        return tuple(made)

    async def _prompt(self, prompt: Prompt) -> Prompt:
        if not isinstance(prompt, Say):
            return prompt
        if url := self._recorded.get(prompt.text):
            return Play(url=url)
        if self._synthesiser is None:
            return prompt
        digest = await self._blobs.put(prompt.text[:LONGEST].encode("utf-8", "replace"))
        language = "fa" if prompt.language.startswith("fa") else "en"
        return Play(url=f"{self._base}/speech?f={digest}&l={language}&k={self._seal(digest, language)}")

    def _seal(self, digest: str, language: str) -> str:
        return hmac.new(self._key, f"speech {digest} {language}".encode(), hashlib.sha256).hexdigest()[:32]

    async def speech(self, request: web.Request) -> web.Response:
        """The sound of a sentence of ours. Raises Forged for an address that we did not make."""
        digest, language = request.query.get("f", ""), request.query.get("l", "")
        seal = request.query.get("k", "").encode("utf-8", "replace")
        if self._synthesiser is None or not hmac.compare_digest(self._seal(digest, language).encode(), seal):
            raise Forged("this address was not made here")
        text = (await self._blobs.read(digest)).decode("utf-8", "replace")
        return web.Response(body=await self._synthesiser.wav(text, language), content_type="audio/wav",
                            headers={"Cache-Control": "private, max-age=3600"})
