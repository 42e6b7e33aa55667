/**
 * Whether a person may approve what others changed. Those count who were seen writing the resource since it last met the rule;
 * where no event told who made the change, or only events name the person, Azure's Activity Log is asked, once.
 */
import type { Approval } from '../domain/approval.ts';
import type { Purpose } from '../domain/change.ts';
import type { Caller } from '../domain/event.ts';
import type { Reason } from '../domain/reasons.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Resource } from '../domain/resource.ts';
import type { Settings } from '../domain/settings.ts';
import { addWriters, callerOf, type Writer } from '../domain/writers.ts';
import { askActivity } from './ask-activity.ts';
import { nothingKnown } from './load-facts.ts';
import type { World } from './ports.ts';
import { unseenEvents } from './unseen-events.ts';
import {
  amongChangers,
  askedFrom,
  CHANGER_UNKNOWN,
  type Changers,
  changersOf,
  contradicts,
  explains,
  type Inquiry,
  isChangerKnown,
  type Self,
  writersIn,
} from './who-changed.ts';

export interface Deed {
  readonly resource: Resource;
  readonly rule: string;
  readonly purpose: Purpose;
  /** Who decides: an object id. */
  readonly by: string;
  /** Those whom the card or the entry names as changers. */
  readonly named: readonly Caller[];
  /** When that was written (ISO). */
  readonly namedAt: string;
}

/** What is known of who made the change when somebody may decide about it. */
export interface Separated {
  readonly changerUnknown: boolean;
  /** The latest of those who changed it, other than by an event that the Activity Log contradicts. */
  readonly changedBy: Caller | null;
  /** What the record says of it. */
  readonly remarks: readonly string[];
}

/** Throws Refusal: own-change, then changer-unknown; neither when separation of duties is switched off. */
export async function separateDuties(world: World, { approvals }: Settings, deed: Deed): Promise<Separated> {
  const { resource, rule, purpose } = deed;
  const by = deed.by.toLowerCase();
  const [memory, waiting, self] = await Promise.all([
    world.memories.load(resource),
    unseenEvents(world, resource),
    world.arm.identity(),
  ]);
  const told = changersOf({ memory: memory?.value ?? nothingKnown(resource), waiting, self }, rule, purpose);
  const accused = amongChangers(told, by);
  const from = askedFrom(told, { isUnknown: !isKnown(told, deed.named), accused }, world.clock.now());
  const isAsked = approvals.separationOfDuties && from !== null;
  const inquiry = isAsked ? await askActivity(world, resource, new Date(from)) : null;
  const refuted = accused && inquiry && contradicts(inquiry, accused, told.since) ? accused : null;
  const changers = withAnswer(told, inquiry, self, refuted);
  // Who is named by an entry of earlier than what the Activity Log was asked about stays named.
  const isStillNamed = refuted === null || (told.since !== null && deed.namedAt <= told.since);
  const named = deed.named.filter(({ objectId }) => isStillNamed || objectId.toLowerCase() !== by);
  const isOwn = amongChangers(changers, by) || named.some(({ objectId }) => objectId.toLowerCase() === by);
  if (approvals.separationOfDuties && isOwn) {
    throw new Refusal('own-change', 'You changed this resource yourself, so somebody else must approve the change.');
  }
  const changerUnknown = !isKnown(changers, named);
  if (approvals.separationOfDuties && changerUnknown && approvals.unknownChanger === 'refuse') {
    throw new Refusal(
      'changer-unknown',
      `${CHANGER_UNKNOWN.text} The settings (approvals.unknownChanger) let nobody approve then; put it right at its source.`,
    );
  }
  if (refuted) {
    const about = { resource: resource.id, rule, by, eventId: refuted.eventId };
    world.log.warn(about, 'the Activity Log contradicts an event');
  }
  const latest = changers.callers.at(-1);
  return {
    changerUnknown,
    changedBy: latest ? callerOf(latest) : null,
    remarks: [
      ...(changerUnknown ? [CHANGER_UNKNOWN.text] : []),
      ...(refuted
        ? [`The Activity Log contradicts event ${refuted.eventId ?? '(no id)'}, which names who approves it.`]
        : []),
    ],
  };
}

/** The reasons of what was asked, with what is known by the decision of who made the change. */
export function reasonsThen({ reasons }: Approval, { changerUnknown }: Separated): readonly Reason[] {
  const others = reasons.filter(({ code }) => code !== CHANGER_UNKNOWN.code);
  return changerUnknown ? [...others, CHANGER_UNKNOWN] : others;
}

/** With those whom the Activity Log names, and without whom it contradicts. */
function withAnswer(told: Changers, inquiry: Inquiry | null, self: Self, refuted: Writer | null): Changers {
  if (inquiry === null) return told;
  const { since } = told;
  const found = writersIn(inquiry, self);
  const { writers } = addWriters({ writers: told.callers, writersCut: null }, found);
  return {
    since,
    callers: writers.filter(({ at, objectId }) => (since === null || at > since) && objectId !== refuted?.objectId),
    complete: isChangerKnown(told) || explains(inquiry, found, told),
  };
}

function isKnown(changers: Changers, named: readonly Caller[]): boolean {
  return isChangerKnown(changers) || (changers.complete && named.length > 0);
}
