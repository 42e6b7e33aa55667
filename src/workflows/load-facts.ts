/** Everything that a reconcile must know before it looks: read in one go, and if any of it cannot be read, nothing is done. */
import { type Approval, isOpen } from '../domain/approval.ts';
import type { BudgetHold } from '../domain/ceilings.ts';
import type { Exemption } from '../domain/exemption.ts';
import type { Resource } from '../domain/resource.ts';
import { viewOf } from '../domain/resource.ts';
import { currentSettings } from './change-settings.ts';
import type { ResourceMemory, StoredEvent, StoredSettings, Versioned, WorkMessage, World } from './ports.ts';
import { namedApprovals, soundFacts } from './sound-times.ts';
import type { Self } from './who-changed.ts';

export interface Facts {
  readonly settings: StoredSettings;
  readonly memory: ResourceMemory;
  /** The version that the memory was loaded under; null when the resource was never seen. */
  readonly version: string | null;
  /** The approvals that the memory lists, whatever became of them since. */
  readonly approvals: readonly Versioned<Approval>[];
  readonly waiting: readonly StoredEvent[];
  /** Those whose scope is the resource or above it. */
  readonly exemptions: readonly Exemption[];
  /** What brought us here. */
  readonly message: Pick<WorkMessage, 'cause' | 'rule'>;
  /** Whether a sweep is looking: it reads everything, and what keeps failing is tried again. */
  readonly sweeping: boolean;
  /** That the hour's budget was asked, and refused it. */
  readonly budget: BudgetHold | null;
  readonly self: Self;
}

export async function loadFacts(world: World, resource: Resource, message: WorkMessage): Promise<Facts> {
  const [settings, stored, waiting, exemptions, self] = await Promise.all([
    currentSettings(world),
    world.memories.load(resource),
    world.events.waiting(resource),
    world.exemptions.above(resource),
    world.arm.identity(),
  ]);
  const memory = stored?.value ?? nothingKnown(resource);
  const loaded = await Promise.all(namedApprovals(world, memory).map((id) => world.approvals.get(id)));
  const facts: Facts = {
    settings,
    memory,
    version: stored?.version ?? null,
    approvals: loaded.flatMap((approval) => (approval && isOn(world, resource, approval.value) ? approval : [])),
    waiting,
    exemptions,
    message,
    sweeping: message.sweep !== undefined,
    budget: null,
    self,
  };
  return soundFacts(world, resource, facts);
}

/** Whether an approval is of this resource: a row that names one of another is named, and not followed. */
function isOn({ log }: World, resource: Resource, { id, resource: named }: Approval): boolean {
  const own = named.id.toLowerCase() === resource.key;
  if (!own)
    log.error({ resource: resource.id, approvalId: id, named: named.id }, 'an open approval is of another resource');
  return own;
}

/** The open approvals among those loaded. */
export function openApprovals(facts: Facts): Approval[] {
  return facts.approvals.map(({ value }) => value).filter(isOpen);
}

/** What is remembered of a resource that was never seen. */
export function nothingKnown(resource: Resource): ResourceMemory {
  return {
    resource: viewOf(resource),
    gone: false,
    evaluatedAt: null,
    completeAt: null,
    trigger: null,
    documents: [],
    findings: [],
    lookAgainAt: null,
    writers: [],
    writersCut: null,
    heldAt: {},
    unexplained: {},
    beforeFix: {},
    history: {},
    openApprovals: [],
    declined: {},
    operations: [],
  };
}
