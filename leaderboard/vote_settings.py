"""Which votes count, how often one may ask, what is shown: part of the settings, read once."""

from pathlib import Path

from environs import Env, ValidationError, validate

env = Env()
BUILT_IN = Path(__file__).resolve().parent.parent / "arena" / "block_list.txt"


def _is_file(path: str) -> None:
    if path and not Path(path).is_file():
        raise ValidationError(f"BLOCK_LIST: there is no file {path}.")


SIGN_IN_TO_VOTE = env.bool("SIGN_IN_TO_VOTE", False)
VOTES_COUNTED_PER_DAY = env.int("VOTES_COUNTED_PER_DAY", 500)  # of one voter; 0: all of them
VOTES_COUNTED_PER_PROMPT = env.int("VOTES_COUNTED_PER_PROMPT", 200)  # over all voters; 0: all
LIMITS = env.bool("LIMITS", True)
CHATS_PER_MINUTE = env.int("CHATS_PER_MINUTE", 20)  # of one person; a network: NETWORK_FACTOR times
VOTES_PER_MINUTE = env.int("VOTES_PER_MINUTE", 40)
SUBMISSIONS_PER_MINUTE = env.int("SUBMISSIONS_PER_MINUTE", 10)
REPORTS_PER_MINUTE = env.int("REPORTS_PER_MINUTE", 6)
REPORTS_PER_DAY = env.int("REPORTS_PER_DAY", 30)  # of one person, over all battles
LOGINS_PER_MINUTE = env.int("LOGINS_PER_MINUTE", 10)
NETWORK_FACTOR = env.int("NETWORK_FACTOR", 10)
EXPORT_SALT = env.str("EXPORT_SALT", "")  # "": SECRET_KEY; hashes voters in exports
ANOMALY_ALPHA = env.float("ANOMALY_ALPHA", 0.01)
ANOMALY_MIN_VOTES = env.int("ANOMALY_MIN_VOTES", 10)
ANOMALY_POLICY = env.str(
    "ANOMALY_POLICY", "exclude", validate=validate.OneOf(("exclude", "review"))
)
PROOF_OF_WORK_BITS = env.int("PROOF_OF_WORK_BITS", 0, validate=validate.Range(0, 30))

# What is put to contenders
BLOCK_LIST = env.str("BLOCK_LIST", str(BUILT_IN), validate=_is_file)  # "": none
MODERATION_URL = env.str("MODERATION_URL", "")  # "": nobody is asked
MODERATION_KEY = env.str("MODERATION_KEY", "")
MODERATION_MODEL = env.str("MODERATION_MODEL", "")  # "": the endpoint's own
MODERATION_TIMEOUT_S = env.float("MODERATION_TIMEOUT_S", 3.0)
MODERATION_FAILS = env.str(
    "MODERATION_FAILS", "closed", validate=validate.OneOf(("closed", "open"))
)
