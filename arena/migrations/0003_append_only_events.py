"""The database itself keeps the public changelog append-only, on SQLite and on PostgreSQL.

A row never changes, and none goes while an older one stands: nothing can be taken out of the
middle or from the end. Emptying the table whole is left to whoever empties the database.
"""

from django.db import migrations

TABLE = "arena_publicevent"
SQLITE = (
    f"CREATE TRIGGER event_is_final BEFORE UPDATE ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'public events are append-only'); END",
    f"CREATE TRIGGER event_stays BEFORE DELETE ON {TABLE} "
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id < OLD.id) "
    "BEGIN SELECT RAISE(ABORT, 'public events are append-only'); END",
)
POSTGRES = (
    "CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'public events are append-only' "
    "USING ERRCODE = 'integrity_constraint_violation'; END$$",
    f"CREATE TRIGGER event_is_final BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_event_change()",
)


def protect(apps, schema_editor):
    """Refuse changes."""
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRES if is_postgres else SQLITE:
        schema_editor.execute(statement)


def release(apps, schema_editor):
    """Allow them again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER event_is_final ON {TABLE}")
        schema_editor.execute("DROP FUNCTION refuse_event_change()")
    else:
        schema_editor.execute("DROP TRIGGER event_is_final")
        schema_editor.execute("DROP TRIGGER event_stays")


class Migration(migrations.Migration):
    dependencies = [("arena", "0002_vote_integrity")]

    operations = [migrations.RunPython(protect, release)]
