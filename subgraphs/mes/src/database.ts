import type { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/prisma/client.ts';

export type Db = PrismaClient;

/** A client of the tables that MES owns, over a connection that is bound to a tenant and its factories. */
export const createClient = (adapter: PrismaPg): Db => new PrismaClient({ adapter });
