FROM python:3.12.12-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY src src
COPY analysis analysis
COPY dashboards dashboards
COPY firmware_sim firmware_sim
COPY sensor_ingest sensor_ingest
COPY service service
RUN python -m venv /surefoot && /surefoot/bin/pip install --no-cache-dir -c constraints.txt '.[all]'

FROM python:3.12.12-slim-bookworm
COPY --from=build /surefoot /surefoot
RUN useradd --uid 1000 --create-home surefoot && mkdir /data && chown surefoot /data
USER surefoot
ENV PATH=/surefoot/bin:$PATH SUREFOOT_DATA=/data PYTHONUNBUFFERED=1
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["surefoot"]
CMD ["live"]
