/** The part of autocannon that we use; it brings no types of its own. */
declare module 'autocannon' {
  type Request = Readonly<{
    method?: string;
    body?: string;
    /** Called for every single request. */
    setupRequest?: (request: object) => object;
  }>;
  type Options = Readonly<{
    url: string;
    method: string;
    headers: Readonly<Record<string, string>>;
    body?: string;
    requests?: readonly Request[];
    connections: number;
    duration: number;
    verifyBody?: (body: string) => boolean;
  }>;
  type Result = Readonly<{
    '2xx': number;
    non2xx: number;
    errors: number;
    mismatches: number;
    duration: number;
    latency: Readonly<{ p50: number; p99: number; max: number }>;
  }>;
  function autocannon(options: Options): Promise<Result>;
  export = autocannon;
}
