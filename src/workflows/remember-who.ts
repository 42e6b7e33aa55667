/**
 * What a look remembers of who changed the resource: who wrote it, and by rule until when it was met. A rule is met when its
 * documents were read and say so, and Azure had finished; nothing else clears anybody.
 */
import { addWriters } from '../domain/writers.ts';
import type { Facts } from './load-facts.ts';
import type { ResourceMemory, World } from './ports.ts';
import type { Outcome } from './record.ts';
import { coveredBefore } from './settle-delay.ts';
import { writersAmong } from './who-changed.ts';

type Who = Pick<ResourceMemory, 'writers' | 'writersCut' | 'heldAt' | 'unexplained' | 'beforeFix'>;

export function rememberWho(
  world: World,
  outcome: Pick<Outcome, 'facts' | 'judged' | 'finished' | 'firstRead' | 'ended' | 'operations'>,
): Who {
  const { facts, judged, finished, firstRead } = outcome;
  const { memory } = facts;
  const verdicts = (wanted: string) => judged.filter(({ evaluation }) => evaluation.verdict === wanted);
  const met = finished ? verdicts('compliant').map(({ evaluation }) => evaluation.rule.id) : [];
  // What came so shortly before the read that it may not have shown yet still counts.
  const until = coveredBefore(firstRead, world.options.settleSeconds);
  const now = world.clock.now().toISOString();
  const nobody = verdicts('violation').filter(({ changers: { callers } }) => callers.length === 0);
  const newly = nobody.map(({ evaluation }) => evaluation.rule.id).filter((rule) => !(rule in memory.unexplained));
  const known = (rule: string) => world.rules.some(({ id }) => id === rule);
  return {
    ...whoWrote(facts),
    heldAt: ofRules(known, { ...memory.heldAt, ...Object.fromEntries(met.map((rule) => [rule, until])) }),
    unexplained: ofRules((rule) => known(rule) && !met.includes(rule), {
      ...memory.unexplained,
      ...Object.fromEntries(newly.map((rule) => [rule, now])),
    }),
    beforeFix: ofRules(known, { ...memory.beforeFix, ...beforeFixes(outcome) }),
  };
}

/** Those who are remembered, and those of the events that wait. */
export function whoWrote({ memory, waiting, self }: Facts): Pick<Who, 'writers' | 'writersCut'> {
  return addWriters(memory, writersAmong(waiting, self));
}

/** By rule that is being put right: while Azure is at work it may be met already. */
function beforeFixes({ ended, operations, facts: { memory } }: Pick<Outcome, 'ended' | 'operations' | 'facts'>) {
  const entries = [...ended.map(({ entry }) => entry), ...operations.flatMap((operation) => operation.entries)];
  const fixes = entries.filter(({ purpose }) => purpose === 'fix').map(({ rule }) => rule);
  return Object.fromEntries(
    fixes.map((rule) => [rule, { heldAt: memory.heldAt[rule] ?? null, unexplained: rule in memory.unexplained }]),
  );
}

function ofRules<T>(isWanted: (rule: string) => boolean, all: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([rule]) => isWanted(rule)));
}
