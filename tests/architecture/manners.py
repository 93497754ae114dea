"""How code reads and behaves, whatever it is about: size, words, names, errors, tasks, tests."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping

from tests.architecture.source import Module, above, called, calls, dotted, function_of, imports

FILE_LINES = 300
FUNCTION_LINES = 40

VAGUE = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "base"})

#: `except Exception` outside the top of a loop: where, and why it must be so.
BROAD_EXCEPT: Mapping[str, str] = {
    "router/web.py:_guarded": "the top of every request: one fault is logged, answered with 500, the server lives on",
    "router/outbox.py:_send": "a fault of an adapter: nobody knows how far it came, so the message becomes uncertain",
    "commands.py:_database": "the doctor answers with a line, whatever the driver says",
}

#: Tasks outside a TaskGroup: where, and who ends them.
LOOSE_TASKS: Mapping[str, str] = {
    "house.py:_run": "the house holds them; stop() cancels them in reverse order and waits",
    "demo/town.py:start": "the town holds them; stop() cancels them and waits",
}

WORDS_OF_CITIZENS = frozenset({"text", "html", "subject", "new_text", "raw", "sender"})


def sizes(modules: Iterable[Module]) -> Iterator[str]:
    """Files and functions stay small enough to be read at once."""
    for module in modules:
        if not module.tested:
            continue
        if "migrations/versions" in module.path:
            continue  # history, written once by Alembic and never read through
        lines = module.source.count("\n")
        if lines > FILE_LINES:
            yield f"{module.path}:1: {lines} lines; more than {FILE_LINES}: make it a folder of the same name"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    yield module.fault(node, f"{node.name}() has {length} lines; more than {FUNCTION_LINES}")


def docstrings(modules: Iterable[Module]) -> Iterator[str]:
    """Every module, public class and public function says what it promises."""
    for module in modules:
        if not module.tested:
            continue
        if not ast.get_docstring(module.tree):
            yield f"{module.path}:1: the module has no docstring"
        for node in module.tree.body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                yield module.fault(node, f"{node.name} has no docstring")


def broad_except(modules: Iterable[Module]) -> Iterator[str]:
    """`except Exception` stands only at the top of a loop, in a handler that raises again, or in the list above."""
    for module in modules:
        if not module.tested:
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler) or not _is_broad(node.type):
                continue
            tried = getattr(node, "parent", None)
            in_loop = isinstance(getattr(tried, "parent", None), ast.While)
            raises = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
            if not in_loop and not raises and f"{module.path}:{function_of(node)}" not in BROAD_EXCEPT:
                yield module.fault(node, f"`except Exception` in {function_of(node)}(): name what can go wrong")


def _is_broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    if isinstance(kind, ast.Tuple):
        return any(_is_broad(each) for each in kind.elts)
    return dotted(kind) in {"Exception", "BaseException"}


def no_print(modules: Iterable[Module]) -> Iterator[str]:
    """Only the command line and the bench speak on standard output."""
    for module in modules:
        if module.tested and module.parts[0] not in {"run", "bench"}:
            for node in calls(module):
                if called(node) in {"print", "pprint", "breakpoint"}:
                    yield module.fault(node, f"{called(node)}() outside run.py and bench/: log it, or return it")


def plain_names(modules: Iterable[Module]) -> Iterator[str]:
    """A module's name says what is in it."""
    for module in modules:
        for part in module.parts:
            if part in VAGUE:
                yield f"{module.path}:1: {part!r} says nothing; name it after what it holds"
        if module.tested:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Utils?)$", node.name):
                    yield module.fault(node, f"class {node.name}: name it after what it is")


def routes_state_access(modules: Iterable[Module]) -> Iterator[str]:
    """Every route says who may use it, where it is written."""
    for module in modules:
        for node in calls(module):
            if module.tested and called(node).split(".")[-1] == "Route" and not any(
                    word.arg == "access" and not (isinstance(word.value, ast.Constant) and word.value.value is None)
                    for word in node.keywords):
                yield module.fault(node, "a Route without access; say Access.<who>")


def quiet_logs(modules: Iterable[Module]) -> Iterator[str]:
    """Logs carry ids; never a citizen's words or address."""
    for module in modules:
        for node in calls(module):
            if not module.tested or not re.fullmatch(r"log(ger|ging)?\.(debug|info|warning|error|exception|critical)",
                                                     called(node)):
                continue
            for value in [*node.args, *(word.value for word in node.keywords)]:
                for inner in ast.walk(value):
                    # A timer's subject is the number of what it is about.
                    if isinstance(inner, ast.Attribute) and inner.attr in WORDS_OF_CITIZENS \
                            and dotted(inner) != "timer.subject":
                        yield module.fault(node, f"a log line with .{inner.attr}: log the id")


def owned_tasks(modules: Iterable[Module]) -> Iterator[str]:
    """Every task belongs to a TaskGroup, every queue has a bound."""
    for module in modules:
        if not module.tested:
            continue
        for node in calls(module):
            name = called(node)
            if re.search(r"^asyncio\.(create_task|ensure_future)$|(loop|\?)\.create_task$", name):
                if f"{module.path}:{function_of(node)}" not in LOOSE_TASKS and not _awaited(node):
                    yield module.fault(node, f"{name}(): nobody owns this task; use a TaskGroup")
            elif re.search(r"^(asyncio|queue)\.\w*Queue$", name) and not node.args and not node.keywords:
                yield module.fault(node, f"{name}() without a bound")


def _awaited(node: ast.Call) -> bool:
    """The task is kept in a name that the same function awaits, or by `__aenter__` in what `__aexit__` ends."""
    kept = getattr(node, "parent", None)
    if not isinstance(kept, ast.Assign) or len(kept.targets) != 1:
        return False
    name = dotted(kept.targets[0])
    around = [each for each in above(node) if isinstance(each, ast.AsyncFunctionDef | ast.ClassDef)][:2]
    for each in around:
        for inner in ast.walk(each):
            if isinstance(each, ast.AsyncFunctionDef) and isinstance(inner, ast.Await) and dotted(inner.value) == name:
                return True
            if isinstance(each, ast.ClassDef) and isinstance(inner, ast.AsyncFunctionDef) and inner.name == "__aexit__":
                return function_of(node) == "__aenter__" and f"{name}.cancel" in ast.unparse(inner)
    return False


def no_trapdoors(modules: Iterable[Module]) -> Iterator[str]:
    """No eval, no pickle, no shell."""
    for module in modules:
        if not module.tested:
            continue
        for each in imports(module):
            if each.top in {"pickle", "marshal", "shelve"}:
                yield module.fault(each.node, f"{each.top} runs what it reads")
        for node in calls(module):
            if called(node) in {"eval", "exec", "os.system", "os.popen"} or any(
                    word.arg == "shell" and isinstance(word.value, ast.Constant) and word.value.value
                    for word in node.keywords):
                yield module.fault(node, f"{called(node)}(): a way in for strangers")


def honest_tests(modules: Iterable[Module]) -> Iterator[str]:
    """Tests talk to real things: nothing is patched away, nothing is skipped."""
    for module in modules:
        if module.tested:
            continue
        for each in imports(module):
            if each.top == "mock" or each.module.startswith("unittest.mock") or "mock" in each.names:
                yield module.fault(each.node, "mock: use a real server, a fake clock, or a fake provider")
        for node in calls(module):
            if called(node) in {"pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.importorskip"}:
                yield module.fault(node, f"{called(node)}: a missing server has a mark in tests/suites.py")


def finished_comments(modules: Iterable[Module]) -> Iterator[str]:
    """Comments say why. No banners, no promises."""
    for module in modules:
        for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
            if token.type != tokenize.COMMENT:
                continue
            if re.match(r"#\s*[-=#*~]{4,}", token.string):
                yield f"{module.path}:{token.start[0]}: a banner; make it a module or a function"
            elif re.search(r"\b(TODO|FIXME|XXX|HACK)\b", token.string):
                yield f"{module.path}:{token.start[0]}: finish it, or open an issue"
