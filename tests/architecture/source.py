"""A source file as the checks see it: its place, its text, its imports and calls. Reads; never imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Module:
    """One source file: its path from the root, with slashes, and its text."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed source, each node knowing its parent."""
        tree = ast.parse(self.source, self.path)
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined]
        return tree

    @property
    def parts(self) -> tuple[str, ...]:
        """Its dotted name in pieces, without `__init__`."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @property
    def name(self) -> str:
        """Its dotted name."""
        return ".".join(self.parts)

    @property
    def tested(self) -> bool:
        """Whether the rules for product code hold here."""
        return self.parts[:1] != ("tests",)

    def fault(self, node: ast.AST, words: str) -> str:
        """One line about a place in this file."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {words}"


@dataclass(frozen=True)
class Import:
    """One imported module, and the names taken from it."""

    node: ast.stmt
    module: str
    names: tuple[str, ...]
    typing_only: bool

    @property
    def top(self) -> str:
        """First piece of the dotted name."""
        return self.module.split(".")[0]


def imports(module: Module) -> Iterator[Import]:
    """Every import, also inside functions."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node, alias.name, (), _typing_only(node))
        elif isinstance(node, ast.ImportFrom):
            package = module.parts if module.path.endswith("__init__.py") else module.parts[:-1]
            before = package[:len(package) - node.level + 1] if node.level else ()
            name = ".".join([*before, *([node.module] if node.module else [])])
            yield Import(node, name, tuple(alias.name for alias in node.names), _typing_only(node))


def _typing_only(node: ast.AST) -> bool:
    return any(isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.dump(outer.test) for outer in above(node))


def above(node: ast.AST) -> Iterator[ast.AST]:
    """What a node stands in, from the inside out."""
    while (parent := getattr(node, "parent", None)) is not None:
        yield parent
        node = parent


def function_of(node: ast.AST) -> str:
    """Name of the function that a place stands in."""
    for outer in above(node):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            return outer.name
    return "<module>"


def called(node: ast.Call) -> str:
    """Dotted name of what is called, as far as it is plain."""
    return dotted(node.func)


def dotted(node: ast.expr) -> str:
    """The dotted name an expression spells; "?" where it is not plain."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def calls(module: Module) -> Iterator[ast.Call]:
    """Every call."""
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))
