"""Small faults put into a file of rules, one at a time: what a tired programmer might write instead."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

SWAPPED_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
SWAPPED_NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "YES": "NO",
    "NO": "YES",
    "STOP": "REVIEW",
    "REVIEW": "NOTE",
    "ABSOLUTE": "STOP",
}


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, in which function (``Class.name`` or "" for the module itself), and what it reads."""

    module: str
    line: int
    function: str
    cached: bool  # inside a function whose answer is kept, so that only its first caller runs it
    before: str
    after: str
    source: str
    node: int
    change: int

    def tree(self) -> ast.Module:
        """The file with its fault."""
        whole = ast.parse(self.source)
        node, _, _ = list(_nodes(whole))[self.node]
        _become(node, list(_changes(node))[self.change])
        return ast.fix_missing_locations(whole)


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a file."""
    for n, (node, function, cached) in enumerate(_nodes(ast.parse(source))):
        before = ""
        for m, changed in enumerate(_changes(node)):
            before = before or ast.unparse(node)
            after = ast.unparse(changed)
            yield Mutant(module, getattr(node, "lineno", 0), function, cached, before, after, source, n, m)


def _nodes(tree: ast.Module) -> Iterator[tuple[ast.AST, str, bool]]:
    """What may be mutated, with the function that it stands in; annotations, docstrings and imports may not."""

    def walk(node: ast.AST, function: str, cached: bool) -> Iterator[tuple[ast.AST, str, bool]]:
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_docstring(node):
            return
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = f"{function}.{node.name}".lstrip(".")
            kept = cached or any("cache" in ast.unparse(one) for one in node.decorator_list)
            parts = [*node.body, *(node.args.defaults if isinstance(node, ast.FunctionDef) else [])]
            for one in parts:
                yield from walk(one, name, kept)
            return
        yield node, function, cached
        for name, inner in ast.iter_fields(node):
            if name in ("annotation", "returns", "ctx"):
                continue
            for one in inner if isinstance(inner, list) else [inner]:
                if isinstance(one, ast.AST):
                    yield from walk(one, function, cached)

    for one in tree.body:
        yield from walk(one, "", False)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in SWAPPED_OPERATORS:
        yield ast.Compare(node.left, [SWAPPED_OPERATORS[type(node.ops[0])]()], node.comparators)  # type: ignore[list-item]
    elif isinstance(node, ast.Compare):
        for n, one in enumerate(node.ops):
            if type(one) in SWAPPED_OPERATORS:
                ops = [*node.ops[:n], SWAPPED_OPERATORS[type(one)](), *node.ops[n + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)  # type: ignore[arg-type]
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(SWAPPED_OPERATORS[type(node.op)](), node.values)  # type: ignore[arg-type]
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPPED_OPERATORS:
        yield ast.BinOp(node.left, SWAPPED_OPERATORS[type(node.op)](), node.right)  # type: ignore[arg-type]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Name) and node.id in SWAPPED_NAMES:
        yield ast.Name(SWAPPED_NAMES[node.id], node.ctx)
    elif isinstance(node, ast.Attribute) and node.attr in SWAPPED_NAMES:
        yield ast.Attribute(node.value, SWAPPED_NAMES[node.attr], node.ctx)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.List) and node.value.elts:
        yield ast.Return(ast.List([], ast.Load()))


def _with(node: ast.AST, **changes: ast.AST) -> ast.AST:
    other = copy.copy(node)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def _become(node: ast.AST, changed: ast.AST) -> None:
    """The node turns into the changed one where it stands."""
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    inside = dict(changed.__dict__)
    node.__class__ = type(changed)
    node.__dict__.clear()
    node.__dict__.update(inside, lineno=line, col_offset=column)
