import { operator, otherTenant, qualityEngineer } from '@enghub/testkit/claims';
import { testSubgraph, type TestSubgraph } from '@enghub/testkit/subgraph';
import { rolesOf } from '@enghub/database/roles';
import { newId } from '@enghub/subgraph-kit/ids';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { correctionEvent, defectEvent, publishedAgain, reportEvent } from '../events-for-tests.ts';
import { definition } from '../subgraph.ts';

let qms: TestSubgraph;
beforeAll(async () => {
  qms = await testSubgraph(definition);
});
afterAll(() => qms.stop());

type Statistics = { total: string; byType: object[] };

const statistics = async (factoryId: string, day: string, claims = qualityEngineer): Promise<Statistics | null> => {
  const { data, errors } = await qms.ask(
    `query ($factoryId: ID!, $from: DateTime!, $to: DateTime!) {
      defectStatistics(factoryId: $factoryId, from: $from, to: $to) {
        total
        byType { defectType quantity reportCount share cumulativeShare }
      }
    }`,
    { factoryId, from: `${day}T00:00:00Z`, to: `${day}T06:00:00Z` },
    claims,
  );
  expect(errors).toBeUndefined();
  return data?.['defectStatistics'] as Statistics | null;
};

const eventually = <T>(ask: () => Promise<T>) => expect.poll(ask, { timeout: 40_000, interval: 100 });

const totalOf = async (...args: Parameters<typeof statistics>) => (await statistics(...args))?.total;

describe('defect statistics', () => {
  it('rank what the floor reported in the period', async () => {
    const report_id = newId();
    const at = (time: string) => ({ report_time: `2026-01-05T${time}Z` });
    await qms.transport.publish([
      defectEvent({ defect_type: 'scratch', quantity: '1.5', report_id, ...at('00:00:00') }),
      defectEvent({ defect_type: 'scratch', quantity: '0.5', report_id, ...at('00:00:00'), disposition: 'REWORK' }),
      defectEvent({ defect_type: 'scratch', quantity: '4', ...at('05:59:59.999') }),
      defectEvent({ defect_type: '毛刺', quantity: '2', ...at('03:00:00') }),
      defectEvent({ defect_type: 'scratch', quantity: '100', ...at('06:00:00') }),
    ]);
    await eventually(() => statistics('factory-sh-01', '2026-01-05')).toEqual({
      total: '8',
      byType: [
        { defectType: 'scratch', quantity: '6', reportCount: 2, share: '0.75', cumulativeShare: '0.75' },
        { defectType: '毛刺', quantity: '2', reportCount: 1, share: '0.25', cumulativeShare: '1' },
      ],
    });
  });

  it('count a defect once, however often it is delivered', async () => {
    const event = defectEvent({ report_time: '2026-02-01T01:00:00Z' });
    const last = defectEvent({ report_time: '2026-02-01T02:00:00Z', quantity: '10' });
    await qms.transport.publish([event, event, publishedAgain(event)]);
    await qms.transport.publish([event, last]);
    await eventually(() => totalOf('factory-sh-01', '2026-02-01')).toBe('11');
  });

  it('follow corrections, which count once', async () => {
    const report_time = '2026-05-01T01:00:00Z';
    const report = reportEvent({ report_time, ended_at: report_time });
    const of = report.envelope.data as { report_id: string; work_order_id: string };
    const burrs = { report_id: of.report_id, work_order_id: of.work_order_id, report_time, defect_type: 'burr' };
    const correction = correctionEvent(report, [
      { defect_type: 'burr', disposition: 'SCRAP', quantity: '-2' },
      { defect_type: 'crack', disposition: 'REWORK', quantity: '1' },
    ]);
    const taken_back = correctionEvent(report, [{ defect_type: 'crack', disposition: 'REWORK', quantity: '-1' }]);
    await qms.transport.publish([
      defectEvent({ ...burrs, quantity: '5' }),
      correction,
      correction,
      publishedAgain(correction),
      taken_back,
    ]);
    await eventually(() => statistics('factory-sh-01', '2026-05-01')).toEqual({
      total: '3',
      byType: [{ defectType: 'burr', quantity: '3', reportCount: 1, share: '1', cumulativeShare: '1' }],
    });
  });

  it('are empty for a plant without defects, and null for one that the user may not see', async () => {
    expect(await statistics('factory-bj-01', '2020-01-05')).toEqual({ total: '0', byType: [] });
    expect(await statistics('factory-bj-01', '2020-01-05', operator)).toBeNull();
    expect(await statistics('factory-sz-01', '2020-01-05')).toBeNull();
  });

  it.each([
    ['ends before it begins', '2026-01-06T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['is longer than 400 days', '2020-01-06T00:00:00Z', '2026-01-05T00:00:00Z'],
  ])('are not given for a period that %s', async (_case, from, to) => {
    const { errors } = await qms.ask(
      `{ defectStatistics(factoryId: "factory-sh-01", from: "${from}", to: "${to}") { total } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('the partition of a plant', () => {
  it('is made by its first defect, however many arrive at once, and is shared by no other plant', async () => {
    const report_time = '2026-03-01T01:00:00Z';
    const plants = ['Plant A', 'plant/a', 'plant-a', '工厂'];
    const claims = { ...qualityEngineer, factoryIds: plants };
    await qms.transport.publish(
      plants.flatMap((factoryId) => Array.from({ length: 5 }, () => defectEvent({ report_time }, { factoryId }))),
    );
    for (const plant of plants) await eventually(() => totalOf(plant, '2026-03-01', claims)).toBe('5');
    expect(qms.transport.counts()).toMatchObject({ retried: 0, deadLettered: 0 });
  });

  it('keeps tenants apart that name a plant alike', async () => {
    const report_time = '2026-04-01T01:00:00Z';
    const theirs = { ...otherTenant, factoryIds: ['factory-sh-01'] };
    await qms.transport.publish([
      defectEvent({ report_time, quantity: '3' }),
      defectEvent({ report_time, quantity: '4' }, { tenantId: 'tenant-002' }),
    ]);
    await eventually(() => totalOf('factory-sh-01', '2026-04-01')).toBe('3');
    await eventually(() => totalOf('factory-sh-01', '2026-04-01', theirs)).toBe('4');
  });

  it('cannot be read by name, nor made for a plant outside the own', async () => {
    const { url } = rolesOf(qms.ownerUrl, 'qms').app;
    const app = new pg.Client(url);
    await app.connect();
    try {
      await app.query(
        `SELECT set_config('app.tenant_id', 'tenant-001', false), set_config('app.factory_ids', 'factory-sh-01', false)`,
      );
      const { rows } = await app.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'qms' AND c.relispartition AND c.relkind = 'r'`,
      );
      const names = rows.map(({ name }) => name);
      expect(names.filter((name) => name.startsWith('defects_factory_sh_01'))).toHaveLength(1);
      expect(names.filter((name) => /^inspections_p\d{4}q[1-4]$/.test(name)).length).toBeGreaterThanOrEqual(5);
      for (const name of names) {
        await expect(app.query(`SELECT FROM "${name}"`), name).rejects.toMatchObject({ code: '42501' });
      }
      const made = app.query(`SELECT ensure_defect_partition('factory-bj-01')`);
      await expect(made).rejects.toMatchObject({ code: '42501' });
    } finally {
      await app.end();
    }
  });
});
