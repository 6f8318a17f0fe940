"""The numbers that the code keeps: sizes of files and functions, one direction, names that say."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.tree import ROOT, sources, tracked

SOURCES = sources()
OURS = [path for path in SOURCES if "tests" not in path.relative_to(ROOT).parts]
FORBIDDEN_STEMS = {"util", "utils", "helper", "helpers", "manager", "managers", "common"}
STYLE_ATTRIBUTES = (" style=", "<style", "onclick=", "<script>")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def local_imports(path: Path) -> list[str]:
    return [
        f"{named(path)}:{node.lineno}"
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


class TestFiles:
    def test_have_at_most_300_lines(self) -> None:
        long = {named(path): lines(path) for path in SOURCES if lines(path) > 300}

        assert long == {}

    def test_have_a_median_of_at_most_90_lines(self) -> None:
        assert median(lines(path) for path in OURS if lines(path)) <= 90

    def test_say_what_they_are_first(self) -> None:
        silent = [
            named(path)
            for path in SOURCES
            if lines(path) and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        ]

        assert silent == []

    def test_are_named_after_the_noun_they_serve(self) -> None:
        assert [named(path) for path in SOURCES if path.stem in FORBIDDEN_STEMS] == []


class TestFunctions:
    def test_have_at_most_40_lines(self) -> None:
        long = {
            f"{named(path)}:{function.name}": length(function)
            for path in SOURCES
            for function in functions(path)
            if length(function) > 40
        }

        assert long == {}

    def test_have_a_median_of_at_most_10_lines(self) -> None:
        assert median(length(each) for path in OURS for each in functions(path)) <= 10

    def test_import_nothing_inside(self) -> None:
        apart = [path for path in OURS if "children" not in path.parts]  # they load vLLM late

        assert [place for path in apart for place in local_imports(path)] == []


class TestSafety:
    @pytest.mark.parametrize("call", ["eval(", "exec(", "pickle.load", "yaml.load(", "shell=True"])
    def test_no_source_calls(self, call: str) -> None:
        places = [
            named(path)
            for path in OURS
            for line in path.read_text(encoding="utf-8").splitlines()
            if call in line.split("#")[0] and f".{call}" not in line and f"_{call}" not in line
        ]

        assert places == []

    def test_no_template_has_style_or_script_of_its_own(self) -> None:
        templates = [path for path in tracked() if path.suffix == ".html"]

        inline = [
            f"{named(path)}: {mark.strip()}"
            for path in templates
            for mark in STYLE_ATTRIBUTES
            if mark in path.read_text(encoding="utf-8")
        ]

        assert inline == []
