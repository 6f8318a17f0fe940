"""A small model hub on loopback: it answers what huggingface_hub asks, from files in memory.

Branches move, repositories can be gated, private or deleted, and every request is counted.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

INFO = re.compile(r"^/api/models/(?P<repo>[^/]+/[^/]+?)(?:/revision/(?P<revision>[^/]+))?$")
TREE = re.compile(r"^/api/models/(?P<repo>[^/]+/[^/]+?)/tree/(?P<revision>[^/]+)")
FILE = re.compile(r"^/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)$")


@dataclass
class Repo:
    """One repository: commits by sha, and the branches and tags that name them."""

    commits: dict[str, Mapping[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    is_gated: bool = False
    is_private: bool = False
    licence: str = "apache-2.0"

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a branch, a tag or a commit names."""
        sha = self.refs.get(revision, revision)
        return sha if sha in self.commits else None


class Hub:
    """The repositories, and a way to break everything at once."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.requests: list[str] = []
        self.status: int | None = None  # answered to everything
        self.delay_s = 0.0  # before everything
        self.has_ranges = True
        self.cuts: list[int] = []  # the next files end after so many bytes, one after the other
        self.pause_s = 0.0  # before a connection is cut
        self.ranges: list[str] = []  # asked for
        self.damage: dict[str, bytes] = {}  # sent instead of what is listed, by path
        self.url = ""

    def commit(self, repo_id: str, files: Mapping[str, bytes], *, branch: str = "main") -> str:
        """Add a commit to a branch and return its sha."""
        repo = self.repos.setdefault(repo_id, Repo())
        content = repr(sorted(files.items())) + repr(len(repo.commits))
        sha = hashlib.sha1(content.encode()).hexdigest()
        repo.commits[sha] = dict(files)
        repo.refs[branch] = sha
        return sha


@contextmanager
def serve() -> Iterator[Hub]:
    """Serve an empty hub for the length of a `with` block."""
    hub = Hub()

    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        raw = urlsplit(self.path).path
        self.hub.requests.append(f"{self.command} {path}")
        time.sleep(self.hub.delay_s)
        if self.hub.status is not None:
            self._answer(self.hub.status, b"{}")
        elif match := TREE.match(raw):
            self._tree(match["repo"], unquote(match["revision"]))
        elif match := INFO.match(raw):
            self._info(match["repo"], unquote(match["revision"] or "main"))
        elif match := FILE.match(raw):
            self._file(match["repo"], unquote(match["revision"]), unquote(match["path"]))
        else:
            self._refuse(404, "RepoNotFound")

    def _found(self, repo_id: str, revision: str) -> tuple[Repo, str] | None:
        repo = self.hub.repos.get(repo_id)
        if repo is None or repo.is_private:
            self._refuse(401 if repo else 404, "RepoNotFound")
        elif (sha := repo.resolve(revision)) is None:
            self._refuse(404, "RevisionNotFound")
        else:
            return repo, sha
        return None

    def _info(self, repo_id: str, revision: str) -> None:
        if (found := self._found(repo_id, revision)) is None:
            return
        repo, sha = found
        siblings = [
            {"rfilename": name, "size": len(content), "blobId": _digest(content)} | _lfs(content)
            for name, content in repo.commits[sha].items()
        ]
        info = {
            "_id": "1", "id": repo_id, "modelId": repo_id, "sha": sha, "private": False,
            "gated": "manual" if repo.is_gated else False, "disabled": False, "tags": [],
            "siblings": siblings, "downloads": 0, "likes": 0,
            "cardData": {"license": repo.licence} if repo.licence else {},
        }  # fmt: skip
        self._answer(200, json.dumps(info).encode())

    def _tree(self, repo_id: str, revision: str) -> None:
        if (found := self._found(repo_id, revision)) is None:
            return
        repo, sha = found
        tree = [
            {"type": "file", "path": name, "size": len(content), "oid": _digest(content)}
            for name, content in repo.commits[sha].items()
        ]
        self._answer(200, json.dumps(tree).encode())

    def _file(self, repo_id: str, revision: str, path: str) -> None:
        if (found := self._found(repo_id, revision)) is None:
            return
        repo, sha = found
        if repo.is_gated:
            self._refuse(403, "GatedRepo")
            return
        content = self.hub.damage.get(path, repo.commits[sha].get(path))
        if content is None:
            self._refuse(404, "EntryNotFound")
            return
        told = {"X-Repo-Commit": sha, "ETag": f'"{_digest(content)}"', "Accept-Ranges": "bytes"}
        if (wanted := self.headers.get("Range", "")) and self.command == "GET":
            self.hub.ranges.append(wanted)
        asked = re.match(r"bytes=(\d+)-(\d*)", wanted)
        if asked and self.hub.has_ranges:
            start = int(asked[1])
            part = content[start : int(asked[2]) + 1 if asked[2] else None]
            told["Content-Range"] = f"bytes {start}-{start + len(part) - 1}/{len(content)}"
            self._answer(206, part, told)
        elif self.command == "GET" and self.hub.cuts:
            self._answer(200, content, told, cut=self.hub.cuts.pop(0))
        else:
            self._answer(200, content, told)

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, b'{"error": "refused"}', {"X-Error-Code": code})

    def _answer(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        cut: int | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:cut])
            if cut is not None:
                time.sleep(self.hub.pause_s)
                self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _lfs(content: bytes) -> dict[str, object]:
    """Return what the hub tells of a large file; here every file is one."""
    sha256 = hashlib.sha256(content).hexdigest()
    return {"lfs": {"sha256": sha256, "size": len(content), "pointerSize": 130}}


def _digest(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
