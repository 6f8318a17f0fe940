"""One door to a site's API: every refusal becomes a sentence for a person."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from p4p.memory import Site

TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class Refused(Exception):
    """The site said no, or could not be reached; the text says what to do."""


class Api:
    """The API of one site."""

    def __init__(self, site: Site, token: str = "") -> None:
        token = token or site.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = site.url
        self._client = httpx.Client(base_url=site.url, headers=headers, timeout=TIMEOUT)

    def get(self, place: str, **query: Any) -> Any:
        """Read something."""
        return self._asked("GET", f"/api/v1/{place}", params=query).json()

    def post(self, place: str, body: Any) -> Any:
        """Have something done."""
        return self._asked("POST", f"/api/v1/{place}", json=body).json()

    def upload(self, place: str, fields: dict[str, str], files: list[Path]) -> Any:
        """Have something done with files of this machine."""
        with ExitStack() as opened:
            parts = [
                ("files", (each.name, opened.enter_context(each.open("rb")))) for each in files
            ]
            asked = self._asked("POST", f"/api/v1/{place}", data=fields, files=parts)
        return asked.json()

    def text(self, place: str, **query: Any) -> str:
        """Read a file that is not the API's."""
        return self._asked("GET", place, params=query).text

    @contextmanager
    def lines(self, place: str) -> Iterator[Iterator[str]]:
        """Read something that comes line by line."""
        with _in_words(), self._client.stream("GET", f"/api/v1/{place}") as response:
            if response.is_error:
                response.read()
            yield _checked(response).iter_lines()

    def _asked(self, method: str, place: str, **said: Any) -> httpx.Response:
        with _in_words():
            return _checked(self._client.request(method, place, **said))


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except httpx.ConnectError as error:
        raise Refused(f"Nobody answers there: {error}. Is P4P_URL right?") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(f"The site did not answer: {error}") from error


def _checked(response: httpx.Response) -> httpx.Response:
    if not response.is_error:
        return response
    try:
        problem = response.json()
        sentences = [each["sentence"] for each in problem.get("problems") or ()]
        said = "\n".join(sentences) or str(problem["detail"])
        code = f" ({problem['code']})"
    except (ValueError, KeyError, AttributeError, TypeError):
        said, code = f"The site answered {response.status_code}.", ""
    wait = response.headers.get("Retry-After")
    raise Refused(said + code + (f" Try again in {wait} s." if wait else ""))
