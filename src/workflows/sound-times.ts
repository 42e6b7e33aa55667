/**
 * Stored times that make the service wait or skip. It writes none that lies further ahead than its longest wait, so one that
 * does came from a clock that was wrong or from another hand: it is ignored, and named with its row.
 */
import { isInForce } from '../domain/exemption.ts';
import { isAhead, LONGEST_WAIT_SECONDS, MOST_OPEN_APPROVALS } from '../domain/limits.ts';
import type { Resource } from '../domain/resource.ts';
import type { Facts } from './load-facts.ts';
import type { ResourceMemory, World } from './ports.ts';

type Telling = Pick<World, 'clock' | 'log'>;

const DAY_SECONDS = 86_400;

/** The time, or null, with a warning that names the row, when it lies further ahead than so many seconds. */
export function notAfter(
  { clock, log }: Telling,
  at: string | null,
  seconds: number,
  row: Readonly<Record<string, unknown>>,
): string | null {
  if (at === null || !isAhead(at, clock.now(), seconds)) return at;
  log.warn({ ...row, at }, 'a stored time lies further ahead than the service would have put it; it is ignored');
  return null;
}

/** The facts without the times that the service would not have written. */
export function soundFacts(world: Telling, resource: Resource, facts: Facts): Facts {
  const { settings, exemptions, approvals, waiting } = facts;
  const { rejectedDays, expireHours } = settings.settings.approvals;
  const row = { resource: resource.id };
  for (const { event, receivedAt } of waiting) notAfter(world, receivedAt, 0, { ...row, row: `event ${event.id}` });
  const now = world.clock.now();
  for (const one of exemptions) {
    if (one.removedAt === null && Date.parse(one.expires) > now.getTime() && !isInForce(one, now))
      world.log.warn(
        { ...row, row: `exemption ${one.id}`, at: one.expires },
        'an exemption has a longer end than any may have; it is ignored',
      );
  }
  return {
    ...facts,
    memory: soundMemory(world, { ...row, row: 'memory' }, facts.memory, rejectedDays * DAY_SECONDS),
    approvals: approvals.map(({ value, version }) => {
      const named = { ...row, row: `approval ${value.id}` };
      const expiresAt =
        notAfter(world, value.expiresAt, LONGEST_EXPIRY_SECONDS, named) ??
        new Date(Date.parse(value.requestedAt) + expireHours * 3_600_000).toISOString();
      return expiresAt === value.expiresAt ? { value, version } : { value: { ...value, expiresAt }, version };
    }),
  };
}

/** The settings allow so many hours at most. */
const LONGEST_EXPIRY_SECONDS = 100_000 * 3600;

function soundMemory(
  world: Telling,
  row: Readonly<Record<string, unknown>>,
  memory: ResourceMemory,
  rejectedSeconds: number,
): ResourceMemory {
  const sound = (member: string, at: string | null, seconds = 0) => notAfter(world, at, seconds, { ...row, member });
  const history = Object.entries(memory.history).map(([rule, { fixedAt, failedAt, alsoMovedAt }]) => {
    const past = (times: readonly string[]) => times.filter((at) => sound(`history of ${rule}`, at) !== null);
    return [rule, { fixedAt: past(fixedAt), failedAt: past(failedAt), alsoMovedAt }] as const;
  });
  // The clock of who decided may have been ahead of ours; of months a day matters little.
  const declined = Object.entries(memory.declined).filter(
    ([digest, { until }]) =>
      until === null || sound(`declined ${digest}`, until, rejectedSeconds + DAY_SECONDS) !== null,
  );
  return {
    ...memory,
    // What Azure asked for, and by chance a little more.
    lookAgainAt: sound('lookAgainAt', memory.lookAgainAt, LONGEST_WAIT_SECONDS + 60),
    evaluatedAt: sound('evaluatedAt', memory.evaluatedAt),
    completeAt: sound('completeAt', memory.completeAt),
    heldAt: Object.fromEntries(
      Object.entries(memory.heldAt).filter(([rule, at]) => sound(`heldAt ${rule}`, at) !== null),
    ),
    history: Object.fromEntries(history),
    declined: Object.fromEntries(declined),
  };
}

/** The approvals that a memory names: no more than it may name. */
export function namedApprovals({ log }: Telling, { resource, openApprovals }: ResourceMemory): readonly string[] {
  if (openApprovals.length <= MOST_OPEN_APPROVALS) return openApprovals;
  const row = { resource: resource.id, row: 'memory', member: 'openApprovals' };
  log.warn({ ...row, found: openApprovals.length }, 'more approvals are named than may be open; the rest is ignored');
  return openApprovals.slice(0, MOST_OPEN_APPROVALS);
}
