/** What whoever looks at a report sees of what follows from it. */
import { dataOf, type Graph } from '../support/graph.ts';
import { reportMutation, type SmallPlant } from '../support/small-plant.ts';

export async function report(graph: Graph, { operationId }: SmallPlant, requestId: string): Promise<string> {
  const input = { requestId, operationId, goodQuantity: '3' };
  const answer = dataOf<{ reportProduction: { report: { id: string } } }>(
    await graph.ask('emp-001', reportMutation, { input }),
  );
  return answer.reportProduction.report.id;
}

export type Processing = { state: string; failedStep: { step: string; effect: string } | null };

export async function processingOf(graph: Graph, { orderId }: SmallPlant, reportId: string) {
  const query = `query ($id: ID!) { workOrder(id: $id) {
    reports { edges { node { id processing { state failedStep { step effect } } } } } } }`;
  type Answer = { workOrder: { reports: { edges: { node: { id: string; processing: Processing } }[] } } };
  const { workOrder } = dataOf<Answer>(await graph.ask('emp-001', query, { id: orderId }));
  return workOrder.reports.edges.find(({ node }) => node.id === reportId)?.node.processing;
}
