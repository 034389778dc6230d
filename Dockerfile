# chatd in a container: docker build -t chatd . && docker run --rm -p 8081:8081 chatd
# The packages are those of scripts/packages; docs/operations.md tells how to run it.
FROM debian:12-slim AS build
WORKDIR /src
# What is installed does not change with every change of the sources.
COPY scripts/install-packages scripts/packages scripts/
RUN scripts/install-packages build
COPY . .
RUN scripts/build release product
RUN cmake --install build/release --strip --prefix /stage/usr/local && mv /stage/usr/local/etc /stage/etc

FROM debian:12-slim
# What the programs and the plugins are linked with; tests/package/container.py compares. ca-certificates: for keys from https addresses.
# Without versions: a build takes Debian's security updates.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates \
      libabsl20220623 \
      libcurl4 \
      libedit2 \
      libgrpc++1.51 \
      libgrpc29 \
      libprometheus-cpp-core1.0 \
      libprotobuf32 \
      librdkafka1 \
      libspdlog1.10 \
      libssl3 \
      libtomlplusplus3 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /stage/ /
# Nobody's: it owns no file and needs to write none, so that the root may be read-only.
USER 65532:65532
# Metrics are for others here; operators ask from inside (docker exec ... chatd admin).
ENV CHATD_PLUGINS__PROMETHEUS__LISTEN=0.0.0.0:9464
EXPOSE 8081 9464
# Ends in order, within host.drain_deadline_ms: docker stop --time 45.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=6s --start-period=30s --retries=3 CMD ["chatd", "admin", "health", "--config", "/etc/chatd/chat.toml"]
ENTRYPOINT ["chatd"]
CMD ["--config", "/etc/chatd/chat.toml"]
