"""Mark the turns of before as ended: only a battle that is being answered has an open one."""

from django.db import migrations
from django.db.models import F


def end(apps, _schema_editor):
    turns = apps.get_model("arena", "Turn").objects.filter(ended_at=None)
    turns.exclude(battle__state="ANSWERING").update(ended_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("arena", "0005_talks")]

    operations = [migrations.RunPython(end, migrations.RunPython.noop)]
