"""Every link between the project's documents leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.tree import ROOT, tracked

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PAGES = [path for path in tracked() if path.suffix == ".md"]


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_lead_to_a_file(self, page: Path) -> None:
        targets = [
            target
            for target in LINK.findall(page.read_text(encoding="utf-8"))
            if "://" not in target and not target.startswith("mailto:")
        ]

        missing = [target for target in targets if not (page.parent / target).exists()]

        assert missing == []
