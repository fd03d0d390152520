import type { IncomingMessage, ServerResponse } from 'node:http';

/** Something that a subgraph serves beside the graph; whoever owns the port mounts it. It guards itself. */
export type HttpRoute = Readonly<{
  /** Of the path, such as `/documents/`. */
  prefix: string;
  /** Says that bodies may come for minutes; others have 30 seconds. */
  takesLong?: boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}>;
