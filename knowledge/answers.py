"""What knowledge is certain enough to tell a citizen who asks a dialogue: one public article, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge import shelves
from knowledge.library import FOR_CITIZENS, Library
from knowledge.markup import as_text
from storage.store import SqlStore

_LOOKED_AT = 5
_CHARS = 600  #: of the article; the rest stands behind the address


class Answers:
    """Asked with a question and a language. Silent below the confidence that citizens are shown."""

    def __init__(self, store: SqlStore, library: Library, url: str) -> None:
        self._store, self._library, self._url = store, library, url

    async def __call__(self, question: str, language: str) -> Mapping[str, Any] | None:
        """{"text", "article", "confidence"}, or None when not sure. TooMany when too many ask."""
        best = await self._library.suggest(question, states=FOR_CITIZENS, limit=_LOOKED_AT, language=language)
        sure = {each.id: each for each in best if not each.weak}
        # Not all that is public is for citizens: its category may be the house's own.
        found = await self._store.snapshot(lambda tx: shelves.public(tx, list(sure))) if sure else []
        if not found:
            return None
        article = found[0]
        body = " ".join(as_text(article.body).split(" "))
        if len(body) > _CHARS:
            body = body[:_CHARS].rsplit(" ", 1)[0] + "…"
        return {"text": f"{article.title}\n{body}\n{self._url}/help/{article.id}", "article": article.id,
                "confidence": round(sure[article.id].confidence, 3)}
