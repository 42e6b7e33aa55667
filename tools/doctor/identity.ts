/** What Plumbline's own identity may do: read every document, and, where a violation may be made, fix it. */
import { z } from 'zod';
import { valueAt } from '../../src/domain/changes/change.ts';
import type { JsonObject } from '../../src/domain/resources/json.ts';
import type { ResourceKind } from '../../src/domain/resources/resource.ts';
import { type Entry, fetchEntries } from './audit-log.ts';
import { type Check, type CheckContext, failed, notChecked, ok, pollUntil, type Result } from './checks.ts';
import { fetchEvents } from './event.ts';

const explained = z.object({
  documents: z.array(z.object({ name: z.string(), status: z.string(), detail: z.string().optional() })),
  findings: z.array(
    z.object({
      rule: z.string(),
      verdict: z.string(),
      decision: z.object({ action: z.string(), reasons: z.array(z.object({ text: z.string() })) }).nullable(),
    }),
  ),
});

export const reads: Check = {
  name: 'the identity can read',
  async run(context) {
    const { app } = context.deployment;
    const found = await explain(context);
    if (!found) return notChecked(`Plumbline has never looked at ${app.name}`);
    const unread = found.documents.filter(({ status }) => status === 'forbidden' || status === 'failed');
    if (unread.length > 0) {
      return failed(
        unread.map(({ name, status, detail }) => `${name}: ${detail ?? status}`).join('; '),
        'Give the identity the reader role on the subscription: docs/permissions.md has its actions.',
      );
    }
    if (!context.event?.outcome) return notChecked(`nothing has looked at ${app.name} since the change`);
    return ok(`${found.documents.length} documents of ${app.name}, none forbidden`);
  },
};

/** A property whose violation a safe rule of the baseline fixes. */
interface Drift {
  readonly rule: string;
  readonly path: string;
  readonly wrong: boolean;
}

const DRIFTS: Readonly<Partial<Record<ResourceKind, Drift>>> = {
  'web-app': { rule: 'webapp-https-only', path: '/properties/httpsOnly', wrong: false },
  'container-app': {
    rule: 'containerapp-insecure-ingress',
    path: '/properties/configuration/ingress/allowInsecure',
    wrong: true,
  },
};

export const writes: Check = {
  name: 'the writer can write',
  async run(context) {
    const { deployment, service } = context;
    const drift = DRIFTS[deployment.app.kind];
    if (!deployment.drift || !drift) {
      const [last] = await fetchEntries(service, { kind: 'fix.applied', limit: '1' });
      const when = last ? `the last fix was applied at ${last.at}` : 'nothing was fixed yet';
      const how = drift ? 'use --drift with a scratch app to see one' : 'use a web app or a container app with --drift';
      return notChecked(`${when}; ${how}`);
    }
    if (!context.event?.outcome) return notChecked('no event came to its outcome, so no fix would');
    if (valueAt(await deployment.read(), drift.path) !== !drift.wrong) {
      return notChecked(`${deployment.app.name} is not right in ${drift.path} to begin with`);
    }
    return checkFix(context, drift);
  },
};

/** Makes a violation and waits for its fix; restores the value itself when Plumbline does not. */
async function checkFix(context: CheckContext, drift: Drift): Promise<Result> {
  const { deployment, patienceSeconds } = context;
  const before = new Set((await fixesOf(context, drift)).map(({ id }) => id));
  const known = new Set((await fetchEvents(context)).map(({ eventId }) => eventId));
  const began = Date.now();
  await deployment.patch(bodyOf(drift, drift.wrong));
  try {
    const end = await pollUntil(patienceSeconds, async () => {
      const [fix] = (await fixesOf(context, drift)).filter(({ id }) => !before.has(id));
      return fix ?? (await declined(context, drift));
    });
    if (end === null) {
      return failed(
        `a violation of ${drift.rule} was made and nothing came of it within ${patienceSeconds} s`,
        'GET /api/explain?resource= says what Plumbline saw and decided; --patience waits longer.',
      );
    }
    if (typeof end === 'string')
      return notChecked(`a violation of ${drift.rule} was made, and nothing is written: ${end}`);
    if (end.kind !== 'fix.applied') {
      return failed(
        `${end.kind}: ${end.message}`,
        'Give the identity the writer role on the subscription, and the linked actions where they are asked for: docs/permissions.md.',
      );
    }
    context.fix = { entry: end.id, by: end.actor.objectId, known };
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    return ok(`a violation of ${drift.rule} was put right and verified within ${seconds} s, entry ${end.id}`);
  } finally {
    const isWrong = valueAt(await deployment.read(), drift.path) === drift.wrong;
    if (isWrong) await deployment.patch(bodyOf(drift, !drift.wrong));
  }
}

/** The outcomes of fixes of the rule on the app, newest first. */
async function fixesOf({ service, deployment }: CheckContext, { rule }: Drift): Promise<Entry[]> {
  const entries = await fetchEntries(service, { resource: deployment.app.id, rule, limit: '20' });
  return entries.filter(({ kind }) => /^fix\.(applied|failed|blocked|unknown)$/.test(kind));
}

/** Why the violation is not fixed; null while it may still be fixed. */
async function declined(context: CheckContext, { rule }: Drift): Promise<string | null> {
  const decision = (await explain(context))?.findings.find((finding) => finding.rule === rule)?.decision;
  const stays = decision && ['report', 'queue', 'exempt'].includes(decision.action);
  return stays ? (decision.reasons[0]?.text ?? decision.action) : null;
}

function explain({ service, deployment }: CheckContext) {
  return service.get(`/explain?resource=${encodeURIComponent(deployment.app.id)}`, explained);
}

function bodyOf({ path }: Drift, value: boolean): JsonObject {
  const [name = '', ...above] = path.split('/').slice(1).reverse();
  return above.reduce<JsonObject>((body, key) => ({ [key]: body }), { [name]: value });
}
