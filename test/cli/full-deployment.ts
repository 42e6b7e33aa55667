/** A deployment with one of everything that a command can name. */
import { waitingRollout } from '../../src/domain/approvals/rollout-steps.ts';
import { newExemption, storeExemption } from '../../src/workflows/exemptions/grant-exemption.ts';
import { approval, DIGEST, event, finding, GROUP, memory, record, SHOP } from '../api/samples.ts';
import { read } from '../domain/examples.ts';
import { apiDeps, NOW } from '../fakes/api-deps.ts';
import type { FakeDeps } from '../fakes/deps.ts';

/** The ids of what is in it. The audit entry is a fix that can be rolled back. */
export const IDS = {
  ...{ approval: 'approval-1', entry: 'audit-1', operation: 'operation-1', exemption: 'exemption-1' },
  ...{ scan: 'scan-1', rollout: 'rollout-1', deadLetter: 'letter-1', event: 'event-1' },
} as const;

const actor = { type: 'user' as const, objectId: 'olga', name: 'Olga' };

export async function fullDeployment(): Promise<FakeDeps> {
  const plain = apiDeps(MADE);
  const { stored } = plain;
  // The value that the fix has written.
  const written = read({ properties: { minTlsVersion: '1.2' } });
  const deps: FakeDeps = {
    ...plain,
    arm: {
      ...plain.arm,
      read: async (resource, names) => ({
        resource,
        documents: Object.fromEntries(names.map((name) => [name, written])),
      }),
    },
  };
  stored.approvals.set(IDS.approval, { value: approval(), version: 1 });
  stored.findings.push(finding());
  stored.resourceStates.set(SHOP.toLowerCase(), memory());
  stored.events.push(event());
  await storeExemption(deps, { ...newExemption(deps, EXEMPTION, actor), id: IDS.exemption });
  stored.deadLetters.set(IDS.deadLetter, {
    ...{ id: IDS.deadLetter, at: NOW, queue: 'plumbline-reconcile', resource: SHOP, error: 'StorageUnavailable: down' },
    message: JSON.stringify({ resource: SHOP, cause: 'event', event: { id: 'e', receivedAt: NOW }, attempt: 4 }),
  });
  await deps.scans.begin({ id: IDS.scan, scope: GROUP, startedAt: NOW, actor });
  await deps.rollouts.save(
    {
      ...waitingRollout(ROLLOUT, { id: IDS.rollout, revision: 1, at: NOW, actor }),
      ...{ status: 'stopped', stageAt: NOW, progress: { stage: 1, apps: 1, pending: 1, left: 4 } },
      ...{ members: ['abcdefgh'], stopped: { at: NOW, reason: 'shop is worse since the fix.', resource: null } },
    },
    null,
  );
  await deps.audit.append([record()]);
  return deps;
}

/** Calls that a rollback, a scan and an approval make. */
const MADE = ['estate.countResources', 'estate.listPart', 'resources.saveState', 'guards.readThrottle'];

const EXEMPTION = {
  ...{ scope: GROUP, rule: 'webapp-remote-debugging', owner: 'Team Shop', reason: 'old', ticket: null },
  expires: '2026-04-01T00:00:00.000Z',
};
const ROLLOUT = {
  ...{ rule: 'webapp-min-tls', scope: '/', except: [], stages: [1, '100%'], bakeMinutes: 15, isEvaluated: true },
};

/** The words of an example with the ids of this deployment in place of the words that stand for some id. */
export function named(command: string): string {
  return NAMES.reduce((text, [pattern, value]) => text.replace(pattern, value), command);
}

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\bID@sha256:DIGEST\b/, `${IDS.approval}@${DIGEST}`],
  [/^(approvals \w+) ID\b/, `$1 ${IDS.approval}`],
  [/^(approvals .*)webapp-https-only/, '$1webapp-min-tls'],
  [/^(exemptions \w+) ID\b/, `$1 ${IDS.exemption}`],
  [/^(scans \w+) ID\b/, `$1 ${IDS.scan}`],
  [/^(rollouts \w+) ID\b/, `$1 ${IDS.rollout}`],
  [/^(deadletters \w+) ID\b/, `$1 ${IDS.deadLetter}`],
  [/\bENTRY\b/, IDS.entry],
  [/\bOPERATION\b/, IDS.operation],
  [/\bEVENT\b/, IDS.event],
  [/\bSCOPE\b/, GROUP],
  [/^explain \/\S+/, `explain ${SHOP}`],
];
