import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';
import type { Mood } from '../faulty-luaguage-for-tests.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge.stop());
beforeEach(() => bridge.asNewTenant());

const BOM = `query ($version: String) {
  product(id: "PROD-A001") {
    id name bom(version: $version) { version source asOf product { id } lines { material { id name } quantity unit } }
  }
}`;
const LOOKUP = `query ($id: ID!, $version: String) {
  billOfMaterials(productId: $id, version: $version) { outcome bom { version source asOf lines { quantity unit } } }
}`;
const lookup = async (id = 'PROD-A001', version: string | null = null) =>
  (await bridge.ask(LOOKUP, { id, version })).data?.billOfMaterials;

describe('products and their BOM', () => {
  it('come from the ERP', async () => {
    expect(await bridge.ask(BOM)).toEqual({
      data: {
        product: {
          id: 'PROD-A001',
          name: 'Control Valve A001',
          bom: {
            version: 'V2.0',
            source: 'ERP',
            asOf: '2026-01-05T06:00:00.000Z',
            product: { id: 'PROD-A001' },
            lines: [
              { material: { id: 'MAT-001', name: 'Valve Seat' }, quantity: '10', unit: 'pcs' },
              { material: { id: 'MAT-002', name: 'Sealing Ring' }, quantity: '5', unit: 'pcs' },
            ],
          },
        },
      },
    });
  });

  it('are looked up for other subgraphs, with exact quantities', async () => {
    expect(await lookup('PROD-CABLE-HEAD')).toMatchObject({
      outcome: 'FOUND',
      bom: { version: 'V1.0', lines: [{ quantity: '1' }, { quantity: '0.05', unit: 'l' }] },
    });
  });

  it.each([
    ['a product the ERP does not know', 'EMP-1', null],
    ['a version the ERP does not know', 'PROD-A001', 'V9'],
    ['an id that leads elsewhere', '..', null],
    ['a version that leads elsewhere', 'PROD-A001', '../V2.0'],
    ['an id no text can be', '\ud800', 'V1.0'],
  ])('have an outcome for %s', async (_case, id, version) => {
    expect(await lookup(id, version)).toEqual({ outcome: 'UNKNOWN_PRODUCT', bom: null });
  });

  it('never put a path into the ERP’s URL', async () => {
    await bridge.ask('{ product(id: "../../auth/user/emp-001/permissions") { name } }');
    await bridge.ask('{ product(id: "%2e%2e") { name } }');
    expect(bridge.luaguage.asked).toEqual([]);
  });

  it('resolve as references of other subgraphs, unknown ones as null', async () => {
    const references = [
      { __typename: 'Product', id: 'PROD-DRUM' },
      { __typename: 'Product', id: 'nothing' },
      { __typename: 'Material', id: 'MAT-001' },
      { __typename: 'Product', id: 'PROD-DRUM' },
    ];
    const { data } = await bridge.ask(
      `query ($references: [_Any!]!) { _entities(representations: $references) { ...on Product { name } ...on Material { name } } }`,
      { references },
    );
    expect(data?._entities).toEqual([{ name: 'Drum' }, null, { name: 'Valve Seat' }, { name: 'Drum' }]);
    expect(bridge.luaguage.asked.filter((path) => path.endsWith('PROD-DRUM'))).toHaveLength(1);
  });
});

describe('the cache', () => {
  it('asks the ERP once in 30 minutes', async () => {
    await bridge.ask(BOM);
    const asked = bridge.luaguage.asked.length;

    bridge.passMinutes(29.9);
    const again = await bridge.ask(BOM);
    expect(again.data?.product).toMatchObject({ bom: { source: 'CACHE', asOf: '2026-01-05T06:00:00.000Z' } });
    expect(bridge.luaguage.asked).toHaveLength(asked);

    bridge.passMinutes(0.1);
    const later = await bridge.ask(BOM);
    expect(later.data?.product).toMatchObject({ bom: { source: 'ERP', asOf: '2026-01-05T06:30:00.000Z' } });
  });

  it('asks once for many who ask at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => bridge.ask('{ product(id: "PROD-A001") { name } }')));
    expect(bridge.luaguage.asked).toEqual(['/api/v1/products/PROD-A001']);
  });

  it('asks for each tenant on its own', async () => {
    const other = { ...emp001, tenantId: 'tenant-elsewhere' };
    await bridge.ask('{ product(id: "PROD-A001") { name } }');
    await bridge.ask('{ product(id: "PROD-A001") { name } }', {}, other);
    expect(bridge.luaguage.asked).toHaveLength(2);
  });
});

const moods: Mood[] = [
  'HANGS_UP',
  'SILENT',
  'FAILS',
  'GARBAGE',
  'WRONG_SHAPE',
  'TOO_LARGE',
  'REDIRECTS',
  'ABOUT_ANOTHER',
  'WRONG_COMPANY',
];

describe.each(moods)('while the ERP %s', (mood) => {
  it('says that nothing is known yet', async () => {
    bridge.luaguage.feel(mood);
    expect(await lookup()).toEqual({ outcome: 'UNAVAILABLE', bom: null });
    const { data, errors } = await bridge.ask(BOM);
    expect(data).toEqual({ product: null });
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions.code).toBe('UNAVAILABLE');
  });

  it('serves the BOM of before, marked as such, and does not vouch for it', async () => {
    await bridge.ask(BOM);
    bridge.luaguage.feel(mood);
    bridge.passMinutes(31);
    expect((await bridge.ask(BOM)).data?.product).toMatchObject({
      name: 'Control Valve A001',
      bom: { version: 'V2.0', source: 'CACHE', asOf: '2026-01-05T06:00:00.000Z' },
    });
    expect(await lookup()).toMatchObject({ outcome: 'UNAVAILABLE', bom: { version: 'V2.0', source: 'CACHE' } });
  });
});

describe('after an outage', () => {
  it('the BOM is fresh again', async () => {
    await lookup();
    bridge.luaguage.feel('FAILS');
    bridge.passMinutes(31);
    await lookup();
    bridge.luaguage.feel('WELL');
    expect(await lookup()).toMatchObject({
      outcome: 'FOUND',
      bom: { source: 'ERP', asOf: '2026-01-05T06:31:00.000Z' },
    });
  });

  it('a bridge that restarted meanwhile still knew the last BOM, for its own tenant only', async () => {
    await bridge.ask(BOM);
    bridge.luaguage.feel('HANGS_UP');
    await bridge.restart();
    expect((await bridge.ask(BOM)).data?.product).toMatchObject({
      name: 'Control Valve A001',
      bom: { source: 'CACHE', asOf: '2026-01-05T06:00:00.000Z', lines: [{ quantity: '10' }, { quantity: '5' }] },
    });
    const { data } = await bridge.ask(BOM, {}, { ...emp001, tenantId: 'tenant-unheard-of' });
    expect(data).toEqual({ product: null });
  });
});
