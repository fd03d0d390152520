/** What tests of lots ask, and how. */
import { productionManager } from '@enghub/testkit/claims';
import type { TestSubgraph } from '@enghub/testkit/subgraph';
import { fieldOf, type Refused } from '../plant-for-tests.ts';

export const factoryId = 'factory-sh-01';
export type Input = Record<string, unknown>;
export type LotAnswer = { id: string; number: string; status: string; version: number; onHand: string };
export type Recorded = { activity: { id: string; outputs: { lot: LotAnswer }[] }; replayed: boolean };

export const LOT = `id number kind status statusReason version unit expiresOn gtin onHand`;
export const CREATE = `mutation($input: CreateLotInput!) { createLot(input: $input) {
  ... on CreateLotPayload { replayed lot { ${LOT} } } ... on LotRefusal { code message number } } }`;
export const SERIALS = `mutation($input: RegisterSerialsInput!) { registerSerials(input: $input) {
  ... on RegisterSerialsPayload { replayed lots { ${LOT} } } ... on LotRefusal { code message number } } }`;
export const STATUS = `mutation($input: SetLotStatusInput!) { setLotStatus(input: $input) {
  ... on SetLotStatusPayload { lot { ${LOT} } } ... on LotRefusal { code message lotId } } }`;
export const RECORD = `mutation($input: RecordLotActivityInput!) { recordLotActivity(input: $input) {
  ... on RecordLotActivityPayload { replayed expired { number } activity { id kind
      inputs { quantity lot { id number } location { code } } outputs { quantity lot { id number expiresOn } location { code } } } }
  ... on LotRefusal { code message lotId number limit actual } } }`;

let requests = 0;

export function lotsOf(mes: () => TestSubgraph) {
  const send = <Answer>(query: string, input: Input, claims = productionManager) => {
    requests += 1;
    return fieldOf<Answer>(mes(), query, { input: { requestId: `r-${requests}`, factoryId, ...input } }, claims);
  };
  const record = <Answer = Recorded & Refused & { limit: string; actual: string }>(kind: string, input: Input) =>
    send<Answer>(RECORD, { kind, ...input });
  return {
    send,
    record,
    /** What was received under these numbers: the ids. */
    async receive(materialId: string, lots: Record<string, string>): Promise<Record<string, string>> {
      const outputs = Object.entries(lots).map(([number, quantity]) => ({ number, materialId, quantity }));
      const { activity } = await record('RECEIVE', { outputs });
      return Object.fromEntries(activity.outputs.map(({ lot }) => [lot.number, lot.id]));
    },
    lotOf: (number: string, fields = LOT) => {
      const query = `query($n: String!) { lotByNumber(factoryId: "${factoryId}", number: $n) { ${fields} } }`;
      return fieldOf<LotAnswer & Input>(mes(), query, { n: number });
    },
  };
}
