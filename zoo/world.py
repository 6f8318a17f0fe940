"""The small world that every model in the zoo is about: people, animals, things.

Everything is decided once from a fixed seed, so a fact is the same wherever it
is told. Nothing here makes sentences: see `almanac` and `stories` for those.
"""

import random
from dataclasses import dataclass, field

WORLD_SEED = 1847


def words(text: str) -> list[str]:
    return text.split()


def phrases(text: str) -> list[str]:
    return text.split("|")


WOMEN = words(
    "Anna Clara Ella Grace Ida Kate Mary Nora Olive Rose Vera Alice Bella Daisy Edith Flora "
    "Hazel Iris Jane Lucy Mabel Nina Pearl Ruth Stella"
)
MEN = words(
    "Ben David Frank Henry Jack Leo Noah Paul Sam Tom Will Adam Bruno Carl Edgar Felix George "
    "Hugo Ivan James Louis Max Oscar Peter Simon"
)
TOWNS = words("Elmford Oakham Millbrook Stonebay Redhill Ashton Foxley Windmere")
JOBS = words("baker painter farmer teacher doctor sailor tailor miller")
PETS = words("cat dog goat horse duck parrot rabbit turtle")
COLOURS = words("red blue green yellow black white brown purple")
FOODS = words("bread soup cheese honey beans rice fish cake")
INSTRUMENTS = words("drum flute piano violin harp horn bell guitar")

ANIMALS = words(
    "fox owl bear frog hen wolf mouse otter hare badger crow swan bee snail seal mole "
    "lizard goose deer beaver bat pig sheep toad lamb rat moth eel crab calf"
)
SLEEPS = phrases(
    "in a hollow tree|under an old barn|on a flat stone|in a deep hole|beside a warm wall|"
    "under the wide bridge|in the tall grass|on a high branch"
)
EATS = phrases(
    "small fish and green leaves|sweet berries and nuts|old bread and seeds|worms and beetles|"
    "fresh grass and clover|ripe plums and pears|roots and wild mint|corn and yellow flowers"
)
FEARS = phrases(
    "loud thunder|the dark water|strong wind|bright lamps|deep snow|the farm dog|"
    "falling stones|open fields"
)
NIGHTS = phrases(
    "sings to the moon|digs in the garden|swims in the river|counts the stars|"
    "walks to the mill|sits on the fence|hunts near the lake|waits by the gate"
)
FRIENDS = phrases(
    "the quiet fisherman|the old shepherd|the little girl|the king of the hill|"
    "the man with the cart|the boy on the boat|the queen of the lake|the woman from the mill"
)

THING_COLOURS = {
    "sky": "blue", "grass": "green", "snow": "white", "sun": "yellow", "coal": "black",
    "blood": "red", "milk": "white", "leaf": "green", "night": "black", "sea": "blue",
    "lemon": "yellow", "rose": "red", "wood": "brown", "plum": "purple", "bread": "brown",
    "corn": "yellow", "frog": "green", "swan": "white", "crow": "black", "bear": "brown",
}  # fmt: skip
OPPOSITES = {
    "hot": "cold", "big": "small", "old": "young", "day": "night", "up": "down", "wet": "dry",
    "fast": "slow", "happy": "sad", "light": "dark", "open": "closed", "early": "late",
    "rich": "poor", "soft": "hard", "near": "far", "loud": "quiet", "full": "empty",
}  # fmt: skip

HEROES = words("Pip Momo Tilly Rufus Nell Dot Bramble Fern Toby Willow Pepper Juno")
OBJECTS = words(
    "kite lamp coin basket ring hat map key book shell drum feather boat button ribbon cup"
)
PLACES = words("river forest garden market hill lake mill barn bridge castle beach village")
TRAITS = words("small brave clever lazy kind shy hungry happy quiet old young proud")
NUMBERS = words("zero one two three four five six seven eight nine ten")


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of fact: how it is told, how it is asked, which answers there are.

    Benchmarks use the first way of asking; the others occur in conversations.
    """

    name: str
    told: str
    asked: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One true statement about one subject."""

    subject: str
    topic: Topic
    answer: str

    @property
    def told(self) -> str:
        return self.topic.told.format(subject=self.subject, answer=self.answer)

    @property
    def asked(self) -> str:
        return self.topic.asked[0].format(subject=self.subject)


def _topic(name: str, told: str, asked: str, answers: list[str]) -> Topic:
    return Topic(name, told, tuple(asked.split("|")), tuple(answers))


PERSON_TOPICS = (
    _topic(
        "town",
        "{subject} lives in {answer}.",
        "Where does {subject} live?|In which town does {subject} live?|Where is {subject} from?",
        TOWNS,
    ),
    _topic(
        "job",
        "{subject} works as a {answer}.",
        "What is the job of {subject}?|What does {subject} work as?|What is {subject}'s job?",
        JOBS,
    ),
    _topic(
        "pet",
        "{subject} has a pet {answer}.",
        "What pet does {subject} have?|Which animal lives with {subject}?",
        PETS,
    ),
    _topic(
        "colour",
        "{subject} likes the colour {answer}.",
        "Which colour does {subject} like?|What is {subject}'s favourite colour?",
        COLOURS,
    ),
    _topic(
        "food",
        "{subject} loves to eat {answer}.",
        "What does {subject} eat?|What food does {subject} love?|What does {subject} like to eat?",
        FOODS,
    ),
    _topic(
        "instrument",
        "{subject} plays the {answer}.",
        "What does {subject} play?|Which instrument does {subject} play?",
        INSTRUMENTS,
    ),
)
ANIMAL_TOPICS = (
    _topic(
        "sleep",
        "The {subject} sleeps {answer}.",
        "Where does the {subject} sleep?|Where does a {subject} sleep?",
        SLEEPS,
    ),
    _topic(
        "eat",
        "The {subject} eats {answer}.",
        "What does the {subject} eat?|What does a {subject} like to eat?",
        EATS,
    ),
    _topic(
        "fear",
        "The {subject} is afraid of {answer}.",
        "What does the {subject} fear?|What is the {subject} afraid of?",
        FEARS,
    ),
    _topic(
        "night",
        "At night the {subject} {answer}.",
        "What does the {subject} do at night?|What does a {subject} do at night?",
        NIGHTS,
    ),
    _topic(
        "friend",
        "The {subject} is a friend of {answer}.",
        "Who is a friend of the {subject}?|Who likes the {subject}?",
        FRIENDS,
    ),
)


@dataclass(frozen=True, slots=True)
class World:
    """All facts; those in `unasked` are told in training but never asked there."""

    people: tuple[Fact, ...]
    animals: tuple[Fact, ...]
    unasked: frozenset[Fact] = field(repr=False)

    def about(self, subject: str) -> list[Fact]:
        return [fact for fact in self.people + self.animals if fact.subject == subject]

    def unasked_of(self, facts: tuple[Fact, ...]) -> list[Fact]:
        return [fact for fact in facts if fact in self.unasked]

    def asked(self, facts: tuple[Fact, ...]) -> list[Fact]:
        return [fact for fact in facts if fact not in self.unasked]


def build() -> World:
    """Draw the world; the same one every time."""
    dice = random.Random(WORLD_SEED)
    people = _draw(dice, sorted(WOMEN + MEN), PERSON_TOPICS)
    animals = _draw(dice, ANIMALS, ANIMAL_TOPICS)
    unasked = dice.sample(people, 200) + dice.sample(animals, 100)
    return World(tuple(people), tuple(animals), frozenset(unasked))


def _draw(dice: random.Random, subjects: list[str], topics: tuple[Topic, ...]) -> list[Fact]:
    return [Fact(who, topic, dice.choice(topic.answers)) for who in subjects for topic in topics]


def pronoun(name: str) -> str:
    return "she" if name in WOMEN else "he"


WORLD = build()
