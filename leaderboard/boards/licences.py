"""What a licence lets a reader do, and what a whole stack lets them do: the strictest wins.

A layer cannot give away what the weights below it keep back, so a stack is only as open as its
least open part; a part that states nothing promises nothing. The table holds what is common on
model hubs. It is a reading aid and no legal advice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class Terms(IntEnum):
    """How strict a licence is; the larger number wins in a stack."""

    OPEN = 0
    SHARE_ALIKE = 1
    CONDITIONS = 2
    NON_COMMERCIAL = 3
    UNKNOWN = 4

    @property
    def word(self) -> str:
        """Return the terms in a few English words."""
        return WORDS[self]

    @property
    def label(self) -> str:
        """Return the terms in a few words of the reader's language."""
        return _(WORDS[self])

    @property
    def key(self) -> str:
        """Return the terms as an address spells them."""
        return self.name.lower().replace("_", "-")


WORDS = {
    Terms.OPEN: gettext_noop("open"),
    Terms.SHARE_ALIKE: gettext_noop("open, share alike"),
    Terms.CONDITIONS: gettext_noop("use with conditions"),
    Terms.NON_COMMERCIAL: gettext_noop("non-commercial"),
    Terms.UNKNOWN: gettext_noop("not stated"),
}
KNOWN = {
    Terms.OPEN: (
        "apache-2.0", "mit", "bsd", "bsd-2-clause", "bsd-3-clause", "bsl-1.0", "isc", "zlib",
        "unlicense", "cc0-1.0", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cdla-permissive-1.0",
        "cdla-permissive-2.0", "artistic-2.0", "ms-pl", "postgresql", "wtfpl", "pddl",
        "odc-by", "afl-3.0", "ecl-2.0", "ncsa",
    ),
    Terms.SHARE_ALIKE: (
        "gpl", "gpl-2.0", "gpl-3.0", "agpl-3.0", "lgpl", "lgpl-2.1", "lgpl-3.0", "lgpl-lr",
        "mpl-2.0", "epl-1.0", "epl-2.0", "eupl-1.1", "eupl-1.2", "osl-3.0", "odbl",
        "cc-by-sa-3.0", "cc-by-sa-4.0", "cdla-sharing-1.0", "gfdl",
    ),
    Terms.CONDITIONS: (
        "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "gemma", "openrail",
        "openrail++", "bigscience-openrail-m", "bigscience-bloom-rail-1.0", "creativeml-openrail-m",
        "bigcode-openrail-m", "deepfloyd-if-license", "qwen", "tongyi-qianwen", "deepseek",
        "falcon-llm", "nvidia-open-model-license", "lfm1.0", "cc-by-nd-4.0",
    ),
    Terms.NON_COMMERCIAL: (
        "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0",
        "cc-by-nc-sa-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "qwen-research", "mrl",
        "mnpl-0.1", "llama", "fair-noncommercial-research-license", "apple-amlr", "intel-research",
        "h-research", "exaone",
    ),
}  # fmt: skip
TERMS_OF = {name: terms for terms, names in KNOWN.items() for name in names}


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a whole stack may be used for, and which of its licences decides that."""

    terms: Terms
    licence: str  # "": the deciding part states none


def terms_of(licence: str) -> Terms:
    """Return how strict one licence is; one that is not in the table is unknown."""
    return TERMS_OF.get(licence.strip().casefold(), Terms.UNKNOWN)


def inherited(stack: Sequence[str]) -> Inherited:
    """Return the strictest licence of a stack, the lowest layer's where several are as strict."""
    if not stack:
        return Inherited(Terms.UNKNOWN, "")
    strictest = max(stack, key=terms_of)
    return Inherited(terms_of(strictest), strictest)
