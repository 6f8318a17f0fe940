"""Ask a vLLM server on this machine whether it is well, and give it adapters.

The only proof of health is a token that came back: a server's own /health answers long after
its engine has died.
"""

from __future__ import annotations

import json
import ssl
from functools import cache
from pathlib import Path

import httpx

from workers.engines.faults import Code, PlatformFault, UserFault


@cache
def certificates() -> ssl.SSLContext:
    """Read the certificates once: httpx would at every call, five times a second at a start."""
    return httpx.create_ssl_context()


def headers(api_key: str = "") -> dict[str, str]:
    """Return what every request carries."""
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


def endpoint(url: str, path: str) -> str:
    """Return the address of an endpoint, whether or not the server's url ends in /v1."""
    return f"{url.rstrip('/').removesuffix('/v1')}/v1/{path}"


def answers(url: str, name: str, *, api_key: str = "", timeout_s: float = 10.0) -> bool:
    """Say whether one token comes back in time: the only proof that a server works."""
    body = {"model": name, "prompt": "1", "max_tokens": 1, "temperature": 0}
    try:
        response = httpx.post(
            endpoint(url, "completions"),
            json=body,
            headers=headers(api_key),
            timeout=timeout_s,
            verify=certificates(),
        )
        return response.status_code == 200 and isinstance(
            response.json()["choices"][0]["text"], str
        )
    except (httpx.HTTPError, ValueError, LookupError, TypeError):
        return False


def load_adapter(url: str, name: str, path: Path, *, api_key: str = "") -> None:
    """Load a LoRA adapter under a name; loading it again is no fault."""
    body = {"lora_name": name, "lora_path": str(path)}
    response = _post(endpoint(url, "load_lora_adapter"), body, api_key)
    if response.status_code == 400 and "already" in response.text:
        return
    if response.status_code != 200:
        code = Code.RANK_TOO_HIGH if "rank" in response.text else Code.ADAPTER_MISFIT
        raise UserFault(code, f"The engine refused the adapter: {_said(response.text)}")


def _post(url: str, body: dict[str, str], api_key: str) -> httpx.Response:
    try:
        return httpx.post(url, json=body, headers=headers(api_key), timeout=60)
    except httpx.HTTPError as error:
        raise PlatformFault(Code.ENGINE_LOST, str(error)) from error


def _said(text: str) -> str:
    try:
        return str(json.loads(text)["error"]["message"])[:400]
    except (ValueError, LookupError, TypeError):
        return text[:200]
