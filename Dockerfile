# syntax=docker/dockerfile:1
# Two images: `bot` for discord, slack and migrate, and `worker`, which alone carries the encoder.
FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY reunite reunite
COPY db db
COPY workers workers
COPY bot bot
COPY api api
COPY metrics metrics
COPY cli cli
COPY embedded embedded
RUN useradd --create-home --uid 10001 reunite && install -d -o reunite /models && install -d -o reunite -m 700 /keys
ENTRYPOINT ["reunite"]

FROM base AS bot
RUN --mount=type=cache,target=/root/.cache/pip pip install -c constraints.txt ".[discord,slack]"
USER reunite

FROM base AS worker
# PyTorch without CUDA; an empty TORCH_INDEX takes the one with it.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install -c constraints.txt ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} ".[clip]"
ENV HF_HOME=/models
USER reunite
