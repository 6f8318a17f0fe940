"""Every code that a person or a program can meet is explained, with what to do next."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tree import ROOT, sources
from workers.engines.faults import EXPLANATIONS, Code

PAGE = ROOT / "docs" / "reference" / "codes.md"
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
CODE = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^GATED$|^REQUIRED$|^CSRF$|^REFUSED$")
REFUSING = {
    "refuse", "Problem", "Unavailable", "ApiRefused", "answer", "fail", "requeue", "_fail",
    "_ended", "end", "_refuse",
}  # fmt: skip
OURS = [path for path in sources() if path.relative_to(ROOT).parts[0] in ("evals", "workers")]


def codes(path: Path) -> Iterator[str]:
    """Yield the codes that a module refuses with."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [*node.args, *(each.value for each in node.keywords)]
            if name in REFUSING:
                yield from _constants(given)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and _is_code(node):
            yield from _constants([node.value] if node.value else [])


def _is_code(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(getattr(target, "id", "") == "code" for target in targets)


def _constants(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and CODE.match(value):
            yield value


class TestCodes:
    def test_are_all_on_the_page_with_a_cause_and_a_next_step(self) -> None:
        used = {code for path in OURS for code in codes(path)} | set(Code)
        told = {code: (cause, step) for code, cause, step in ROW.findall(PAGE.read_text())}

        assert sorted(used - told.keys()) == []
        assert all(len(cause) > 10 and len(step) > 10 for cause, step in told.values())

    def test_of_runs_say_on_the_page_what_they_say_on_the_site(self) -> None:
        told = {code: (cause, step) for code, cause, step in ROW.findall(PAGE.read_text())}

        for code, explanation in EXPLANATIONS.items():
            assert told[code] == (explanation.cause, explanation.next_step), code

    def test_are_each_explained_once(self) -> None:
        found = [code for code, _, _ in ROW.findall(PAGE.read_text())]

        assert len(found) == len(set(found))
