/** Who may approve what a list shows, by the settings and by the changers that are kept with the approval. */
import { expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { type Decider, mayDecide } from '../../../src/domain/approvals/may-decide.ts';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { approverScopes, approversFor, type Settings, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { approval, bob, GROUP, SHOP } from '../../api/samples.ts';

const ADA = 'aaaaaaaa-0000-4000-8000-000000000001';
const TEAM = 'cccccccc-0000-4000-8000-000000000003';
const now = new Date('2026-03-02T10:00:00.000Z');
const ada: Decider = { objectId: ADA, name: 'Ada', groups: [TEAM] };
const decision = {
  ...{ by: { objectId: bob.objectId, name: 'Bob' }, at: '2026-03-01T12:00:00.000Z', comment: null },
  ...{ decision: 'approve' as const, changerUnknown: false },
};
const unknown = { code: 'changer-unknown', text: 'Not known.' } as const;

function settingsWith(differs: Partial<Settings>): Settings {
  return { ...settingsSchema.parse({ mode: 'approve' }), ...differs };
}
const duties = (differs: Partial<Settings['approvals']>) => ({
  approvals: { ...settingsSchema.parse({}).approvals, ...differs },
});
const approvers = (...ids: string[]) => ({ scopes: [{ scope: GROUP, approvers: ids }] });
const changers = (complete: boolean, ...objectIds: string[]) => ({ changers: { objectIds, complete } });

/** Each row has the faults of the rows below it, too, as far as they fit together. */
const worst = { changedBy: { ...bob, objectId: ADA } };
const strict = { ...approvers(bob.objectId), stopped: { reason: 'night' } };

test.each<[string, Partial<Approval>, Partial<Settings>, RegExp | null]>([
  ['expired by its status', { ...worst, status: 'expired', decision }, strict, /expired at 2026-03-08/],
  ['expired by the clock', { ...worst, expiresAt: '2026-03-02T10:00:00.000Z' }, strict, /expired at 2026-03-02/],
  ['decided', { ...worst, status: 'superseded', decision }, strict, /^Bob decided this approval at .*: approve\.$/],
  ['superseded', { ...worst, status: 'superseded' }, strict, /look at the new one/],
  ['cleared', { ...worst, status: 'cleared' }, strict, /already right/],
  ['mode audit', worst, { ...strict, mode: 'audit' }, /^Mode audit/],
  ['stopped', worst, strict, /stopped: night/],
  ['others are named', worst, approvers(bob.objectId), /name the approvers/],
  ['a group is named', {}, approvers(TEAM.toUpperCase()), null],
  ['own change, by name', worst, {}, /yourself/],
  ['own change, among the changers', { changedBy: bob, ...changers(true, bob.objectId, ADA) }, {}, /yourself/],
  ['own change, without separation of duties', worst, duties({ separationOfDuties: false }), null],
  ['no known changer, allowed', { changedBy: null, ...changers(true) }, {}, null],
  [
    'no known changer, refused',
    { changedBy: null, ...changers(true) },
    duties({ unknownChanger: 'refuse' }),
    /not known/,
  ],
  ['a changer may be missing', changers(false, bob.objectId), duties({ unknownChanger: 'refuse' }), /not known/],
  ['all changers known', changers(true), duties({ unknownChanger: 'refuse' }), null],
  ['of an earlier version, known', {}, duties({ unknownChanger: 'refuse' }), null],
  ['of an earlier version, unknown', { reasons: [unknown] }, duties({ unknownChanger: 'refuse' }), /not known/],
  ['nothing against it', {}, {}, null],
])('%s', (_, differs, settings, reason) => {
  const found = mayDecide(approval(differs), { decider: ada, refusal: null }, settingsWith(settings), now);
  expect(found.allowed).toBe(reason === null);
  if (reason === null) expect(found.reason).toBeNull();
  else expect(found.reason).toMatch(reason);
});

test('who has no role, or is no person, learns that first, and the settings are not needed', () => {
  const refusal = new Refusal('forbidden', 'This needs a role.');
  expect(mayDecide(approval({ status: 'expired' }), { decider: ada, refusal }, null, now)).toEqual({
    allowed: false,
    reason: 'This needs a role.',
  });
});

test('the scopes of a person say the same as the approvers of each resource', () => {
  const SUBSCRIPTION = GROUP.split('/resourceGroups')[0] ?? '';
  const scopes = [
    { scope: SUBSCRIPTION, approvers: [bob.objectId] },
    { scope: GROUP.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'), approvers: [ADA.toUpperCase()] },
    { scope: SHOP, approvers: [bob.objectId] },
    { scope: `${SHOP}/slots/test`, approvers: [bob.objectId, TEAM] },
    { scope: `${SUBSCRIPTION}/resourceGroups/other`, approvers: [] },
  ];
  const settings = settingsWith({ scopes });
  const found = approverScopes(settings, [ADA, TEAM]);
  expect(found).toEqual({
    scopes: ['/', scopes[1]?.scope, scopes[3]?.scope],
    exceptScopes: [SUBSCRIPTION, SHOP],
  });
  const isBelow = (id: string, scope: string) =>
    scope === '/' || `${id}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());
  const nearest = (id: string, of: readonly string[]) =>
    Math.max(-1, ...of.filter((scope) => isBelow(id, scope)).map((scope) => scope.length));
  for (const id of [
    SHOP,
    `${SHOP}/slots/test`,
    `${GROUP}/providers/Microsoft.Web/sites/cart`,
    `${SUBSCRIPTION}/resourceGroups/other/providers/Microsoft.Web/sites/x`,
    '/subscriptions/another',
  ]) {
    const resource = parseResourceId(id);
    const named = resource && approversFor(settings, resource);
    const mayApprove = named === null || [ADA, TEAM].some((own) => named.includes(own));
    expect(nearest(id, found.scopes) > nearest(id, found.exceptScopes), id).toBe(mayApprove);
  }
});
