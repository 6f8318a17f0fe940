"""Gather the texts of the interface into locale/, and compile what was translated.

    python -m tools.messages            update every .po file and write its .mo beside it
    python -m tools.messages --check    say what is missing, and change nothing

Texts come from the templates ({% translate %}, {% blocktranslate %}, _("…")) and from calls of
gettext's functions in Python. Babel reads and writes the files, so gettext's own programs are not
needed; the .mo files are committed, so running the site needs neither.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
PACKAGES = ("accounts", "arena", "evals", "leaderboard", "workers")
FUNCTIONS = {  # name -> which arguments are context, message and plural
    "_": ("message",),
    "gettext": ("message",),
    "gettext_lazy": ("message",),
    "gettext_noop": ("message",),
    "ngettext": ("message", "plural"),
    "ngettext_lazy": ("message", "plural"),
    "pgettext": ("context", "message"),
    "pgettext_lazy": ("context", "message"),
    "npgettext": ("context", "message", "plural"),
}
DATED = datetime(2026, 11, 25, tzinfo=UTC)  # always the same: files change when texts do
TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*((?:{TEXT}\s*,?\s*)+)", re.DOTALL)


class Text(NamedTuple):
    """One text that people read."""

    message: str
    plural: str = ""
    context: str = ""


def found() -> dict[Text, set[str]]:
    """Return every text with the files it stands in."""
    places: dict[Text, set[str]] = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for text in of_template(path.read_text(encoding="utf-8")):
            places.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for text in of_python(path.read_text(encoding="utf-8")):
                places.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())
    return places


def of_template(source: str) -> Iterator[Text]:
    """Yield the texts of a template, from what Django makes of it for gettext."""
    for name, arguments in CALL.findall(templatize(source)):
        given = [ast.literal_eval(each) for each in re.findall(TEXT, arguments)]
        yield Text(**dict(zip(FUNCTIONS[name], given, strict=False)))


def of_python(source: str) -> Iterator[Text]:
    """Yield the texts that a module gives to gettext."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "")
        given = [each.value for each in node.args if isinstance(each, ast.Constant)]
        texts = [each for each in given if isinstance(each, str)]
        if name in FUNCTIONS and texts:
            yield Text(**dict(zip(FUNCTIONS[name], texts, strict=False)))


def languages() -> list[str]:
    """Return the languages that locale/ has a folder for."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def folder(language: str) -> Path:
    """Return where the files of a language lie."""
    return LOCALE / language / "LC_MESSAGES"


def read(language: str) -> Catalog:
    """Return what has been translated into a language."""
    path = folder(language) / "django.po"
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """Return a language's catalogue with exactly the texts that are in use."""
    before = read(language)
    catalog = Catalog(language, project="Pound for Pound", header_comment="", fuzzy=False)
    catalog.creation_date = catalog.revision_date = DATED
    for text, places in sorted(found().items()):
        key: str | tuple[str, str] = (text.message, text.plural) if text.plural else text.message
        context = text.context or None
        known = before.get(text.message, context)
        old = known.string if known and bool(known.pluralizable) == bool(text.plural) else None
        catalog.add(key, old, locations=[(place, 0) for place in sorted(places)], context=context)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    out = io.BytesIO()
    mofile.write_mo(out, catalog)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """Return the messages that lack a form."""
    texts = [message for message in catalog if message.id]
    return [
        each
        for each in texts
        if not all(each.string if isinstance(each.string, list | tuple) else [each.string])
    ]


def write(language: str) -> Catalog:
    """Write both files of a language."""
    catalog = updated(language)
    out = io.BytesIO()
    pofile.write_po(out, catalog, width=100, sort_output=True, include_lineno=False)
    (folder(language) / "django.po").write_bytes(out.getvalue())
    (folder(language) / "django.mo").write_bytes(compiled(catalog))
    return catalog


def main() -> int:
    """Update or check every language; 1 where a text has no translation."""
    parser = argparse.ArgumentParser(description="Gather and compile the interface's texts.")
    parser.add_argument("--check", action="store_true", help="change nothing")
    is_check = parser.parse_args().check
    missing = 0
    for language in languages():
        catalog = updated(language) if is_check else write(language)
        lacking = untranslated(catalog)
        missing += len(lacking)
        print(f"{language}: {len(catalog)} texts, {len(lacking)} not translated")
        for message in lacking:
            print(f"  {message.id}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
