import { describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import type { RecordedRequest } from '../../../simulator/simulator.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import type { Api, Approval } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace } = people;
const debugging = { web: { remoteDebuggingEnabled: true } };
const wildcard = { web: { cors: { allowedOrigins: ['*', 'https://shop.example'], supportCredentials: true } } };

const plain = rightWebApp('plain', debugging);
const contested = rightWebApp('contested', debugging);
const threefold = rightWebApp('threefold', {
  web: { ...debugging.web, ...wildcard.web, minTlsVersion: '1.0' },
  kind: 'functionapp,linux',
});
const moving = rightWebApp('moving', wildcard);
const racing = rightWebApp('racing', wildcard);
const mended = rightWebApp('mended', debugging);
const refused = rightWebApp('refused', debugging);
const own = rightWebApp('own', debugging);
const adopted = rightWebApp('adopted', debugging);
const veiled = rightWebApp('veiled', debugging);
const nameless = rightWebApp('nameless', debugging);
const passwords = rightWebApp('passwords', { ftpBasicAuth: true, scmBasicAuth: true, identity: null });

const plumbline = usePlumbline({
  resources: [
    ...[plain, contested, threefold, moving, racing, mended],
    ...[refused, own, adopted, veiled, nameless, passwords],
  ],
});
const approver = (): Api => plumbline.as(staff.approver, 'Approver');

/** Has an app reconciled after a change by grace, and returns the approval that it requests. */
async function pendingApproval(id: string, rule: string): Promise<Approval> {
  await plumbline.outcomeOf(await plumbline.change(grace, id, 'resource', touched));
  return plumbline.pending(id, rule);
}

async function inStatus(id: string, status: Approval['status']): Promise<Approval> {
  return eventually(`approval ${id} in status ${status}`, async () => {
    const approval = await approver().get(`/approvals/${id}`, approvalAnswer);
    expect(approval.status).toBe(status);
    return approval;
  });
}

describe.concurrent('guarantee 7: an approval is bound to what was shown', () => {
  test('an approved change is written once, after a fresh read, as it was shown', async () => {
    const approval = await pendingApproval(plain.id, 'webapp-remote-debugging');
    expect(plumbline.writes(plain.id)).toEqual([]);
    const before = plumbline.reads(plain.id, 'config/web');
    const answer = await approver().approve(approval, 'not in production');
    expect(answer.status).toBe(202);
    expect(approvalAnswer.parse(answer.body)).toMatchObject({
      status: 'approved',
      decision: { by: { objectId: staff.approver.objectId }, comment: 'not in production' },
    });

    const applied = await inStatus(approval.id, 'applied');
    await plumbline.atRest(plain.id);
    expect(plumbline.writes(plain.id)).toEqual(['PATCH config/web']);
    expect(plumbline.reads(plain.id, 'config/web')).toBeGreaterThan(before);
    expect(sentTo(`${plain.id}/config/web`)).toEqual(
      approval.plan.map(({ method, path, body }) => ({ method, path, body })),
    );
    const entries = await plumbline.audit(plain.id);
    expect(entries.map(({ kind }) => kind)).toEqual([
      'approval.requested',
      'approval.approved',
      'fix.intended',
      'fix.applied',
    ]);
    expect(new Set(entries.map(({ approvalId }) => approvalId))).toEqual(new Set([approval.id]));
    expect(applied.auditIds).toEqual(entries.map(({ id }) => id));
    expect(entries[1]?.actor).toMatchObject({ type: 'user', objectId: staff.approver.objectId });
    // The same decision of the same user gets the first answer and has no effect.
    expect((await approver().approve(approval)).status).toBe(202);
    expect(plumbline.writes(plain.id)).toHaveLength(1);
  });

  test('an app that changed after the approval was shown is not written, and the new approval says what moved', async () => {
    const approval = await pendingApproval(moving.id, 'webapp-cors-wildcard');
    const origins = ['*', 'https://shop.example', 'https://new.example'];
    await plumbline.outcomeOf(await plumbline.change(ada, moving.id, 'config/web', cors(origins)));
    const old = await inStatus(approval.id, 'superseded');
    const successor = await plumbline.pending(moving.id, 'webapp-cors-wildcard');
    expect(old.supersededBy).toBe(successor.id);
    expect(successor.moved).toEqual([
      {
        document: 'config/web',
        path: '/properties/cors/allowedOrigins',
        from: ['*', 'https://shop.example'],
        to: origins,
      },
    ]);
    expect((await approver().approve(approval)).statusAndCode).toBe('409 superseded');
    expect(plumbline.writes(moving.id)).toEqual([]);
  });

  test('an app that changes between decision and execution is not written', async () => {
    const approval = await pendingApproval(racing.id, 'webapp-cors-wildcard');
    const origins = ['*', 'https://other.example'];
    // No event of the change has arrived at the time of the decision.
    plumbline.simulator.add(
      rightWebApp('racing', { web: { cors: { allowedOrigins: origins, supportCredentials: true } } }),
    );
    expect((await approver().approve(approval)).status).toBe(202);
    await inStatus(approval.id, 'superseded');
    const successor = await plumbline.pending(racing.id, 'webapp-cors-wildcard');
    expect(successor.moved.map(({ to }) => to)).toEqual([origins]);
    expect(successor.decision).toBeUndefined();
    expect(plumbline.writes(racing.id)).toEqual([]);
  });

  test('an approval is cleared when its violation is fixed', async () => {
    const approval = await pendingApproval(mended.id, 'webapp-remote-debugging');
    await plumbline.outcomeOf(
      await plumbline.change(ada, mended.id, 'config/web', { properties: { remoteDebuggingEnabled: false } }),
    );
    await inStatus(approval.id, 'cleared');
    expect((await approver().approve(approval)).statusAndCode).toBe('409 superseded');
    expect(plumbline.writes(mended.id)).toEqual([]);
  });

  test('several documents are written separately: publishing policies by PUT, an identity by one PATCH', async () => {
    await pendingApproval(passwords.id, 'webapp-ftp-basic-auth');
    for (const rule of ['webapp-ftp-basic-auth', 'webapp-scm-basic-auth', 'webapp-managed-identity']) {
      const approval = await plumbline.pending(passwords.id, rule);
      expect((await approver().approve(approval)).status).toBe(202);
      await inStatus(approval.id, 'applied');
    }
    await plumbline.atRest(passwords.id);
    expect(plumbline.writes(passwords.id).sort()).toEqual([
      'PATCH resource',
      'PUT basicPublishingCredentialsPolicies/ftp',
      'PUT basicPublishingCredentialsPolicies/scm',
    ]);
  });
});

describe.concurrent('guarantee 8: decided once, executed once', () => {
  test('of two approvers at the same moment one decides, and there is one write', async () => {
    const approval = await pendingApproval(contested.id, 'webapp-remote-debugging');
    const both = [staff.approver, staff.otherApprover].map((person) => plumbline.as(person, 'Approver'));
    const statusAndCode = (await Promise.all(both.map((api) => api.approve(approval)))).map(
      (answer) => answer.statusAndCode,
    );
    expect(statusAndCode.sort()).toEqual(['202', '409 decided']);
    await inStatus(approval.id, 'applied');
    await plumbline.atRest(contested.id);
    expect(plumbline.writes(contested.id)).toEqual(['PATCH config/web']);
    const kinds = (await plumbline.audit(contested.id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'approval.approved' || kind === 'fix.applied')).toHaveLength(2);
  });

  test('three approvals on one document, decided before the next reconcile, are written in one request', async () => {
    const rules = ['webapp-remote-debugging', 'webapp-cors-wildcard', 'webapp-min-tls'];
    await pendingApproval(threefold.id, 'webapp-min-tls');
    const approvals = await Promise.all(rules.map((rule) => plumbline.pending(threefold.id, rule)));
    await whileHeld(threefold.id, async () => {
      for (const approval of approvals) expect((await approver().approve(approval)).status).toBe(202);
    });
    await Promise.all(approvals.map(({ id }) => inStatus(id, 'applied')));
    await plumbline.atRest(threefold.id);
    expect(plumbline.writes(threefold.id)).toEqual(['PATCH config/web']);
    expect(sentTo(`${threefold.id}/config/web`)[0]?.body).toEqual({
      properties: {
        remoteDebuggingEnabled: false,
        cors: { allowedOrigins: ['https://shop.example'], supportCredentials: true },
        minTlsVersion: '1.2',
      },
    });
    const applied = (await plumbline.audit(threefold.id)).filter(({ kind }) => kind === 'fix.applied');
    expect(applied.map(({ rule }) => rule).sort()).toEqual([...rules].sort());
    expect(new Set(applied.map(({ operationId }) => operationId)).size).toBe(1);
  });

  test('a rejected change is not requested again', async () => {
    const approval = await pendingApproval(refused.id, 'webapp-remote-debugging');
    // A rejection needs no digest, and a changer of the app may reject.
    const answer = await plumbline.as(grace, 'Approver').reject(approval, 'we need it');
    expect(answer.statusAndCode).toBe('200');
    expect((await approver().approve(approval)).statusAndCode).toBe('409 decided');
    await plumbline.outcomeOf(await plumbline.change(ada, refused.id, 'resource', { tags: { touched: 'again' } }));
    expect((await plumbline.approvals(refused.id)).map(({ status }) => status)).toEqual(['rejected']);
    const finding = (await plumbline.findings(refused.id)).get('webapp-remote-debugging');
    expect(finding?.decision?.action).toBe('report');
    expect(finding?.decision?.reasons.map(({ code }) => code)).toContain('rejected-before');
    expect(plumbline.writes(refused.id)).toEqual([]);
  });

  test('a changer cannot approve, and an application cannot approve', async () => {
    const approval = await pendingApproval(own.id, 'webapp-remote-debugging');
    expect((await plumbline.as(grace, 'Approver').approve(approval)).statusAndCode).toBe('403 own-change');
    const robot = { type: 'app', objectId: '00000000-0000-4000-8000-000000000333' } as const;
    expect((await plumbline.as(robot, 'Approver').approve(approval)).statusAndCode).toBe('403 not-a-person');
    expect((await plumbline.as(robot, 'Approver').reject(approval, 'no')).statusAndCode).toBe('403 not-a-person');
    // The digest is checked before the changer.
    const wrong = { ...approval, digest: `sha256:${'0'.repeat(64)}` };
    expect((await plumbline.as(grace, 'Approver').approve(wrong)).statusAndCode).toBe('409 digest-mismatch');
    expect((await approver().approve(wrong)).statusAndCode).toBe('409 digest-mismatch');
    expect(plumbline.writes(own.id)).toEqual([]);
    expect((await approver().approve(approval)).statusAndCode).toBe('202');
    await inStatus(approval.id, 'applied');
  });
});

describe.concurrent('guarantee 8: the changer', () => {
  test('without a known changer anybody with the role may decide, and the record says so', async () => {
    expect(await plumbline.deliver([gridEvent(nameless.id)])).toBe(202);
    const approval = await plumbline.pending(nameless.id, 'webapp-remote-debugging');
    expect(approval.changedBy).toBeUndefined();
    expect((await approver().approve(approval, 'fine')).statusAndCode).toBe('202');
    await inStatus(approval.id, 'applied');
    const decision = (await plumbline.audit(nameless.id)).find(({ kind }) => kind === 'approval.approved');
    expect(decision?.message).toMatch(/^fine .*not known/);
  });
});

describe.concurrent('guarantee 9: fail closed', () => {
  test('an approved change is not written after another service has started to manage the app', async () => {
    const approval = await pendingApproval(adopted.id, 'webapp-remote-debugging');
    plumbline.simulator.add(rightWebApp('adopted', { ...debugging, managedBy: '/subscriptions/x/other/service' }));
    expect((await approver().approve(approval)).status).toBe(202);
    const blocked = await inStatus(approval.id, 'blocked');
    expect(blocked.reasons.map(({ code }) => code)).toContain('managed-by');
    expect(plumbline.writes(adopted.id)).toEqual([]);
  });

  test('an approved change is not written while its document cannot be read', async () => {
    const approval = await pendingApproval(veiled.id, 'webapp-remote-debugging');
    const readable = plumbline.simulator.addFault({
      match: { method: 'GET', path: `${veiled.id}/config/web` },
      action: 'forbidden',
    });
    expect((await approver().approve(approval)).status).toBe(202);
    const event = await plumbline.change(ada, veiled.id, 'resource', { tags: { touched: 'again' } });
    await plumbline.outcomeOf(event);
    expect((await plumbline.findings(veiled.id)).get('webapp-remote-debugging')?.verdict).toBe('unknown');
    expect(plumbline.writes(veiled.id)).toEqual([]);
    await inStatus(approval.id, 'approved');
    readable();
    await plumbline.change(ada, veiled.id, 'resource', { tags: { touched: 'at last' } });
    await inStatus(approval.id, 'applied');
    expect(plumbline.writes(veiled.id)).toEqual(['PATCH config/web']);
  });
});

/** Holds the next reconcile of an app, and so its lease, until the work is done. */
async function whileHeld(id: string, work: () => Promise<void>): Promise<void> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holding: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    holding = resolve;
  });
  const remove = plumbline.simulator.onRequest(async ({ path, method }, phase) => {
    if (method !== 'GET' || phase !== 'before' || !sameId(path, id)) return;
    holding();
    await released;
  });
  try {
    await plumbline.change(ada, id, 'resource', { tags: { touched: 'again' } });
    await held;
    await work();
  } finally {
    remove();
    release();
  }
}

function sentTo(path: string): Pick<RecordedRequest, 'method' | 'path' | 'body'>[] {
  return plumbline.simulator.requests
    .filter((request) => request.method !== 'GET' && sameId(request.path, path))
    .map(({ method, path: sent, body }) => ({ method, path: sent, body }));
}

/** The casing of Azure is not stable, and neither is that of the simulator. */
function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function cors(allowedOrigins: readonly string[]) {
  return { properties: { cors: { allowedOrigins, supportCredentials: true } } };
}
