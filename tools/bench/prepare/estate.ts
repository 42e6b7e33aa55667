/**
 * Stores what a full sweep of a compliant estate would have: a row for each resource with the fingerprint of its rows, and the
 * evidence of looks. The code of the service makes all of it, from the listing of Resource Graph and from some resources of
 * each kind that Resource Manager is asked for. Run by the bench with the settings of the service. One app in a hundred is
 * left out, and its id printed: the service reads it by itself, so that its findings are stored, too.
 */
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { getService } from '../../../src/app/service.ts';
import { compareRows } from '../../../src/domain/estate/compare.ts';
import {
  AGREEING_LOOKS,
  type Evidence,
  isEvidenceIn,
  NO_EVIDENCE,
  provenUnder,
  updateEvidence,
} from '../../../src/domain/estate/evidence.ts';
import { fingerprintOf } from '../../../src/domain/estate/fingerprint.ts';
import { rowsOfResource } from '../../../src/domain/estate/listed-rows.ts';
import { preJudge } from '../../../src/domain/estate/pre-judge.ts';
import type { ResourceRows } from '../../../src/domain/estate/row-documents.ts';
import type { Resource } from '../../../src/domain/resources/resource.ts';
import { documentsOfRules, type EffectiveRule, rulesFor } from '../../../src/domain/rules/settings.ts';
import { indexRow } from '../../../src/storage/findings/index-rows.ts';
import { TABLES } from '../../../src/storage/names.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { newSweptApp, type SweepProgress, type SweptApp } from '../../../src/workflows/ports/sweeps.ts';
import { loadSettings } from '../../../src/workflows/settings/change-settings.ts';
import { listRows } from '../../../src/workflows/sweep/list-rows.ts';
import { partsFor } from '../../../src/workflows/sweep/listing-trust.ts';

/** Resources of each type that are read, each counted as often as it takes until its leaves count. */
const READ = 10;
/** One web app for so many resources is left to the service. */
const LEFT = 100;

const { deps, config } = await getService();
const stored = await loadSettings(deps);
const { settings } = stored;
const client = TableClient.fromConnectionString(process.env.AzureWebJobsStorage ?? '', TABLES.findings, {
  allowInsecureConnection: true,
});
await client.createTable();

interface Seeded {
  readonly resource: Resource;
  readonly rows: ResourceRows;
  readonly rules: readonly EffectiveRule[];
}

const looks = new Map<string, number>();
let all: Evidence = NO_EVIDENCE;
for (const subscriptionId of config.subscriptions) await seed(subscriptionId);
await deps.evidence.save(all, null);

async function seed(subscriptionId: string): Promise<void> {
  const counted = await deps.estate.countResources(subscriptionId);
  if (counted.kind === 'refused') throw new Error(counted.failure.message);
  const of = partsFor(counted.total, null);
  const startedAt = deps.clock.now().toISOString();
  const progress: SweepProgress = {
    ...{ id: deps.newId(), subscriptionId, startedAt, progressAt: startedAt, state: 'done', parts: of, position: of },
    ...{ counted: counted.total, listed: counted.total, skipped: 0, queued: counted.total, missing: 0, notListed: 0 },
    ...{ distrusted: null, before: null },
  };
  const run = { value: progress, version: '' };
  const rulesOf = createRulesOf();
  for (let index = 0; index < of; index++) {
    const part = { index, of };
    const list = { cause: 'sweep', subscriptionId, scope: `/subscriptions/${subscriptionId}`, part } as const;
    const asked = { list, sweep: { id: progress.id, startedAt }, part, run, settings: stored };
    const listed = await listRows(deps, asked, run);
    if (listed.kind === 'refused' || !listed.complete) throw new Error('Resource Graph did not list a partition');
    const kept: Seeded[] = [];
    const left: string[] = [];
    for (const resource of listed.own.values()) {
      const rows = rowsOfResource(resource, listed.rows);
      if (rows === null) throw new Error(`${resource.id} has no rows`);
      const isLeft = resource.kind === 'web-app' && left.length * LEFT <= kept.length;
      if (isLeft) left.push(resource.id);
      else kept.push({ resource, rows, rules: rulesOf(resource) });
    }
    process.stdout.write(left.map((id) => `${id}\n`).join(''));
    for (const one of kept) await learn(deps, one);
    const apps = kept.map((one) => ({ app: appOf(one, startedAt), version: null }));
    await deps.sweepRuns.saveApps(subscriptionId, part, apps);
    await listAsFound(kept, startedAt);
    if (index % 16 === 15) process.stderr.write(`${subscriptionId}: ${index + 1} of ${of} partitions are stored\n`);
  }
  await deps.sweepRuns.save(progress, null);
}

/** Reads one of the first resources of a type, and counts how its rows compare. */
async function learn({ arm, clock }: Deps, { resource, rows, rules }: Seeded): Promise<void> {
  const type = resource.type.toLowerCase();
  const read = looks.get(type) ?? 0;
  if (read >= READ) return;
  looks.set(type, read + 1);
  const snapshot = await arm.read(resource, [...new Set(['resource' as const, ...documentsOfRules(rules)])]);
  const compared = compareRows(rows, snapshot);
  const now = clock.now();
  for (let times = 0; times < AGREEING_LOOKS; times++) {
    all = updateEvidence(all, compared, { listedAt: now.toISOString(), changedAt: null, now });
  }
  const judged = preJudge(resource, rows, { rules, isEvidence: isEvidenceIn(all) }, now);
  const untold = judged.flatMap((one) => (one.status === 'not-told' ? [one.needs] : []));
  if (untold.length > 0) throw new Error(`the rows of ${resource.id} do not tell ${untold.join(', ')}`);
}

function appOf({ resource, rows, rules }: Seeded, lookedAt: string): SweptApp {
  const looked = { lookedAt, complete: true, calm: true, provenUnder: provenUnder(all) };
  return { ...newSweptApp(resource.id), ...looked, fingerprint: fingerprintOf(rows, rules) };
}

/** Resources with findings are known: a sweep compares its listing with them. */
async function listAsFound(seeded: readonly Seeded[], at: string): Promise<void> {
  for (let start = 0; start < seeded.length; start += 100) {
    const steps = seeded.slice(start, start + 100).map(({ resource, rules }): TransactionAction => {
      const labels = rules.map(({ rule }) => [`f-${rule.id}`, `${rule.id} compliant ${rule.severity}`] as const);
      return ['upsert', indexRow({ id: resource.id, evaluatedAt: at, fullyEvaluatedAt: at }, new Map(labels))];
    });
    await client.submitTransaction(steps);
  }
}

function createRulesOf() {
  const known = new Map<string, readonly EffectiveRule[]>();
  return (resource: Resource) => {
    const found =
      known.get(resource.kind) ?? rulesFor(settings, deps.rules, resource, { workspaceId: deps.options.workspaceId });
    known.set(resource.kind, found);
    return found;
  };
}
