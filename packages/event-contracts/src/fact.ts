import type { EventContract } from './define-event.ts';

/** What a rule decided to tell: the data, and the contract that it follows. */
export type Fact = Readonly<{ contract: EventContract; data: unknown }>;

export const fact = <Data>(contract: EventContract<string, Data>, data: Data): Fact => ({ contract, data });
