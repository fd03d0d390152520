/** The servers that the measurements run on. Their databases are made, named `enghub_bench_…`, and dropped. */
export const servers = {
  postgresUrl: process.env.BENCH_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres',
  rabbitMqUrl: process.env.BENCH_RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672',
  redisUrl: process.env.BENCH_REDIS_URL ?? 'redis://127.0.0.1:6379',
} as const;

export type RunOptions = Readonly<{
  rounds: number;
  seconds: number;
  profileDirectory: string | undefined;
}>;
