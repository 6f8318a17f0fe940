"""Whether a prompt may be put to contenders: asked before anything is generated.

First whether it is a prompt at all, then the operator's phrases, then the moderation endpoint if
there is one. What staff put into a prompt set was read by somebody, so no endpoint is asked again.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from arena import block_list, moderation, wording
from arena.wording import BadPrompt

CATEGORIES_MAX = 5


def passed(prompt: str, *, is_of_a_set: bool = False) -> str:
    """Return the prompt as it is asked, or raise BadPrompt."""
    prompt = wording.checked(prompt)
    if section := block_list.find(prompt):
        raise BadPrompt("PROMPT_BLOCKED", section.sentence, 400)
    if not is_of_a_set:
        _ask_endpoint(prompt)
    return prompt


def _ask_endpoint(prompt: str) -> None:
    try:
        found = moderation.objections(prompt)
    except moderation.Unanswered as error:
        if settings.MODERATION_FAILS == "open":
            return
        sentence = _("Prompts cannot be checked right now. Nothing was lost: try again soon.")
        raise BadPrompt("MODERATION_AWAY", sentence, 503) from error
    if found:
        told = ", ".join(each.replace("/", ": ")[:60] for each in found[:CATEGORIES_MAX])
        sentence = _("This site's moderation does not let that through ({reason}).")
        sentence = f"{sentence.format(reason=told)} {_('Ask something else.')}"
        raise BadPrompt("PROMPT_FLAGGED", sentence, 400)
