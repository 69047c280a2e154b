# dbsync with the PostgreSQL client programs that it needs for the schema, and MySQL's library.
#   docker build -t dbsync . && docker run --rm dbsync demo
FROM debian:12.8-slim AS build
COPY scripts /src/scripts
RUN /src/scripts/install-packages build
COPY CMakeLists.txt CMakePresets.json README.md CHANGELOG.md /src/
COPY cmake /src/cmake
COPY docs /src/docs
COPY schemas /src/schemas
COPY triggers /src/triggers
COPY src /src/src
RUN cmake -S /src -B /build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DDBSYNC_BUILD_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr/local \
    && cmake --build /build && cmake --install /build --strip

FROM debian:12.8-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 libmariadb3 libsqlite3-0 libfmt9 libspdlog1.10 \
        libxxhash0 libboost-program-options1.74.0 postgresql-client ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/dbsync dbsync
COPY --from=build /usr/local/bin/dbsync /usr/local/bin/dbsync
USER dbsync
ENV XDG_STATE_HOME=/var/lib/dbsync
VOLUME /var/lib/dbsync
ENTRYPOINT ["dbsync"]
CMD ["--help"]
