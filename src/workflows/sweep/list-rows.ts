/** The rows of Resource Graph for one hash partition: the resources, their configurations, and what they refer to. */
import { columnsOfSources, type RowsByKey, rowOfListing } from '../../domain/estate/listed-rows.ts';
import type { Row } from '../../domain/estate/rows.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { type EstateList, type EstateRefusal, isTableRefused } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import { askTwice, type PartToList } from './listing.ts';
import { listReferencedRows } from './referenced-rows.ts';
import type { Run } from './sweep-run.ts';

export interface ListedRows {
  readonly kind: 'listed';
  /** The resources by key, in the order of the listing. */
  readonly own: ReadonlyMap<string, Resource>;
  readonly rows: RowsByKey;
  /** Whether no resource is missing among them. */
  readonly complete: boolean;
  readonly listedAt: string;
  readonly waitSeconds: number;
}

const RESOURCES = columnsOfSources(['site', 'containerApp', 'environment', 'plan']);
const CONFIGURATIONS = columnsOfSources(['siteConfig']);

export async function listRows(deps: Deps, { list, part }: PartToList, run: Run): Promise<ListedRows | EstateRefusal> {
  const { estate, clock, log } = deps;
  const { subscriptionId } = list;
  const shared = await listReferencedRows(deps, run.value.id, subscriptionId);
  if (shared.kind === 'refused') return shared;
  const listedAt = clock.now().toISOString();
  const resources = await askTwice(estate, { subscriptionId, table: 'resources', part, columns: RESOURCES });
  if (resources.kind === 'refused') return resources;
  const answer = await askTwice(estate, { subscriptionId, table: 'configurations', part, columns: CONFIGURATIONS });
  // Some clouds do not have this table. Without their configurations web apps are read from Resource Manager.
  if (answer.kind === 'refused' && !isTableRefused(answer)) return answer;
  if (answer.kind === 'refused')
    log.warn({ sweep: run.value.id, ...part }, 'Resource Graph has no configurations here');
  const configurations = answer.kind === 'listed' ? answer : NOTHING;
  const own = new Map<string, Resource>();
  for (const { id } of resources.rows) {
    const resource = parseResourceId(id);
    if (resource) own.set(resource.key, resource);
  }
  return {
    kind: 'listed',
    own,
    rows: { own: byKey(resources), configurations: byKey(configurations), shared: shared.rows },
    complete: resources.complete,
    listedAt,
    waitSeconds: Math.max(shared.waitSeconds, resources.waitSeconds, configurations.waitSeconds),
  };
}

const NOTHING: EstateList = { kind: 'listed', rows: [], complete: true, waitSeconds: 0 };

function byKey({ rows }: EstateList): ReadonlyMap<string, Row> {
  return new Map(rows.flatMap((listed) => rowOfListing(listed) ?? []).map((row) => [row.key, row]));
}
