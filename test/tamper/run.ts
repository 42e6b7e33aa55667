/** One cell: the scene, the tampering, the continuation of the service, and the result. */
import { type AuditEntry, auditEntry } from '../../src/domain/audit/audit.ts';
import { sealFault } from '../../src/domain/audit/seal.ts';
import { verifyRecords } from '../../src/workflows/housekeeping/verify-records.ts';
import type { Author } from '../fakes/azure/event-grid.ts';
import { logLinesOf } from '../fakes/scenarios/log-lines.ts';
import { auditKeys } from '../storage/samples.ts';
import type { Attacker, Everything } from './rows.ts';
import { APPS, DEBUGGING_PATH, goOn, MARY, type SetScene, sceneIn, TLS_PATH } from './scene.ts';
import type { TamperedDeps } from './tampered-deps.ts';
import { untruths } from './truth.ts';

export interface Tampering {
  act(attacker: Attacker, scene: SetScene): Promise<void>;
  /** The decider on X; Mary by default. */
  readonly approver?: Author;
}

export interface Seen {
  /** Contradictions; must be empty. */
  readonly untrue: readonly string[];
  /** Lines at warn and error, failures, and the faults of verification. */
  readonly named: readonly string[];
  /** The final values, requests, entries and approvals. */
  readonly end: Readonly<Record<string, readonly string[]>>;
}

export async function seenAfter(connectionString: string, scene: SetScene, tampering: Tampering | null): Promise<Seen> {
  const { of, attacker } = await sceneIn(connectionString, scene);
  await tampering?.act(attacker, scene);
  const failed: string[] = [];
  await goOn(of, tampering?.approver ?? MARY, (what, error) =>
    failed.push(`${what} failed: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`),
  );
  const verified = await verification(of);
  const signed = signedIn(await attacker.now());
  const lines = logLinesOf(of.memory).filter(({ level }) => level === 'warn' || level === 'error');
  return {
    untrue: untruths(of.happened, signed),
    named: [
      ...lines.map(({ level, message, fields }) => `${level}: ${message} ${JSON.stringify(fields)}`),
      ...of.failures.map((text) => `error: ${text}`),
      ...failed,
      ...verified,
    ],
    end: await endOf(of, signed),
  };
}

/** The faults of the verification of the log, one sentence each. */
async function verification({ deps }: TamperedDeps): Promise<string[]> {
  try {
    const { valid, reason } = await verifyRecords(deps);
    return valid ? [] : [`verification: ${reason}`];
  } catch (error) {
    return [`verification failed: ${error}`];
  }
}

/** The entries with a valid signature, at any place in the log. */
function signedIn({ rows }: Everything): Map<string, AuditEntry> {
  const found = rows
    .filter(({ rowKey, table }) => table === 'PlumblineAudit' && /^[ei]-/.test(rowKey))
    .flatMap(({ value }) => auditEntry.safeParse(value).data ?? [])
    .filter((entry) => sealFault(entry, auditKeys.all) === null);
  return new Map(found.map((entry) => [entry.id, entry]));
}

async function endOf(of: TamperedDeps, signed: ReadonlyMap<string, AuditEntry>): Promise<Seen['end']> {
  const { arm } = of.memory;
  const approvals = await of.deps.approvals.list({}, { limit: 200, after: null }).catch(() => null);
  return {
    values: APPS.map((app) => {
      const config = (path: string) => arm.valueOf(app, 'config/web', path);
      const https = arm.valueOf(app, 'resource', '/properties/httpsOnly');
      return `${app.split('/').at(-1)} ${config(TLS_PATH)} ${config(DEBUGGING_PATH)} ${https}`;
    }),
    writes: arm.writes
      .map(({ method, path, body }) => `${method} ${path.split('/sites/')[1]} ${JSON.stringify(body)}`)
      .sort(),
    entries: [...signed.values()].map(({ kind, rule, resource }) => `${kind} ${rule} ${resource?.name}`).sort(),
    approvals: (approvals?.items ?? [])
      .map(({ rule, status, resource }) => `${rule.id} ${resource.name} ${status}`)
      .sort(),
  };
}
