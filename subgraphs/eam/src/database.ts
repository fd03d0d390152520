import type { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/prisma/client.ts';

export type Db = PrismaClient;

export const createClient = (adapter: PrismaPg): Db => new PrismaClient({ adapter });
