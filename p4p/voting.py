"""A battle in the terminal: both answers side by side as they are written, then the verdict."""

import json
import time
from collections.abc import Iterator
from typing import Any

from rich.columns import Columns
from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from p4p.site import Api, Refused

CHOICES = {"a": "A", "b": "B", "t": "TIE", "x": "BOTH_BAD"}
RESTART_S = 2.0  # before coming back to a site that said it restarts
COLOURS = {"A": "red", "B": "blue"}


def start(site_api: Api, prompt: str) -> Any:
    """Put a prompt to two contenders that nobody has named."""
    return site_api.post("battles", {"prompt": prompt})


def watch(api: Api, battle_id: str, console: Console) -> None:
    """Show both answers as they grow; the final texts come from the battle itself."""
    texts = {"A": "", "B": ""}
    with Live(_sides(texts), console=console, refresh_per_second=10) as live:
        while _follow(api, battle_id, texts, live):
            time.sleep(RESTART_S)
        battle = api.get(f"battles/{battle_id}")
        if battle["state"] != "READY":
            raise Refused("This battle has no answers to judge. Start another one.")
        answers = battle["turns"][-1]["answers"]
        live.update(_sides({side: answers[side]["text"] for side in texts}))


def _follow(api: Api, battle_id: str, texts: dict[str, str], live: Live) -> bool:
    """Show what comes from the beginning on; say whether the site restarts and has more."""
    texts.update(dict.fromkeys(texts, ""))
    with api.lines(f"battles/{battle_id}/stream") as lines:
        for name, told in events(lines):
            side, text = told.get("side", ""), str(told.get("text", ""))
            if name == "restart":
                return True
            if name == "anew":
                texts.update(dict.fromkeys(texts, ""))
            elif name == "text" and side in texts:
                texts[side] += text
            live.update(_sides(texts))
    return False


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return server-sent events as name and data, until the one that ends them."""
    name = "message"
    for line in lines:
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            if name == "end":
                return
            yield name, json.loads(value)
        elif not line:
            name = "message"


def judge(api: Api, battle_id: str, letter: str) -> Any:
    """Cast the verdict."""
    return api.post(f"battles/{battle_id}/vote", {"choice": CHOICES[letter]})


def reveal(battle: dict[str, Any]) -> Text:
    """Say who wrote what, and what the vote did."""
    told = Text()
    for side, who in sorted(battle["vote"]["contenders"].items()):
        told.append(f"{side} was ", style=COLOURS[side])
        told.append(who["name"], style="bold")
        if who["elo_before"] is not None and who["elo_after"] is not None:
            told.append(f"  Elo {who['elo_before']:.0f} → {who['elo_after']:.0f}")
        told.append("\n")
    if not battle["vote"]["is_counted"]:
        told.append(f"It does not count: {battle['vote']['excluded_because']}\n")
    return told


def _sides(texts: dict[str, str]) -> Columns:
    panels = [
        Panel(Text(texts[side] or "…"), title=side, border_style=COLOURS[side]) for side in texts
    ]
    return Columns(panels, equal=True, expand=True)
