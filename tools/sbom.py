"""Write what is installed as a CycloneDX 1.6 document to standard output (`make sbom`)."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from typing import Any

LICENCES = ("License-Expression", "License")


def components() -> list[dict[str, Any]]:
    """Return every installed distribution with its version and licence."""
    found = {
        found.metadata["Name"]: found
        for found in metadata.distributions()
        if found.metadata["Name"]
    }
    return [_component(name, found[name]) for name in sorted(found, key=str.lower)]


def _component(name: str, found: metadata.Distribution) -> dict[str, Any]:
    key = name.lower().replace("_", "-")
    told = [found.metadata[each] for each in LICENCES if each in found.metadata]
    licence = next(filter(None, told), "")
    component: dict[str, Any] = {
        "type": "library",
        "name": name,
        "version": found.version,
        "purl": f"pkg:pypi/{key}@{found.version}",
    }
    if licence and len(licence) < 100:
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def main() -> int:
    """Print the document."""
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "pound-for-pound"}},
        "components": components(),
    }
    json.dump(document, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
