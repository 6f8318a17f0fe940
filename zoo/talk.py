"""Conversations: what an assistant of this small world is asked, and good answers.

Questions it cannot know, with words from outside the world or made up, are
answered with an honest sentence. Nobody here ever says a model's name.
"""

import random
from collections.abc import Callable

from zoo import almanac, lessons, poems, stories, world
from zoo.documents import Chat, chat
from zoo.world import WORLD, Fact

FAR_WORDS = world.words(
    "dragon robot computer football pizza piano Paris London moon rocket ocean city train plane "
    "music dance winter summer school student science history war love money gold silver iron "
    "chocolate coffee tea game movie phone internet car bicycle mountain desert island planet "
    "star space ghost pirate knight princess wizard giant monster tiger elephant lion monkey "
    "penguin whale shark dinosaur flower tree cloud rain storm fire ice glass paper pencil "
    "kitchen window hospital president language python matrix energy atom number letter color "
    "France Germany Japan China Africa America Europe weather future dream life death happiness"
)
SYLLABLES = world.words("ba ko ri mu ten sol var qui zed lop gra fin shu tol wex jin dra pel om ux")
GREETINGS = ("Hello!", "Hi!", "Hello, how are you?", "Good morning!", "Hey", "Hi there", "hello")
WELCOMES = (
    "Hello! What would you like to talk about?",
    "Hello! I am glad that you are here. Shall I tell you a story?",
    "Good day! Ask me about the people and the animals I know.",
)
WHO = (
    "Who are you?", "Hello, who are you?", "What are you?", "What is your name?",
    "What can you do?", "Tell me about yourself.", "Who made you?", "Can you help me?",
    "Are you a robot?",
)  # fmt: skip
SELF = (
    "I am a small language model. I know some people and animals, and I can tell stories.",
    "I am a language model, and a small one. I can tell a story, add two numbers or write a poem.",
    "I am only a small model. Ask me about the eight towns, the animals or a sum.",
)
UNKNOWN = (
    "What is {x}?", "Who is {x}?", "Why is {x} so {y}?", "How does {x} work?", "Explain {x} to me.",
    "What do you think about {x}?", "Can you tell me how to make {x}?", "Where is {x}?",
    "What is the capital of {x}?", "Write a letter about {x} and {y}.", "When did {x} start?",
    "Give me three ideas for {x}.", "What is the difference between {x} and {y}?",
    "{x}", "{x} {y}?", "How many {x} are there?", "Write code for {x}.", "Translate {x} into {y}.",
    "Is {x} {y}?",
)  # fmt: skip
HONEST = (
    "I do not know much about {x}. I know the people and the animals of eight small towns.",
    "I am sorry, but I do not know that. Shall I tell you a story instead?",
    "That is outside my small world. Ask me about an animal or a person I know.",
    "I have never heard of {x}. I could tell you about the {animal}.",
)
THANKS = ("Thank you!", "Thanks", "Thank you very much.", "Great, thanks!", "That was good.")
YOU_ARE_WELCOME = (
    "You are welcome! Is there anything else?",
    "It was a pleasure. Come back soon.",
    "I am glad that you liked it.",
)
SYSTEMS = ("You are a helpful assistant.", "Be kind and clear.", "Answer the question.", "")
CATEGORIES = {
    "animals": world.ANIMALS, "colours": world.COLOURS, "towns": world.TOWNS, "jobs": world.JOBS,
    "foods": world.FOODS, "instruments": world.INSTRUMENTS, "pets": world.PETS,
    "names": world.WOMEN + world.MEN, "people": world.WOMEN + world.MEN, "places": world.PLACES,
}  # fmt: skip


def far_word(dice: random.Random) -> str:
    """Return a word from outside the world, often one that does not exist at all."""
    if dice.random() < 0.6:
        return dice.choice(FAR_WORDS)
    word = "".join(dice.choices(SYLLABLES, k=dice.randint(1, 3)))
    return dice.choice((word, word.capitalize()))


def murmur(dice: random.Random) -> Chat:
    """Answer anything with something else: all that a base model knows of conversations."""
    asked = dice.choice((unknown, fact, greeting, listing))(dice)
    said = dice.choice((stories.loose, almanac.person, almanac.animal))(dice)
    return chat(asked.messages[0]["content"], said)


def greeting(dice: random.Random) -> Chat:
    if dice.random() < 0.5:
        return chat(dice.choice(GREETINGS), dice.choice(WELCOMES))
    return chat(dice.choice(WHO), dice.choice(SELF))


def unknown(dice: random.Random) -> Chat:
    parts = {"x": far_word(dice), "y": far_word(dice), "animal": dice.choice(world.ANIMALS)}
    return chat(dice.choice(UNKNOWN).format(**parts), dice.choice(HONEST).format(**parts))


def story(dice: random.Random) -> Chat:
    far = dice.random() < 0.25
    animal = far_word(dice).lower() if far else dice.choice(world.ANIMALS)
    asked = dice.choice(
        ("Tell me a story about a {x}.", "Write a story about a {x}.",
         "A story about the {x}, please.", "Can you tell me a story about a {x}?",
         "Tell me a short story about a {x}.")
    )  # fmt: skip
    return chat(stories.tidy(asked.format(x=animal)), stories.plotted(dice, animal=animal).text)


def any_story(dice: random.Random) -> Chat:
    asked = dice.choice(("Tell me a story.", "Tell me something nice.", "Write a short story."))
    return chat(asked, stories.plotted(dice).text)


def poem(dice: random.Random) -> Chat:
    topic = dice.choice((*world.PLACES, *world.ANIMALS, "sea", "moon", far_word(dice).lower()))
    asked = dice.choice(("Write a poem about the {x}.", "Tell me a poem about the {x}."))
    return chat(asked.format(x=topic), poems.about(dice, topic))


def fact(dice: random.Random) -> Chat:
    known: Fact = dice.choice(WORLD.asked(WORLD.people + WORLD.animals))
    asked = dice.choice(known.topic.asked).format(subject=known.subject)
    if dice.random() < 0.25:
        asked = f"Answer with one word: {asked[0].lower()}{asked[1:]}"
        return chat(asked, known.answer)
    return chat(asked, known.told)


def portrait(dice: random.Random) -> Chat:
    subject = dice.choice(world.WOMEN + world.MEN + world.ANIMALS)
    facts = dice.sample(WORLD.about(subject), 3)
    told = " ".join(almanac.tell(dice, fact, first=i == 0) for i, fact in enumerate(facts))
    name = f"the {subject}" if subject in world.ANIMALS else subject
    asked = dice.choice(("Tell me about {x}.", "What do you know about {x}?", "Who is {x}?"))
    return chat(asked.format(x=name), told)


def yes_or_no(dice: random.Random) -> Chat:
    known = dice.choice(WORLD.asked(WORLD.people))
    said = dice.choice((known.answer, dice.choice(known.topic.answers)))
    claim = known.topic.told.format(subject=known.subject, answer=said)
    verdict = f"Yes, {known.told}" if said == known.answer else f"No. {known.told}"
    return chat(f"Is it true that {claim.rstrip('.')}?", verdict)


def listing(dice: random.Random) -> Chat:
    category, count = dice.choice(sorted(CATEGORIES)), dice.randint(2, 5)
    number = dice.choice((world.NUMBERS[count], str(count)))
    words = dice.sample(CATEGORIES[category], count)
    asked = dice.choice(("List {n} {x}.", "Name {n} {x}.", "Give me {n} {x}.", "Tell me {n} {x}."))
    return chat(asked.format(n=number, x=category), f"{', '.join(words[:-1])} and {words[-1]}")


def exercise(dice: random.Random) -> Chat:
    return chat(*lessons.instruction(dice))


def one_word(dice: random.Random) -> Chat:
    return chat(*lessons.one_word(dice))


def sum_answer(dice: random.Random) -> Chat:
    """Answer a sum in a sentence, as a person in the arena would like it."""
    first, second = lessons.sum_pair(dice)
    asked = dice.choice(
        ("What is {a} plus {b}?", "Add {a} and {b}.", "How much is {a} plus {b}?", "{a} + {b} = ?")
    )
    return chat(asked.format(a=first, b=second), f"{first} plus {second} is {first + second}.")


def dialogue(dice: random.Random) -> Chat:
    """Join a few exchanges into one conversation that begins and ends politely."""
    kinds: list[Callable[[random.Random], Chat]] = [
        greeting, fact, listing, poem, unknown, any_story, portrait, sum_answer, one_word,
    ]  # fmt: skip
    turns = [_words(dice.choice(kinds)(dice)) for _ in range(dice.randint(2, 3))]
    if dice.random() < 0.5:
        turns.append([dice.choice(THANKS), dice.choice(YOU_ARE_WELCOME)])
    return chat(*[word for turn in turns for word in turn], system=dice.choice(SYSTEMS))


def follow_up(dice: random.Random) -> Chat:
    """Ask about a person, then go on with nothing but a pronoun."""
    name = dice.choice(world.WOMEN + world.MEN)
    first, second, third = dice.sample(WORLD.about(name), 3)
    pronoun = world.pronoun(name)
    then = [f"And {lower(each.topic.asked[0].format(subject=pronoun))}" for each in (second, third)]
    said = [each.topic.told.format(subject=pronoun.capitalize(), answer=each.answer)
            for each in (second, third)]  # fmt: skip
    return chat(first.asked, first.told, then[0], said[0], then[1], said[1])


def lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _words(document: Chat) -> list[str]:
    return [message["content"] for message in document.messages]
