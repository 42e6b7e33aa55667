/** What the log tells of each step, to the letter: auditors read these entries, and other programs rely on their shape. */
import { expect, test } from 'vitest';
import type { AuditKind, Trigger } from '../../../src/domain/audit/audit.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import { requestApprovals } from '../../../src/workflows/approvals/request-approvals.ts';
import { startSweep } from '../../../src/workflows/sweep/sweep.ts';
import { PLUMBLINE, refused } from '../../fakes/azure/arm.ts';
import { ADA, gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp } from '../../fakes/azure/resources.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { scene } from '../../fakes/scenarios/scene.ts';

const RULE = 'webapp-remote-debugging';
const GROUP = SHOP.split('/providers/')[0] ?? '';
const off: Change = { document: 'config/web', path: '/properties/remoteDebuggingEnabled', from: true, to: false };
const asked = [
  {
    code: 'tier-risky',
    text: 'A person decides: A debugging session that is under way ends; a production app does not depend on one.',
  },
];
/** What an entry is bound to. */
const digest = { code: 'digest', text: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) };
const service = { type: 'service', name: 'Plumbline', objectId: PLUMBLINE.objectId };
const ada = { type: 'user', objectId: ADA.objectId, name: 'Ada' };
const ofEvent = (eventId: string): Trigger => {
  const changedBy = {
    objectId: 'bbbbbbbb-0000-4000-8000-000000000002',
    type: 'user',
    name: 'bob@example.com',
  } as const;
  return { type: 'event', eventId, operation: 'Microsoft.Web/sites/write', changedBy, correlationId: 'deployment' };
};

/** An entry about the shop as it should be, in all its members; chain, time and ids are not this test's matter. */
function entry(kind: AuditKind, differs: object) {
  const resource = { id: SHOP, type: 'Microsoft.Web/sites', name: 'shop' };
  const empty = { alsoMoved: [], reasons: [], arm: null, operationId: null, approvalId: null };
  return { kind, resource, rule: RULE, mode: 'autofix', changes: [off], actor: service, ...empty, ...differs };
}

/** What makes a fact an entry of a chain, and is proved elsewhere. */
const LINK = ['id', 'at', 'chain', 'seq', 'prevHash', 'hash', 'keyId', 'signature'];

function entriesOf({ stored }: FakeDeps): object[] {
  return stored.entries.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => !LINK.includes(name))));
}

async function event(looks: ReturnType<typeof scene>, id: string): Promise<void> {
  await looks.host.deliver(gridEvent(id, SHOP, { correlationId: 'deployment' }));
  await looks.host.settle();
}

test('an approval that was asked for, approved, refused by a lock and written', async () => {
  const looks = scene({ app: RISKY });
  const { world, host } = looks;
  await event(looks, 'e');
  const approvalId = approvals(world)[0]?.id;
  await host.decide(decisionOn(world, 'approve'));
  world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
  await host.settle();
  world.arm.onWrite = null;
  await event(looks, 'again');
  const lock = `PATCH ${SHOP}/config/web was refused: ScopeLocked: Azure says ScopeLocked`;
  const written = { operationId: world.stored.entries[2]?.operationId, approvalId };
  expect(entriesOf(world)).toEqual([
    entry('approval.requested', {
      approvalId,
      trigger: ofEvent('e'),
      reasons: [...asked, digest],
      message: 'Remote debugging is on.',
    }),
    entry('approval.approved', {
      approvalId,
      trigger: { type: 'decision' },
      actor: ada,
      reasons: [...asked, digest],
      message: 'No comment.',
    }),
    entry('fix.intended', {
      ...{ ...written, trigger: { type: 'decision' } },
      reasons: [{ code: 'approved', text: 'A person approved this change.' }, digest],
      message: 'About to change config/web /properties/remoteDebuggingEnabled.',
    }),
    entry('fix.blocked', {
      ...{ ...written, trigger: { type: 'decision' }, arm: expect.objectContaining({ status: 409 }) },
      ...{ reasons: [{ code: 'blocked', text: lock }], message: lock },
    }),
    entry('fix.applied', {
      ...{ ...written, trigger: ofEvent('again'), arm: expect.objectContaining({ status: 200 }) },
      message: 'Written and verified.',
    }),
  ]);
});

test('approvals that moved, were right already, were rejected, or came too late', async () => {
  const looks = scene({ app: { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } } });
  const { world, host } = looks;
  await event(looks, 'first');
  world.arm.change(SHOP, 'config/web', '/properties/cors/allowedOrigins', ['*', 'https://b.example']);
  await event(looks, 'second');
  await host.decide({ ...decisionOn(world, 'reject'), comment: 'The vendor needs it.' });
  world.arm.change(SHOP, 'config/web', '/properties/cors/allowedOrigins', ['*', 'https://c.example']);
  await event(looks, 'third');
  world.arm.change(SHOP, 'config/web', '/properties/cors/allowedOrigins', []);
  await event(looks, 'fourth');
  seedWebApp(world.arm, RISKY);
  await event(looks, 'fifth');
  await host.settle(8 * 86_400);
  const told = world.stored.entries.map(({ kind, message, reasons, actor }) => {
    return [kind, message, reasons.map(({ code }) => code).join(' '), actor.type];
  });
  const moved = 'The resource changed after this approval was shown; nothing was written for it.';
  expect(told).toEqual([
    ['approval.requested', expect.any(String), 'tier-risky digest', 'service'],
    ['approval.requested', expect.any(String), 'tier-risky digest', 'service'],
    ['approval.superseded', moved, 'moved digest', 'service'],
    ['approval.rejected', 'The vendor needs it.', 'tier-risky digest', 'user'],
    ['approval.requested', expect.any(String), 'tier-risky digest', 'service'],
    ['approval.cleared', expect.any(String), 'already-right digest', 'service'],
    ['approval.requested', 'Remote debugging is on.', 'tier-risky digest', 'service'],
    ['approval.expired', 'Nobody decided in time.', 'tier-risky digest', 'service'],
  ]);
});

test('an app that goes away with a write that nobody saw the end of', async () => {
  const looks = scene({ app: RISKY });
  const { world, host } = looks;
  await event(looks, 'e');
  await host.decide(decisionOn(world, 'approve'));
  world.arm.onWrite = () => ({ kind: 'done', arm: {} });
  await host.settle(120);
  world.arm.remove(SHOP);
  await event(looks, 'gone');
  const approvalId = approvals(world)[0]?.id;
  const gone = { reasons: [{ code: 'gone', text: 'The resource is gone.' }], message: 'The resource is gone.' };
  expect(entriesOf(world).slice(-2)).toEqual([
    entry('fix.failed', { ...gone, trigger: ofEvent('gone'), operationId: expect.any(String), approvalId }),
    entry('approval.cleared', { ...gone, reasons: [...gone.reasons, digest], trigger: ofEvent('gone'), approvalId }),
  ]);
  expect(world.stored.events.find(({ event: { id } }) => id === 'gone')).toMatchObject({
    outcome: 'gone',
    reasons: gone.reasons,
    auditIds: world.stored.entries.slice(-2).map(({ id }) => id),
  });
});

test.each(['user', 'app'] as const)('what only the sweep found, brought up by an operator (type %s)', async (type) => {
  const { world, host } = scene({ app: RISKY });
  world.estate.ids = [SHOP];
  await startSweep(world, [SHOP.split('/')[2] ?? '']);
  await host.settle();
  const actor = { objectId: 'olga', name: 'Olga', type };
  expect(await requestApprovals(world, { rule: RULE, scope: GROUP, actor })).toBe(1);
  expect(entriesOf(world)).toEqual([
    entry('approval.requested', {
      ...{ resource: null, mode: null, changes: [], actor, trigger: { type: 'decision' } },
      message: `Asked that what only the sweep found of this rule in ${GROUP} comes before people.`,
    }),
  ]);
});

test('a fix, and the event that brought it about', async () => {
  const { world, host } = scene({ app: { site: { httpsOnly: false } } });
  await deliverAndSettle(host, 'e', SHOP);
  expect(world.stored.entries.map(({ kind, message }) => [kind, message])).toEqual([
    ['fix.intended', 'About to change resource /properties/httpsOnly.'],
    ['fix.applied', 'Written and verified.'],
  ]);
  expect(world.stored.events).toMatchObject([
    { outcome: 'evaluated', auditIds: world.stored.entries.map(({ id }) => id) },
  ]);
});
