/** Reporting as a terminal does, for tests of the slices around reports. */
import type { Claims } from '@enghub/subgraph-kit/claims';
import type { TestSubgraph } from '@enghub/testkit/subgraph';
import { dataOf, DEFINE_POLICIES, DEFINE_ROUTING, fieldOf, type Plant } from '../plant-for-tests.ts';

export type Input = Record<string, unknown>;
export type Warning = { code: string; limit: string; actual: string; message: string };
export type Report = {
  id: string;
  goodQuantity: string;
  scrapQuantity: string;
  shiftDate: string;
  shift: string;
  warnings: Warning[];
};
export type Answer = {
  __typename: string;
  replayed?: boolean;
  report?: Report;
  awaiting?: { id: string; version: number; status: string };
  code?: string;
  message?: string;
  limit?: string | null;
  actual?: string | null;
  cause?: { code: string; limit: string; actual: string } | null;
};

const RESULT = `
  __typename
  ... on ReportProductionPayload { replayed report { ...Row } }
  ... on ReportAwaitingApprovalPayload { replayed awaiting { id version status cause } }
  ... on ProductionReportRefusal { code message limit actual }`;
const ROW = `fragment Row on ProductionReport { id goodQuantity scrapQuantity reworkQuantity sentBackQuantity source counterFrom
  counterTo shiftDate shift endedAt correctionReason sentBackTo { sequence } correctionOf { id }
  warnings { code message limit actual } }`;

let requests = 0;

export function reporter(mes: TestSubgraph) {
  const say = (field: string, type: string) => (input: Input, claims?: Claims) =>
    fieldOf<Answer>(
      mes,
      `mutation($input: ${type}!) { ${field}(input: $input) { ${RESULT} } } ${ROW}`,
      { input: { requestId: `request-${++requests}`, ...input } },
      claims,
    );
  return {
    report: say('reportProduction', 'ReportProductionInput'),
    correct: say('correctProductionReport', 'CorrectProductionReportInput'),
    batch: async (reports: readonly Input[], claims?: Claims) => {
      const query = `mutation($input: ReportProductionBatchInput!) { reportProductionBatch(input: $input) {
        ... on ReportProductionBatchPayload { results { ${RESULT} } }
        ... on ProductionReportRefusal { code limit actual } } } ${ROW}`;
      return fieldOf<{ results: Answer[]; code?: string }>(mes, query, { input: { reports } }, claims);
    },
    approve: (input: Input, claims?: Claims) =>
      fieldOf<Answer>(
        mes,
        `mutation($input: DecideReportInput!) { approveReport(input: $input) { __typename
          ... on ApproveReportPayload { report { ...Row operatorId reportedBy } awaiting { id status version decidedBy } }
          ... on ReportApprovalRefusal { code message cause { code limit actual } } } } ${ROW}`,
        { input },
        claims,
      ),
    decline: (input: Input, claims?: Claims) =>
      fieldOf<Answer>(
        mes,
        `mutation($input: DecideReportInput!) { declineReport(input: $input) { __typename
          ... on DeclineReportPayload { awaiting { id status version decisionReason } }
          ... on ReportApprovalRefusal { code message } } }`,
        { input },
        claims,
      ),
    sums: async (orderId: string) => {
      const { workOrder } = await dataOf<{ workOrder: { operations: Record<string, string>[] } }>(
        mes,
        `query($id: ID!) { workOrder(id: $id) { operations { sequence goodQuantity scrapQuantity } } }`,
        { id: orderId },
      );
      return workOrder.operations.map(({ goodQuantity, scrapQuantity }) => `${goodQuantity}+${scrapQuantity}`);
    },
    decidePolicies: (plant: Plant, policies: Input) =>
      fieldOf(mes, DEFINE_POLICIES, { input: { factoryId: plant.factoryId, ...policies } }),
    /** Operations one after the other, all at the first station. */
    routing: async (plant: Plant, code: string, sequences: readonly number[]): Promise<Plant> => {
      const operations = sequences.map((sequence) => ({ sequence, name: `Step ${sequence}`, stationCode: 'M1' }));
      const input = { factoryId: plant.factoryId, code, productId: 'PROD-A001', operations };
      await fieldOf(mes, DEFINE_ROUTING, { input });
      return { ...plant, routingCode: code };
    },
  };
}

export const codeOf = (answer: Answer): string => answer.code ?? (answer.awaiting ? 'AWAITING' : 'ACCEPTED');
