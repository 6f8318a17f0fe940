"""What the server has answered, kept in a file, so that another attempt goes on where one stopped.

The file belongs to one run and one set of versions: whatever else made it is thrown away. Only
finished, checked answers are kept. A file that cannot be read or written costs time, not the run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers.children.grouping import Answers, Echo, Next, Plan, Token, Tokens
from workers.children.replies import Completion

logger = logging.getLogger(__name__)

AT_ONCE = 500  # of SQLite's variables in one statement
SCHEMA = """
CREATE TABLE IF NOT EXISTS origin (made_by TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer (question BLOB PRIMARY KEY, told TEXT NOT NULL) WITHOUT ROWID;
"""


def _key(kind: str, question: Any) -> bytes:
    told = json.dumps([kind, question], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(told.encode(), digest_size=16).digest()


@dataclass(slots=True)
class Memory:
    """The answers of one run; without a path it remembers nothing."""

    path: Path | None = None
    made_by: str = ""  # contender and versions: what changes every answer
    _file: sqlite3.Connection | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.path is None:
            return
        try:
            self._file = _opened(self.path, self.made_by)
        except (sqlite3.Error, OSError):
            logger.exception("Nothing is remembered in %s", self.path)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def recall(self, plan: Plan) -> Answers:
        """Return what is known of a plan."""
        nexts = self._recall("next", plan.probes)
        echoes = self._recall("echo", {(each.prompt, each.start): each for each in plan.echoes})
        answers = Answers({}, {})
        for prompt, (likeliest, logprobs) in nexts.items():
            found = {int(token): float(logprob) for token, logprob in logprobs.items()}
            if plan.probes[prompt] <= found.keys():
                answers.nexts[prompt] = Next(likeliest, found)
        for (prompt, start), tokens in echoes.items():
            answers.echoes[Echo(prompt, start)] = [Token(*each) for each in tokens]
        return answers

    def keep_nexts(self, nexts: Mapping[Tokens, Next]) -> None:
        """Remember what follows some prompts."""
        self._keep("next", {p: [each.likeliest, each.logprobs] for p, each in nexts.items()})

    def keep_echoes(self, echoes: Mapping[Echo, Sequence[Token]]) -> None:
        """Remember some echoes."""
        told = {
            (echo.prompt, echo.start): [[each.logprob, each.is_likeliest] for each in tokens]
            for echo, tokens in echoes.items()
        }
        self._keep("echo", told)

    def recall_texts(self, bodies: Sequence[dict[str, Any]]) -> dict[int, Completion]:
        """Return the texts that are known, by the number of their request."""
        asked = {json.dumps(body, sort_keys=True): number for number, body in enumerate(bodies)}
        known = self._recall("text", asked)
        texts = {body: Completion(text, _tuple(tokens)) for body, (text, tokens) in known.items()}
        written = [json.dumps(body, sort_keys=True) for body in bodies] if texts else []
        return {number: texts[body] for number, body in enumerate(written) if body in texts}

    def keep_texts(self, bodies: Sequence[dict[str, Any]], texts: Sequence[Completion]) -> None:
        """Remember some texts."""
        told = {
            json.dumps(body, sort_keys=True): [text.text, text.tokens]
            for body, text in zip(bodies, texts, strict=True)
        }
        self._keep("text", told)

    def _recall(self, kind: str, questions: Iterable[Any]) -> dict[Any, Any]:
        if self._file is None:
            return {}
        keys = {_key(kind, question): question for question in questions}
        found: dict[Any, Any] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            places = ",".join("?" * len(part))
            query = f"SELECT question, told FROM answer WHERE question IN ({places})"  # noqa: S608
            for key, told in self._file.execute(query, part):
                found[keys[key]] = json.loads(told)
        return found

    def _keep(self, kind: str, told: Mapping[Any, Any]) -> None:
        if self._file is None:
            return
        rows = [(_key(kind, question), json.dumps(answer)) for question, answer in told.items()]
        try:
            with self._file:
                self._file.executemany("INSERT OR REPLACE INTO answer VALUES (?, ?)", rows)
        except sqlite3.Error:
            logger.exception("Nothing more is remembered in %s", self.path)
            self.close()


def _tuple(tokens: list[int] | None) -> tuple[int, ...] | None:
    return None if tokens is None else tuple(tokens)


def _opened(path: Path, made_by: str) -> sqlite3.Connection:
    """Open the file, empty unless the same contender and versions made it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _made(path, made_by)
    except sqlite3.DatabaseError:  # cut short by a crash, or not ours
        path.unlink(missing_ok=True)
        return _made(path, made_by)


def _made(path: Path, made_by: str) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=10)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=OFF")  # a power cut may cost answers, never their truth
    file.executescript(SCHEMA)
    if file.execute("SELECT made_by FROM origin").fetchall() != [(made_by,)]:
        with file:
            file.execute("DELETE FROM answer")
            file.execute("DELETE FROM origin")
            file.execute("INSERT INTO origin VALUES (?)", (made_by,))
    return file
