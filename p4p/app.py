"""`p4p`: submit, follow, read the board and vote from a terminal."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console

from p4p import following, memory, tables, voting
from p4p.memory import Site
from p4p.site import Api, Refused

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
out, err = Console(), Console(stderr=True)
BOARD_PIECE = 500  # rows asked for at once


@app.command()
def login(
    url: Annotated[str, typer.Option(help="Address of the site.")] = "",
    token: Annotated[
        str, typer.Option(help="A token of your page /me/; asked for if absent.")
    ] = "",
) -> None:
    """Remember a site and a token for it."""
    site = Site((url or memory.load().url).rstrip("/"))
    token = token or typer.prompt(f"Token from {site.url}/me/", hide_input=True)
    Api(site, token).get("votes", limit=1)
    memory.keep(Site(site.url, token))
    out.print(f"Signed in at {site.url}; the token is in {memory.path()}.")


@app.command()
def board(
    suite: Annotated[str, typer.Option(help="Which suite; the default one where empty.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show the board."""
    api, query = Api(memory.load()), {"suite": suite} if suite else {}
    if csv or as_json:
        sys.stdout.write(api.text("/board.csv" if csv else "/board.json", **query))
        return
    out.print(tables.board(_whole_board(api, query)))


@app.command()
def submit(
    locator: Annotated[str, typer.Argument(help="Hub repository, directory, or API address.")],
    parent: Annotated[str, typer.Option(help="Slug that an adapter stands on.")] = "",
    directory: Annotated[
        bool, typer.Option("--directory", help="A directory of the site.")
    ] = False,
    api_model: Annotated[str, typer.Option(help="The API's name of a baseline model.")] = "",
    revision: Annotated[str, typer.Option(help="Branch, tag or commit.")] = "",
    name: Annotated[str, typer.Option(help="How the board calls it.")] = "",
    licence: Annotated[str, typer.Option(help="Its licence.")] = "",
    follow: Annotated[bool, typer.Option("--follow", help="Stay until it is measured.")] = False,
) -> None:
    """Have a model, an adapter or an API baseline ranked."""
    order = {
        "kind": "BASELINE" if api_model else "ADAPTER" if parent else "MODEL",
        "source": "API" if api_model else "DIRECTORY" if directory else "HUB",
        "locator": locator,
        "parent_slug": parent,
        "api_model": api_model,
        "revision": revision,
        "name": name,
        "licence": licence,
    }
    api = Api(memory.load())
    _accepted(api, api.post("submissions", order), follow=follow)


@app.command()
def upload(
    folder: Annotated[Path, typer.Argument(help="What PEFT saved: a folder on this machine.")],
    parent: Annotated[str, typer.Option(help="Slug that the adapter stands on.")],
    name: Annotated[str, typer.Option(help="How the board calls it.")] = "",
    licence: Annotated[str, typer.Option(help="Its licence.")] = "",
    follow: Annotated[bool, typer.Option("--follow", help="Stay until it is measured.")] = False,
) -> None:
    """Have an adapter of this machine ranked."""
    files = [folder / each for each in ("adapter_config.json", "adapter_model.safetensors")]
    if missing := [each.name for each in files if not each.is_file()]:
        raise Refused(f"{folder} has no {' and no '.join(missing)}: is it what PEFT saved?")
    api = Api(memory.load())
    fields = {"parent_slug": parent, "name": name, "licence": licence}
    accepted = api.upload("uploads", fields, files)
    _accepted(api, accepted, follow=follow)


@app.command()
def status(
    submission_id: Annotated[str, typer.Argument(help="What `p4p submit` answered.")],
    follow: Annotated[bool, typer.Option("--follow", help="Stay until it is measured.")] = False,
) -> None:
    """Show how far a submission has come."""
    api = Api(memory.load())
    place = f"submissions/{submission_id}"
    _told(following.follow(api, submission_id, err) if follow else api.get(place))


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="The results_….json that lm-eval wrote.")],
    of: Annotated[str, typer.Option(help="Slug of the contender it is about.")],
    suite: Annotated[str, typer.Option(help="Which suite; the default one where empty.")] = "",
) -> None:
    """Have scores that lm-eval measured elsewhere shown as reported."""
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        report.pop("samples", None)  # what was answered is not asked for, and large
    except (OSError, ValueError, AttributeError) as error:
        raise Refused(f"{file} cannot be read as lm-eval's results: {error}") from error
    query = f"?suite={quote(suite)}" if suite else ""
    imported = Api(memory.load()).post(f"contenders/{quote(of)}/results{query}", report)
    for reason in imported["passed_over"]:
        err.print(f"Passed over {reason}", markup=False)
    out.print(f"{imported['scores']} scores are shown as reported.")


@app.command()
def vote(
    prompt: Annotated[str, typer.Argument(help="What to ask; asked for if absent.")] = "",
) -> None:
    """Judge a blind battle: A, B, a tie (T), or both bad (X)."""
    site = memory.load()
    started = voting.start(Api(site), prompt or typer.prompt("Your prompt"))
    api = Api(site, site.token or started["token"])
    voting.watch(api, started["id"], out)
    letter = ""
    while letter not in voting.CHOICES:
        letter = typer.prompt("Better: A, B, T (tie), X (both bad)").strip().lower()
    out.print(voting.reveal(voting.judge(api, started["id"], letter)))


def _whole_board(api: Api, query: dict[str, str]) -> Any:
    """Return the board with the rows of all its pieces."""
    read = api.get("board", limit=BOARD_PIECE, **query)
    while len(read["rows"]) < read["total"]:
        more = api.get("board", limit=BOARD_PIECE, offset=len(read["rows"]), **query)["rows"]
        if not more:  # it became shorter meanwhile
            break
        read["rows"] += more
    return read


def _accepted(api: Api, accepted: dict[str, Any], *, follow: bool) -> None:
    for warning in accepted["warnings"]:
        err.print(f"Note: {warning}")
    out.print(f"{accepted['contender']}: {accepted['state'].lower()}, id {accepted['id']}")
    if follow:
        _told(following.follow(api, accepted["id"], err))


def _told(read: Any) -> None:
    """Show a submission; leave with 1 if it failed."""
    out.print(tables.submission(read))
    if read["error"]:
        err.print(f"{read['error']['detail']} ({read['error']['code']})")
        raise typer.Exit(1)


def main() -> None:
    """Run the command; a refusal is its sentence and status 1, without a traceback."""
    try:
        app()
    except Refused as refusal:
        err.print(str(refusal), markup=False)
        raise SystemExit(1) from refusal
