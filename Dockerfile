# The image of the gateway: compiled, without development dependencies. Runs as user 1000, on a read-only file system,
# without capabilities. Podman needs `--format=docker` to keep the health check.
FROM docker.io/library/node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json rolldown.config.ts ./
COPY src src
COPY vendor vendor
RUN npm run build

FROM docker.io/library/node:24-bookworm-slim AS dependencies
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=peer --ignore-scripts --no-audit --no-fund

FROM docker.io/library/node:24-bookworm-slim
WORKDIR /app
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json ./
COPY bin bin
COPY schema schema
COPY vendor/*.LICENSE.txt vendor/
COPY frontend/console/dist frontend/console/dist
COPY deploy/container/health-check.js deploy/container/warm-up.js deploy/container/
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 NODE_COMPILE_CACHE=/app/.cache
# Fills V8's compile cache, as the user that will run the image, because the cache is keyed by user id.
RUN mkdir .cache && chown 1000:1000 .cache
USER 1000:1000
RUN ["node", "deploy/container/warm-up.js"]

# Address and revision of the sources: `--build-arg REVISION=$(git rev-parse HEAD)`.
ARG SOURCE=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="image-sharing-gateway" \
      org.opencontainers.image.description="A GraphQL gateway and Apollo Federation subgraph for image sharing over the OpenStack Images API v2" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION"
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "/app/deploy/container/health-check.js"]
ENTRYPOINT ["node", "/app/bin/image-sharing-gateway.cjs"]
