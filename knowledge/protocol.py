"""Suggestions as JSON lines, for scoring and for other programs: one object in, one object out. Keeps nothing.

`python -m knowledge.protocol` or `run.py suggest`; the operations are in docs/knowledge.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from knowledge.meaning import Meanings, Model
from knowledge.models import vector_of, vectors
from knowledge.suggest import Article, Engine, Suggestion
from knowledge.synonyms import Synonyms
from router.errors import BadRequest, PishkhanError

_LINE_BYTES = 512_000_000
_READ_AT_ONCE = 16
_MOST = 1_000  #: suggestions to one question
Key = str | int


def serve(lines_in: Iterable[str], write: Callable[[str], Any], model: Model | None = None) -> int:
    """Answer each line until there are no more; a bad line is answered with {"error": ...}. Returns 0. A fault of the
    model of meaning goes to whoever called."""
    session = _Session(model)
    for line in lines_in:
        if not line.strip():
            continue
        try:
            answer = session.answer(line)
        except PishkhanError as error:
            answer = {"error": {"code": error.code, "message": error.message}}
        write(orjson.dumps(answer).decode())
    return 0


class _Session:
    """One conversation: the articles of its last `load`."""

    def __init__(self, model: Model | None) -> None:
        self._model = model
        self._engine = self._empty()
        self._operations: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "load": self._load, "query": self._query, "explain": self._explain, "put": self._put,
            "drop": self._drop, "learn": self._learn, "train": self._train, "synonyms": self._synonyms,
        }

    def _empty(self) -> Engine[Key]:
        return Engine(Meanings() if self._model else None)

    def _read(self, engine: Engine[Key]) -> bool:
        """Everything that the model has not read yet; whether there was anything."""
        if self._model is None or engine.meanings is None or not engine.meanings.waiting:
            return False
        while some := engine.meanings.unread(_READ_AT_ONCE):
            engine.meanings.take(some, vectors(self._model, some))
        return True

    def answer(self, line: str) -> dict[str, Any]:
        """The answer to one line; BadRequest when it cannot be understood."""
        if len(line) > _LINE_BYTES:
            raise BadRequest("the line is too long")
        try:
            request = orjson.loads(line.encode("utf-8", "replace"))
        except orjson.JSONDecodeError as error:
            raise BadRequest(f"the line is not valid JSON: {error}") from None
        if not isinstance(request, dict):
            raise BadRequest("a line is a JSON object")
        operation = self._operations.get(str(request.get("op")))
        if operation is None:
            raise BadRequest(f"op is one of {', '.join(self._operations)}")
        return operation(request)

    def _load(self, request: dict[str, Any]) -> dict[str, Any]:
        engine = self._empty()
        for each in _list(request, "articles"):
            engine.put(_article(each))
        history = [(_text(each, "query"), _key(each)) for each in _list(request, "history")]
        for _ in engine.teach(history, train=False):
            pass
        self._read(engine)
        for _ in engine.train():
            pass
        self._engine = engine
        return {"ok": True, "articles": len(engine), "history": len(history)}

    def _put(self, request: dict[str, Any]) -> dict[str, Any]:
        self._engine.put(_article(request.get("article")))
        return {"ok": True}

    def _drop(self, request: dict[str, Any]) -> dict[str, Any]:
        self._engine.drop(_key(request))
        return {"ok": True}

    def _learn(self, request: dict[str, Any]) -> dict[str, Any]:
        self._engine.learn(_text(request, "query"), _key(request))
        return {"ok": True}

    def _train(self, request: dict[str, Any]) -> dict[str, Any]:
        for _ in self._engine.train():
            pass
        return {"ok": True}

    def _synonyms(self, request: dict[str, Any]) -> dict[str, Any]:
        groups = _list(request, "groups")
        if not all(isinstance(group, list) and all(isinstance(each, str) for each in group) for group in groups):
            raise BadRequest("groups are lists of texts", field="groups")
        self._engine.understand(Synonyms(groups))
        return {"ok": True}

    def _query(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._suggest(request)
        answer = {"ids": [each.id for each in found], "scores": [round(each.score, 6) for each in found],
                  "confidence": round(found[0].confidence, 4) if found else 0.0,
                  "sure": bool(found) and not found[0].weak}
        return answer | {"read_as": found[0].read_as} if found and found[0].read_as else answer

    def _explain(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"suggestions": [_explained(each) for each in self._suggest(request)]}

    def _suggest(self, request: dict[str, Any]) -> list[Suggestion[Key]]:
        limit = request.get("k", 5)
        if not isinstance(limit, int) or not 1 <= limit <= _MOST:
            raise BadRequest(f"k is a number from 1 to {_MOST}", field="k")
        language = str(request.get("lang") or "")
        question, vector = _text(request, "query"), None
        if self._read(self._engine):
            for _ in self._engine.refit():
                pass
        if self._model and self._engine.uses_meaning:
            vector = vector_of(self._model, question)
        found = self._engine.suggest(question, limit, language=language, vector=vector)
        return [each for each in found if not (each.weak and request.get("sure") is True)]


def _explained(found: Suggestion[Key]) -> dict[str, Any]:
    named = ("text", found.text), ("lessons", found.lessons), ("alike", found.alike), ("meaning", found.meaning)
    parts = {name: round(part, 6) for name, part in named if part or name != "meaning"}
    return {"id": found.id, "score": round(found.score, 6), "confidence": round(found.confidence, 4),
            "weak": found.weak, "parts": parts, "words": list(found.words), "contacts": found.contacts,
            "learned": found.learned}


def _list(request: dict[str, Any], name: str) -> list[Any]:
    value = [] if request.get(name) is None else request[name]
    if not isinstance(value, list):
        raise BadRequest(f"{name} is a list", field=name)
    return value


def _key(value: Any) -> Key:
    key = value.get("id") if isinstance(value, dict) else None
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise BadRequest("id is a text or a number", field="id")
    return key


def _text(value: Any, name: str) -> str:
    found = value.get(name, "") if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise BadRequest(f"{name} is a text", field=name)
    return found


def _article(value: Any) -> Article[Key]:
    keywords = value.get("keywords") or [] if isinstance(value, dict) else None
    if not isinstance(keywords, list) or not all(isinstance(each, str) for each in keywords):
        raise BadRequest("an article is an object with id, title, body, lang and keywords (a list of texts)")
    return Article(id=_key(value), title=_text(value, "title"), body=_text(value, "body"),
                   language=_text(value, "lang"), keywords=tuple(keywords))


def _main() -> int:
    def write(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return serve(sys.stdin, write)


if __name__ == "__main__":
    sys.exit(_main())
