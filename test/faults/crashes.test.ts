import { describe, expect, test } from 'vitest';
import { containerApp, people, webApp } from '../../simulator/estate.ts';
import type { RecordedRequest, RequestHook } from '../../simulator/simulator.ts';
import { auditVerification } from '../../src/workflows/ports/audit.ts';
import { staff } from '../e2e/fixtures/callers.ts';
import { insecure, rightWebApp, touched } from '../e2e/fixtures/estate.ts';
import { eventually } from '../e2e/fixtures/eventually.ts';
import { usePlumbline } from '../e2e/fixtures/plumbline.ts';

const { ada } = people;
/** The lease of a dead holder ends 20 to 30 s after its last renewal, and its message is tried in between. */
const RECOVERY_SECONDS = 75;

// Three documents, so that a crash in the middle leaves some written and some not.
const unanswered = webApp({ name: 'unanswered', site: { httpsOnly: false }, web: { minTlsVersion: '1.0' } });
const unverified = rightWebApp('unverified', { site: { httpsOnly: false } });
const intended = rightWebApp('intended', { web: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' } });
const decided = rightWebApp('decided', { web: { remoteDebuggingEnabled: true } });
const executing = rightWebApp('executing', { web: { remoteDebuggingEnabled: true } });
const operating = containerApp({ name: 'operating', ingress: { allowInsecure: true } });
const bystander = rightWebApp('bystander');

const plumbline = usePlumbline({
  resources: [unanswered, unverified, intended, decided, executing, operating, bystander],
});
const { writes } = plumbline;

interface Moment {
  readonly phase: Parameters<RequestHook>[1];
  readonly when: (request: RecordedRequest) => boolean;
  /** Read while the host still runs. */
  readonly meanwhile?: () => Promise<void>;
}

/** Starts an action, kills the host at a moment of it, and starts the host again. */
async function cutPowerAt({ phase, when, meanwhile }: Moment, begin: () => Promise<unknown>): Promise<void> {
  let struck = false;
  let cut: Promise<void> | null = null;
  let begun: Promise<unknown> = Promise.resolve();
  const remove = plumbline.simulator.onRequest(async (request, at) => {
    if (struck || at !== phase || !when(request)) return;
    struck = true;
    // On a busy machine the action may not be answered yet.
    cut = begun.then(() => meanwhile?.()).finally(() => plumbline.dev.kill());
    // The answer of Azure must not be sent before the host is dead.
    await cut;
  });
  begun = begin();
  await begun;
  await eventually('the moment of the crash', () => cut !== null);
  remove();
  await cut;
  await plumbline.dev.restart();
}

const about = (id: string, path: string) => path.toLowerCase().startsWith(id.toLowerCase());
const isWrite = ({ method }: RecordedRequest) => method === 'PATCH' || method === 'PUT';

/** The entries of the fixes of an app, and the number of their operations. */
async function fixes(id: string) {
  const entries = (await plumbline.audit(id)).filter(({ kind }) => kind.startsWith('fix.'));
  return {
    kinds: entries.map(({ kind, rule }) => `${kind} ${rule}`).sort(),
    operations: new Set(entries.map(({ operationId }) => operationId)).size,
  };
}

const once = (...rules: string[]) => ({
  kinds: [...rules.map((rule) => `fix.applied ${rule}`), ...rules.map((rule) => `fix.intended ${rule}`)],
  operations: 1,
});

// One crash after the other while the leases of the dead hosts still run; then all recover in parallel.
describe('guarantee 1, 4 and 8: the host is killed', () => {
  test('at six moments', async () => {
    await cutPowerAt(
      { phase: 'applied', when: (request) => isWrite(request) && about(unanswered.id, request.path) },
      () => plumbline.change(ada, unanswered.id, 'resource', touched),
    );
    await cutPowerAt(
      {
        phase: 'before',
        when: ({ method, path }) => method === 'GET' && about(unverified.id, path) && writes(unverified.id).length > 0,
      },
      () => plumbline.change(ada, unverified.id, 'resource', touched),
    );
    await cutPowerAt(
      {
        // The second read of the document, right before its write.
        phase: 'before',
        when: ({ method, path }) =>
          method === 'GET' &&
          about(`${intended.id}/config/web`, path) &&
          plumbline.reads(intended.id, 'config/web') > 0,
        async meanwhile() {
          expect((await plumbline.audit(intended.id)).map(({ kind }) => kind)).toEqual([
            'fix.intended',
            'fix.intended',
          ]);
          expect(writes(intended.id)).toEqual([]);
        },
      },
      () => plumbline.change(ada, intended.id, 'resource', touched),
    );
    await cutPowerAt(
      { phase: 'applied', when: (request) => isWrite(request) && about(operating.id, request.path) },
      () => plumbline.change(ada, operating.id, 'resource', touched),
    );
    for (const { id, phase } of [
      { id: decided.id, phase: 'before' as const },
      { id: executing.id, phase: 'applied' as const },
    ]) {
      await plumbline.outcomeOf(await plumbline.change(ada, id, 'resource', touched));
      const approval = await plumbline.pending(id, 'webapp-remote-debugging');
      // Before anything is read for the execution, or after the write had its effect and before its answer.
      const when = (request: RecordedRequest) => about(id, request.path) && (phase === 'before' || isWrite(request));
      await cutPowerAt({ phase, when }, async () => {
        const answer = await plumbline.as(staff.approver, 'Approver').approve(approval);
        expect(answer.status).toBe(202);
      });
    }
  });
});

describe.concurrent('after the restart each outcome is logged once, and each document was written once', () => {
  test('between the effect of the write and its answer', async () => {
    const outcomes = await plumbline.atRest(unanswered.id, RECOVERY_SECONDS);
    expect(writes(unanswered.id).sort()).toEqual([
      'PATCH config/web',
      'PATCH resource',
      'PUT diagnosticSettings/plumbline',
    ]);
    expect(await fixes(unanswered.id)).toEqual(once('webapp-diagnostics', 'webapp-https-only', 'webapp-min-tls'));
    expect([...outcomes.values()].map(({ outcome }) => outcome)).toContain('evaluated');
  });

  test('between the answer and the outcome', async () => {
    await plumbline.atRest(unverified.id, RECOVERY_SECONDS);
    expect(writes(unverified.id)).toEqual(['PATCH resource']);
    expect(await fixes(unverified.id)).toEqual(once('webapp-https-only'));
  });

  test('between the intent and the write', async () => {
    await plumbline.atRest(intended.id, RECOVERY_SECONDS);
    expect(writes(intended.id)).toEqual(['PATCH config/web']);
    expect(await fixes(intended.id)).toEqual(once('webapp-ftps-only', 'webapp-min-tls'));
  });

  test('during a long-running operation', async () => {
    await plumbline.atRest(operating.id, RECOVERY_SECONDS);
    expect(writes(operating.id)).toEqual(['PATCH resource']);
    expect(await fixes(operating.id)).toEqual(once('containerapp-insecure-ingress'));
  });

  test.each([
    ['between the decision and its execution', decided.id],
    ['between the effect of an approved write and its answer', executing.id],
  ])('%s', async (_, id) => {
    const [approval] = await eventually(
      'the approval to be applied',
      async () => {
        const found = await plumbline.approvals(id);
        return found.every(({ status }) => status === 'applied') && found;
      },
      RECOVERY_SECONDS,
    );
    await plumbline.atRest(id, RECOVERY_SECONDS);
    expect(writes(id)).toEqual(['PATCH config/web']);
    expect(await fixes(id)).toEqual(once('webapp-remote-debugging'));
    const kinds = (await plumbline.audit(id)).filter(({ approvalId }) => approvalId === approval?.id);
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'approval.requested',
      'approval.approved',
      'fix.intended',
      'fix.applied',
    ]);
  });
});

describe('guarantee 1: an event while the host is down', () => {
  test('is delivered again', async () => {
    await plumbline.dev.kill();
    const event = await plumbline.change(ada, bystander.id, 'resource', insecure);
    await plumbline.dev.restart();
    expect((await plumbline.outcomeOf(event)).outcome).toBe('evaluated');
    await plumbline.atRest(bystander.id);
    expect(writes(bystander.id)).toEqual(['PATCH resource']);
  });
});

describe('guarantee 14: the log is valid after all crashes', () => {
  test('and the next change is fixed', async () => {
    await plumbline.change(ada, unverified.id, 'resource', insecure);
    await plumbline.atRest(unverified.id);
    expect(writes(unverified.id)).toEqual(['PATCH resource', 'PATCH resource']);
    const reader = plumbline.as(staff.reader, 'Reader');
    expect(await reader.get('/audit/verify', auditVerification)).toMatchObject({ valid: true, complete: true });
  });
});
