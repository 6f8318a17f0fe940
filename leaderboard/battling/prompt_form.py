"""What a visitor of the arena may send instead of a prompt of their own: a suggested one."""

from django import forms

from arena.models import Prompt


class SuggestionForm(forms.Form):
    """A suggested prompt. One's own is text, which `arena.wording` judges for pages and API."""

    source = forms.ModelChoiceField(queryset=Prompt.objects.offered(), required=False)
