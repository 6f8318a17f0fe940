"""manage.py register_deployment SLUG URL NAME: use a server that somebody else runs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evals.models import Contender
from workers import outside


class Command(BaseCommand):
    """The server must give a token now; later a worker of answers keeps asking it."""

    help = "Register (or --remove) an OpenAI-compatible server that answers for a contender."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take who, where, and under which name."""
        parser.add_argument("slug", help="the contender, as in its address on the site")
        parser.add_argument("url", help="such as http://vllm.cluster.local:8000/v1")
        parser.add_argument("served_name", help="the `model` that the server answers to")
        parser.add_argument(
            "--tokenizer-dir", default="", help="its tokenizer here; runs need it, battles do not"
        )
        parser.add_argument("--remove", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        """Register it, or take it out again."""
        url = options["url"]
        contender = Contender.objects.filter(slug=options["slug"]).first()
        if contender is None:
            raise CommandError(f"There is no contender {options['slug']}.")
        if options["remove"]:
            gone = outside.registered().filter(contender=contender, url=url).delete()[0]
            self.stdout.write(f"{gone} removed.")
            return
        try:
            outside.register(
                contender=contender,
                url=url,
                served_name=options["served_name"],
                tokenizer_dir=options["tokenizer_dir"],
                now=timezone.now(),
            )
        except outside.DoesNotAnswer as error:
            raise CommandError(f"{error} Check the url and the name.") from error
        self.stdout.write(f"{url} answers for {contender.name}.")
