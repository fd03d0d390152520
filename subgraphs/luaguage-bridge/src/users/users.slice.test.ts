import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emp001, gateway, startTestBridge, type TestBridge } from '../bridge-for-tests.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge();
});
afterAll(() => bridge.stop());
beforeEach(async () => {
  bridge.reset();
  // Permissions are remembered in memory only.
  await bridge.restart();
});

const USER = 'query ($id: ID!) { user(id: $id) { id roles factoryIds permissions asOf } }';
const PERMISSIONS =
  'query ($id: ID!) { userPermissions(userId: $id) { tenantId userId roles factories permissions asOf } }';
const permissionsOf = (id: string) => bridge.ask(PERMISSIONS, { id }, gateway);

describe('users', () => {
  it('are shown with their roles, plants and permissions', async () => {
    const { data } = await bridge.ask(USER, { id: 'emp-101' });
    expect(data?.user).toMatchObject({
      id: 'emp-101',
      roles: ['operator'],
      factoryIds: ['factory-sh-01'],
      asOf: '2026-01-05T06:00:00.000Z',
    });
  });

  it('know who they are', async () => {
    expect((await bridge.ask('{ me { id roles } }')).data?.me).toEqual({
      id: 'emp-001',
      roles: ['production_manager'],
    });
  });

  it.each([['emp-701'], ['emp-999'], ['..'], ['']])(
    'do not exist when they belong to nobody’s tenant: %s',
    async (id) => {
      expect(await bridge.ask(USER, { id })).toEqual({ data: { user: null } });
    },
  );

  it('resolve as references, of the own tenant only', async () => {
    const references = ['emp-101', 'emp-701'].map((id) => ({ __typename: 'User', id }));
    const { data } = await bridge.ask(
      'query ($references: [_Any!]!) { _entities(representations: $references) { ...on User { roles } } }',
      { references },
    );
    expect(data?._entities).toEqual([{ roles: ['operator'] }, null]);
  });
});

describe('permissions', () => {
  it('are told to the gateway', async () => {
    const { data } = await permissionsOf('emp-701');
    expect(data?.userPermissions).toMatchObject({
      tenantId: 'tenant-002',
      userId: 'emp-701',
      factories: ['factory-sz-01'],
    });
    expect((await permissionsOf('emp-999')).data).toEqual({ userPermissions: null });
  });

  it('are told to nobody else', async () => {
    const { data, errors } = await bridge.ask(PERMISSIONS, { id: 'emp-101' }, emp001);
    expect(data).toEqual({ userPermissions: null });
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
    expect(bridge.luaguage.asked).toEqual([]);
  });

  it('outlive an outage of the ERP for five minutes and no longer', async () => {
    const before = await permissionsOf('emp-101');
    bridge.luaguage.feel('HANGS_UP');

    bridge.passMinutes(4.99);
    expect(await permissionsOf('emp-101')).toEqual(before);

    bridge.passMinutes(0.01);
    const { data, errors } = await permissionsOf('emp-101');
    expect(data).toEqual({ userPermissions: null });
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions).toEqual({ code: 'UNAVAILABLE', reason: 'REAUTHENTICATION_REQUIRED' });

    bridge.luaguage.feel('WELL');
    expect((await permissionsOf('emp-101')).data?.userPermissions).toMatchObject({
      asOf: '2026-01-05T06:05:00.000Z',
    });
  });

  it('do not outlive a restart', async () => {
    await permissionsOf('emp-101');
    bridge.luaguage.feel('FAILS');
    await bridge.restart();
    expect((await permissionsOf('emp-101')).errors?.[0]?.extensions.reason).toBe('REAUTHENTICATION_REQUIRED');
  });

  it('are never taken from an answer about somebody else', async () => {
    bridge.luaguage.feel('ABOUT_ANOTHER');
    expect((await permissionsOf('emp-101')).errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
  });

  it('are refreshed within the five minutes while the known ones serve', async () => {
    await permissionsOf('emp-101');
    bridge.passMinutes(2);
    await permissionsOf('emp-101');
    await expect
      .poll(async () => (await permissionsOf('emp-101')).data?.userPermissions)
      .toMatchObject({ asOf: '2026-01-05T06:02:00.000Z' });
  });
});
