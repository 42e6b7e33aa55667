// The callers of the simulated tenant: users, a pipeline, and the managed identity of the service.

/** Who makes a request. Users have a `name` (their user principal name); applications an `appId`, and no name in events. */
export interface Caller {
  type: 'user' | 'app';
  objectId: string;
  name?: string;
  appId?: string;
}

/** The tenant of all callers. */
export const tenantId = '00000000-0000-4000-8000-0000000000ff';

/** The sample subscription. */
export const subscriptionId = '00000000-0000-4000-8000-000000000001';

const user = (name: string, number: string): Caller => ({
  type: 'user',
  name,
  objectId: `00000000-0000-4000-8000-0000000001${number}`,
});

/** The users. */
export const people = {
  ada: user('Ada Lovelace', '01'),
  grace: user('Grace Hopper', '02'),
  katherine: user('Katherine Johnson', '03'),
};

/** The service principal with which a delivery pipeline deploys. */
export const pipeline: Caller = {
  type: 'app',
  objectId: '00000000-0000-4000-8000-000000000201',
  appId: '00000000-0000-4000-8000-000000000202',
};

/** The user-assigned identity under which Plumbline runs. */
export const serviceIdentity: Caller & { appId: string } = {
  type: 'app',
  objectId: '00000000-0000-4000-8000-0000000000b1',
  appId: '00000000-0000-4000-8000-0000000000b2',
};

/** The id of that identity. */
export const identityResource = `/subscriptions/${subscriptionId}/resourcegroups/plumbline/providers/Microsoft.ManagedIdentity/userAssignedIdentities/plumbline`;

/** Whether it is Plumbline, under its own identity. */
export function isServiceIdentity(caller: Caller): boolean {
  return caller.objectId === serviceIdentity.objectId;
}
