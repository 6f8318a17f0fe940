"""How an operation of the arena says no."""


class Refusal(Exception):
    """Nothing was done: a code, a sentence for the person, and the HTTP status it means."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.status = code, sentence, status
