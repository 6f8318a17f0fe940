"""What a token takes in energy, and what a server computes on and was started with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds columns that are empty for everything measured before."""

    dependencies = [("evals", "0005_proofs")]

    operations = [
        migrations.AddField(
            model_name="evalrun",
            name="energy_wh_per_million_tokens",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="evalrun",
            name="energy_source",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AddField(
            model_name="deployment",
            name="hardware",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="deployment",
            name="flags",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
