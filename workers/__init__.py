"""The jobs: Celery's doorbells, the execution of runs, the answering of battles, the engines."""
