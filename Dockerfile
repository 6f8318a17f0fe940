# One image for every process: the site, the workers and the engines (compose.yaml tells which).
# Build with --build-arg BUILD=gpu for a machine with an NVIDIA GPU.
FROM debian:bookworm-slim

ARG BUILD=cpu
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-pip ca-certificates libnuma1 postgresql-client \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /site

COPY requirements.txt requirements-cpu.txt ./
COPY tools ./tools
RUN BUILD="$BUILD" python3 -m tools.install \
    && rm -rf /root/.cache

COPY . .
RUN useradd --system --home /site site && mkdir -p /site/var && chown site:site /site/var
USER site
ENV PATH=/site/.venv/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 VAR_DIR=/site/var
VOLUME /site/var
EXPOSE 8000
CMD ["uvicorn", "leaderboard.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--lifespan", "off", "--no-server-header", "--no-access-log", \
     "--no-proxy-headers", "--timeout-graceful-shutdown", "20"]
