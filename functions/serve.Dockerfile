# GoodNet for servers of your own: `goodnet serve`, and all other commands, on wasm. In a checkout, with Docker alone:
#   docker build -f functions/serve.Dockerfile -t goodnet .
#   docker run --rm --read-only -p 127.0.0.1:8080:8080 -v "$PWD/store:/store:ro" goodnet serve /store --host 0.0.0.0 --no-auth
# What it holds is laid out by scripts/container/service.mjs, which the tests run outside of Docker.
FROM node:24.14.0-bookworm-slim AS node

FROM node AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc LICENSE tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts scripts
COPY models models
COPY functions functions
COPY build-repair build-repair
COPY demo demo
RUN node scripts/container/service.mjs /opt/goodnet

FROM node
# Node.js alone is needed of its image.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/bin/np[mx] /usr/local/bin/corepack \
  /usr/local/bin/yarn* /opt/yarn* /usr/local/bin/docker-entrypoint.sh
COPY --from=build /opt/goodnet /opt/goodnet
# The user has no entry in /etc/passwd: the AWS SDK asks for a home all the same.
ENV NODE_ENV=production HOME=/tmp
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["node", "/opt/goodnet/healthy.mjs"]
ENTRYPOINT ["node", "/opt/goodnet/dist/goodnet.js"]
CMD ["serve", "/store", "--host", "0.0.0.0"]
