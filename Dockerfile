# One image for every process of the distributed form; docker-compose.yml says which process a container runs.
FROM node:22.21-bookworm-slim AS built
WORKDIR /app
ENV CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1
COPY . .
RUN npm ci --include=dev --omit=optional --no-audit --no-fund \
 && node --import tsx packages/tooling/src/generate.ts

FROM node:22.21-bookworm-slim AS installed
WORKDIR /app
COPY . .
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && npm cache clean --force

FROM node:22.21-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production APOLLO_TELEMETRY_DISABLED=true
COPY --from=installed --chown=node:node /app /app
COPY --from=built --chown=node:node /app/subgraphs /app/subgraphs
RUN mkdir /documents && chown node:node /documents
USER node
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["gateway/src/main.ts"]
