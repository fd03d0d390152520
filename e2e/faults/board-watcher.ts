/** A big screen: watches one board and connects anew whenever it is cut off. */
import { createClient } from 'graphql-ws';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Client } from './client.ts';
import type { ClientLog } from './client-log.ts';
import { people, shift } from './plant-of-run.ts';

type Board = Readonly<{ shiftBoard: { goodQuantity: string; scrapQuantity: string; reportCount: number } | null }>;

const query = `subscription ($id: ID!) {
  shiftBoard(stationId: $id, shiftDate: "${shift.date}", shift: "${shift.name}") {
    goodQuantity scrapQuantity reportCount } }`;

export function boardWatcher(client: Client, log: ClientLog, stationId: string): { close(): Promise<void> } {
  let open = true;
  let connected = false;
  const socket = createClient({
    url: `${client.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: true,
    retryAttempts: 0,
    keepAlive: 5_000,
    connectionParams: async () => ({ authorization: `Bearer ${await client.token(people.manager)}` }),
    on: {
      connected: () => {
        if (connected) log.reconnected();
        connected = true;
      },
    },
  });

  async function watch(): Promise<void> {
    while (open) {
      await new Promise<void>((ended) => {
        socket.subscribe<Board>(
          { query, variables: { id: stationId } },
          {
            next: ({ data }) => {
              const board = data?.shiftBoard;
              if (!board) return;
              const { goodQuantity, scrapQuantity, reportCount } = board;
              log.sawBoard({ stationId, good: Number(goodQuantity), scrap: Number(scrapQuantity), reportCount });
            },
            error: () => ended(),
            complete: () => ended(),
          },
        );
      });
      await pause(300);
    }
  }

  const watching = watch();
  return {
    async close() {
      open = false;
      await socket.dispose();
      await watching;
    },
  };
}
