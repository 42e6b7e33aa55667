/**
 * Before anything is planned: who changed the resource, asked of Azure's Activity Log where no event told it, and whether
 * somebody decided what they may not decide, as it turns out by now. At most one request a look, and none for what is queued
 * already or waits for nobody.
 */
import { type Approval, isDecided } from '../domain/approval.ts';
import type { Reason } from '../domain/reasons.ts';
import type { Resource } from '../domain/resource.ts';
import { addWriters, type Writer } from '../domain/writers.ts';
import { askActivity } from './ask-activity.ts';
import { type Facts, openApprovals } from './load-facts.ts';
import type { StoredEvent, World } from './ports.ts';
import type { Judged, Objections } from './settle-approvals.ts';
import { movesOnApp } from './unseen-events.ts';
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
  writersIn,
} from './who-changed.ts';

export interface Separation {
  /** With those whom the Activity Log names. */
  readonly facts: Facts;
  /** With the changers as they are known now. */
  readonly judged: readonly Judged[];
  readonly objections: Objections;
  /** All events that were looked at. */
  readonly events: readonly StoredEvent[];
}

/** Something that hangs on who made a change: an approval that would be carried out, or a violation about to be queued. */
interface Question {
  readonly changers: Changers;
  readonly approval: Approval | null;
}

export async function checkSeparation(
  world: World,
  resource: Resource,
  facts: Facts,
  judged: readonly Judged[],
): Promise<Separation> {
  const { separationOfDuties } = facts.settings.settings.approvals;
  const decided = separationOfDuties ? openApprovals(facts).filter((one) => maySoonWrite(one, judged)) : [];
  // A slot is told of a move on its app when somebody looks at the app.
  const events = [...facts.waiting, ...(decided.length > 0 ? await movesOnApp(world, resource) : [])];
  const changersFor = (memory: Facts['memory'], { rule, purpose }: Approval) =>
    changersOf({ memory, waiting: events, self: facts.self }, rule.id, purpose);
  const questions: Question[] = [
    ...decided.map((approval) => ({ approval, changers: changersFor(facts.memory, approval) })),
    ...judged.filter((one) => isNew(one, facts)).map(({ changers }) => ({ approval: null, changers })),
  ];
  const inquiry = await inquire(world, resource, questions);
  const found = inquiry ? writersIn(inquiry, facts.self) : [];
  const isKnown = (changers: Changers) =>
    isChangerKnown(changers) || (inquiry !== null && explains(inquiry, found, changers));
  const memory = inquiry ? memoryWith(facts.memory, found, judged, isKnown, world.clock.now()) : facts.memory;
  const known: Facts = { ...facts, memory };
  const objections = new Map(
    decided.flatMap((approval) => {
      const changers = changersFor(memory, approval);
      const unknown = approval.decision?.changerUnknown === true && !isKnown(changersFor(facts.memory, approval));
      const reason = objectionTo(world, resource, known, approval, { changers, unknown, inquiry });
      return reason ? [[approval.id, reason] as const] : [];
    }),
  );
  const again = (one: Judged): Judged => {
    const { rule, verdict } = one.evaluation;
    return verdict === 'compliant' ? one : { ...one, changers: changersOf(known, rule.id) };
  };
  return { facts: known, judged: inquiry ? judged.map(again) : judged, objections, events };
}

/** Whether it waits for a write that nothing else holds back. What is put back is judged by no rule. */
function maySoonWrite({ status, purpose, rule }: Approval, judged: readonly Judged[]): boolean {
  if (!isDecided(status)) return false;
  const found = judged.find(({ evaluation }) => evaluation.rule.id === rule.id);
  return purpose === 'rollback' || found?.approvedDecision?.action === 'fix';
}

/** Whether a person is about to be asked, and nobody knows about whose change. */
function isNew({ evaluation: { rule }, digest, decision, changers }: Judged, facts: Facts): boolean {
  if (decision?.action !== 'queue' || digest === null || isChangerKnown(changers)) return false;
  return !openApprovals(facts).some((one) => one.rule.id === rule.id && one.digest === digest);
}

async function inquire(world: World, resource: Resource, questions: readonly Question[]): Promise<Inquiry | null> {
  const now = world.clock.now();
  const from = questions.flatMap(({ changers, approval }) => {
    const isUnknown = (approval?.decision?.changerUnknown ?? true) && !isChangerKnown(changers);
    const accused = approval?.decision ? amongChangers(changers, approval.decision.by.objectId) : null;
    return askedFrom(changers, { isUnknown, accused }, now) ?? [];
  });
  if (from.length === 0) return null;
  return askActivity(world, resource, new Date(Math.min(...from)));
}

/** Whom the Activity Log names is remembered; a violation that it does not explain stays one whose changer is not known. */
function memoryWith(
  memory: Facts['memory'],
  found: readonly Writer[],
  judged: readonly Judged[],
  isKnown: (changers: Changers) => boolean,
  now: Date,
): Facts['memory'] {
  const unexplained = { ...memory.unexplained };
  for (const { evaluation, changers } of judged) {
    const { rule, verdict } = evaluation;
    if (verdict !== 'violation') continue;
    if (isKnown(changers)) delete unexplained[rule.id];
    else unexplained[rule.id] ??= now.toISOString();
  }
  return { ...memory, ...addWriters(memory, found), unexplained };
}

function objectionTo(
  world: World,
  resource: Resource,
  { settings }: Facts,
  { id: approvalId, decision, purpose, rule }: Approval,
  {
    changers,
    unknown,
    inquiry,
  }: { readonly changers: Changers; readonly unknown: boolean; readonly inquiry: Inquiry | null },
): Reason | null {
  if (!decision) return null;
  const { name, objectId } = decision.by;
  const again = purpose === 'rollback' ? 'Ask again, by somebody else.' : 'Somebody else decides.';
  const about = { approvalId, resource: resource.id, rule: rule.id, by: objectId };
  const accused = amongChangers(changers, objectId);
  if (accused && inquiry && contradicts(inquiry, accused, changers.since)) {
    world.log.warn({ ...about, eventId: accused.eventId }, 'the Activity Log contradicts an event');
  } else if (accused) {
    world.log.warn({ ...about, eventId: accused.eventId }, 'who decided it is among those who changed the resource');
    const text = `${name} approved it and is among those who changed the resource; nothing was written for it. ${again}`;
    return { code: 'own-change', text };
  }
  if (!unknown || settings.settings.approvals.unknownChanger === 'allow') return null;
  const text = `${CHANGER_UNKNOWN.text} The settings (approvals.unknownChanger) let nothing be written then; nothing was written for it.`;
  return { code: 'changer-unknown', text };
}
