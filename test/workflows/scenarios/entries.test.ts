/** The entries of each step, in full: auditors read them, and other programs depend on their form. */
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
const requestReasons = [
  {
    code: 'tier-risky',
    text: 'A person decides: A debugging session that is under way ends; a production app does not depend on one.',
  },
];
/** The reason with the digest of the changes. */
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

/** A complete entry about the shop; chain, time and ids are checked elsewhere. */
function entry(kind: AuditKind, differs: object) {
  const resource = { id: SHOP, type: 'Microsoft.Web/sites', name: 'shop' };
  const empty = { alsoMoved: [], reasons: [], arm: null, operationId: null, approvalId: null };
  return { kind, resource, rule: RULE, mode: 'autofix', changes: [off], actor: service, ...empty, ...differs };
}

/** The members that make a record an entry of a chain, checked elsewhere. */
const LINK = ['id', 'at', 'chain', 'seq', 'prevHash', 'hash', 'keyId', 'signature'];

function entriesOf({ stored }: FakeDeps): object[] {
  return stored.entries.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => !LINK.includes(name))));
}

async function event(made: ReturnType<typeof scene>, id: string): Promise<void> {
  await made.host.deliver(gridEvent(id, SHOP, { correlationId: 'deployment' }));
  await made.host.settle();
}

test('an approval that was requested, approved, blocked by a lock and written', async () => {
  const made = scene({ app: RISKY });
  const { deps, host } = made;
  await event(made, 'e');
  const approvalId = approvals(deps)[0]?.id;
  await host.decide(decisionOn(deps, 'approve'));
  deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
  await host.settle();
  deps.arm.onWrite = null;
  await event(made, 'again');
  const lock = `PATCH ${SHOP}/config/web was refused: ScopeLocked: Azure says ScopeLocked`;
  const written = { operationId: deps.stored.entries[2]?.operationId, approvalId };
  expect(entriesOf(deps)).toEqual([
    entry('approval.requested', {
      approvalId,
      trigger: ofEvent('e'),
      reasons: [...requestReasons, digest],
      message: 'Remote debugging is on.',
    }),
    entry('approval.approved', {
      approvalId,
      trigger: { type: 'decision' },
      actor: ada,
      reasons: [...requestReasons, digest],
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

test('approvals that were superseded, cleared, rejected or too late', async () => {
  const made = scene({ app: { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } } });
  const { deps, host } = made;
  await event(made, 'first');
  deps.arm.change(SHOP, 'config/web', '/properties/cors/allowedOrigins', ['*', 'https://b.example']);
  await event(made, 'second');
  await host.decide({ ...decisionOn(deps, 'reject'), comment: 'The vendor needs it.' });
  deps.arm.change(SHOP, 'config/web', '/properties/cors/allowedOrigins', ['*', 'https://c.example']);
  await event(made, 'third');
  deps.arm.change(SHOP, 'config/web', '/properties/cors/allowedOrigins', []);
  await event(made, 'fourth');
  seedWebApp(deps.arm, RISKY);
  await event(made, 'fifth');
  await host.settle(8 * 86_400);
  const entries = deps.stored.entries.map(({ kind, message, reasons, actor }) => {
    return [kind, message, reasons.map(({ code }) => code).join(' '), actor.type];
  });
  const moved = 'The resource changed after this approval was shown; nothing was written for it.';
  expect(entries).toEqual([
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

test('an app that is deleted while the outcome of a write is open', async () => {
  const made = scene({ app: RISKY });
  const { deps, host } = made;
  await event(made, 'e');
  await host.decide(decisionOn(deps, 'approve'));
  deps.arm.onWrite = () => ({ kind: 'done', arm: {} });
  await host.settle(120);
  deps.arm.remove(SHOP);
  await event(made, 'gone');
  const approvalId = approvals(deps)[0]?.id;
  const gone = { reasons: [{ code: 'gone', text: 'The resource is gone.' }], message: 'The resource is gone.' };
  expect(entriesOf(deps).slice(-2)).toEqual([
    entry('fix.failed', { ...gone, trigger: ofEvent('gone'), operationId: expect.any(String), approvalId }),
    entry('approval.cleared', { ...gone, reasons: [...gone.reasons, digest], trigger: ofEvent('gone'), approvalId }),
  ]);
  expect(deps.stored.events.find(({ event: { id } }) => id === 'gone')).toMatchObject({
    outcome: 'gone',
    reasons: gone.reasons,
    auditIds: deps.stored.entries.slice(-2).map(({ id }) => id),
  });
});

test.each(['user', 'app'] as const)(
  'a request for approvals of sweep findings is logged with an actor of type %s',
  async (type) => {
    const { deps, host } = scene({ app: RISKY });
    deps.estate.ids = [SHOP];
    await startSweep(deps, [SHOP.split('/')[2] ?? '']);
    await host.settle();
    const actor = { objectId: 'olga', name: 'Olga', type };
    expect(await requestApprovals(deps, { rule: RULE, scope: GROUP, actor })).toBe(1);
    expect(entriesOf(deps)).toEqual([
      entry('approval.requested', {
        ...{ resource: null, mode: null, changes: [], actor, trigger: { type: 'decision' } },
        message: `Asked that what only the sweep found of this rule in ${GROUP} comes before people.`,
      }),
    ]);
  },
);

test('a fix, and the event that caused it', async () => {
  const { deps, host } = scene({ app: { site: { httpsOnly: false } } });
  await deliverAndSettle(host, 'e', SHOP);
  expect(deps.stored.entries.map(({ kind, message }) => [kind, message])).toEqual([
    ['fix.intended', 'About to change resource /properties/httpsOnly.'],
    ['fix.applied', 'Written and verified.'],
  ]);
  expect(deps.stored.events).toMatchObject([
    { outcome: 'evaluated', auditIds: deps.stored.entries.map(({ id }) => id) },
  ]);
});
