/** What Plumbline's own identity may do: read every document, and, where a violation may be made, put it right. */
import { z } from 'zod';
import { valueAt } from '../../src/domain/change.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ResourceKind } from '../../src/domain/resource.ts';
import { type Check, failed, notChecked, ok, type Result, type Visit, within } from './checkup.ts';
import { eventsOf } from './event.ts';
import { type Entry, entriesOf } from './log.ts';

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
  async run(visit) {
    const { app } = visit.deployment;
    const found = await explain(visit);
    if (!found) return notChecked(`Plumbline has never looked at ${app.name}`);
    const unread = found.documents.filter(({ status }) => status === 'forbidden' || status === 'failed');
    if (unread.length > 0) {
      return failed(
        unread.map(({ name, status, detail }) => `${name}: ${detail ?? status}`).join('; '),
        'Give the identity the reader role on the subscription: docs/permissions.md has its actions.',
      );
    }
    if (!visit.event?.outcome) return notChecked(`nothing has looked at ${app.name} since the change`);
    return ok(`${found.documents.length} documents of ${app.name}, none forbidden`);
  },
};

/** A leaf whose wrong value a safe rule of the baseline puts right. */
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
  async run(visit) {
    const { deployment, service } = visit;
    const drift = DRIFTS[deployment.app.kind];
    if (!deployment.drift || !drift) {
      const [last] = await entriesOf(service, { kind: 'fix.applied', limit: '1' });
      const when = last ? `the last fix was applied at ${last.at}` : 'nothing was fixed yet';
      const how = drift ? 'use --drift with a scratch app to see one' : 'use a web app or a container app with --drift';
      return notChecked(`${when}; ${how}`);
    }
    if (!visit.event?.outcome) return notChecked('no event came to its outcome, so no fix would');
    if (valueAt(await deployment.read(), drift.path) !== !drift.wrong) {
      return notChecked(`${deployment.app.name} is not right in ${drift.path} to begin with`);
    }
    return makeAndSee(visit, drift);
  },
};

/** Leaves the app right, whoever puts it right. */
async function makeAndSee(visit: Visit, drift: Drift): Promise<Result> {
  const { deployment, patienceSeconds } = visit;
  const before = new Set((await fixesOf(visit, drift)).map(({ id }) => id));
  const known = new Set((await eventsOf(visit)).map(({ eventId }) => eventId));
  const began = Date.now();
  await deployment.patch(bodyOf(drift, drift.wrong));
  try {
    const end = await within(patienceSeconds, async () => {
      const [fix] = (await fixesOf(visit, drift)).filter(({ id }) => !before.has(id));
      return fix ?? (await declined(visit, drift));
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
    visit.fix = { entry: end.id, by: end.actor.objectId, known };
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    return ok(`a violation of ${drift.rule} was put right and verified within ${seconds} s, entry ${end.id}`);
  } finally {
    const isWrong = valueAt(await deployment.read(), drift.path) === drift.wrong;
    if (isWrong) await deployment.patch(bodyOf(drift, !drift.wrong));
  }
}

/** The ends of fixes of the rule on the app, newest first. */
async function fixesOf({ service, deployment }: Visit, { rule }: Drift): Promise<Entry[]> {
  const entries = await entriesOf(service, { resource: deployment.app.id, rule, limit: '20' });
  return entries.filter(({ kind }) => /^fix\.(applied|failed|blocked|unknown)$/.test(kind));
}

/** Why it is left as it is, when it is for longer than a moment; null as long as it may still be fixed. */
async function declined(visit: Visit, { rule }: Drift): Promise<string | null> {
  const decision = (await explain(visit))?.findings.find((finding) => finding.rule === rule)?.decision;
  const stays = decision && ['report', 'queue', 'exempt'].includes(decision.action);
  return stays ? (decision.reasons[0]?.text ?? decision.action) : null;
}

function explain({ service, deployment }: Visit) {
  return service.get(`/explain?resource=${encodeURIComponent(deployment.app.id)}`, explained);
}

function bodyOf({ path }: Drift, value: boolean): JsonObject {
  const [leaf = '', ...above] = path.split('/').slice(1).reverse();
  return above.reduce<JsonObject>((body, key) => ({ [key]: body }), { [leaf]: value });
}
