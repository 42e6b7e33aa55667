/** Roll-outs of rules: how far each is, and what an operator decides about it. */
import * as z from 'zod';
import { Refusal } from '../../domain/approvals/refusal.ts';
import {
  describeProgress,
  isDropped,
  ROLLOUT_STATUSES,
  type Rollout,
  rollout,
} from '../../domain/approvals/rollout.ts';
import type { Infer } from '../../domain/resources/schema.ts';
import * as rollouts from '../../workflows/guards/decide-rollout.ts';
import { defineEndpoint, type RequestContext } from '../framework/endpoint.ts';
import { several } from '../framework/list-query.ts';
import { pageQuery, pageSchema, readPage } from '../framework/page.ts';
import { isId } from '../framework/parameters.ts';
import { actorOf } from '../framework/principal.ts';

export const rolloutAnswer = rollout
  .pick({
    id: true,
    rule: true,
    scope: true,
    except: true,
    status: true,
    stages: true,
    bakeMinutes: true,
    progress: true,
    startedAt: true,
    startedBy: true,
    stageAt: true,
    quietSince: true,
    stopped: true,
    ended: true,
  })
  .extend({ text: z.string().describe('The stage in words') })
  .meta({ id: 'Rollout' });

export const listRollouts = defineEndpoint({
  name: 'listRollouts',
  method: 'GET',
  route: 'rollouts',
  summary: 'The roll-outs of rules, newest first, with their progress.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ status: several(z.enum(ROLLOUT_STATUSES)).exactOptional(), ...pageQuery }),
  result: pageSchema(rolloutAnswer),
  async handle({ deps, config, query }) {
    const page = await readPage('rollouts', config.cursorKey, query, ({ status = null }, at) =>
      deps.rollouts.list(status, at),
    );
    return { body: { ...page, items: page.items.filter((one) => !isDropped(one)).map(rolloutView) } };
  },
});

export const continueRollout = defineEndpoint({
  name: 'continueRollout',
  method: 'POST',
  route: 'rollouts/{id}/continue',
  summary: 'Lets a stopped roll-out go on with its stage. One that runs stays as it is.',
  role: 'Plumbline.Operator',
  result: rolloutAnswer,
  refusals: ['not-found', 'decided'],
  findSubject: findRollout,
  async handle({ deps, principal, subject }) {
    return { body: rolloutView(await rollouts.continueRollout(deps, subject.id, actorOf(principal))) };
  },
});

export const endRollout = defineEndpoint({
  name: 'endRollout',
  method: 'POST',
  route: 'rollouts/{id}/end',
  summary: 'Ends a roll-out: the apps that it holds are written.',
  role: 'Plumbline.Operator',
  result: rolloutAnswer,
  refusals: ['not-found', 'decided'],
  findSubject: findRollout,
  async handle({ deps, principal, subject }) {
    return { body: rolloutView(await rollouts.endRollout(deps, subject.id, actorOf(principal))) };
  },
});

async function findRollout({ deps, params: { id: wanted } }: RequestContext): Promise<Rollout> {
  const found = isId(wanted) ? await deps.rollouts.get(wanted) : null;
  if (!found) throw new Refusal('not-found', 'There is no roll-out with this id.');
  return found.value;
}

function rolloutView(one: Rollout): Infer<typeof rolloutAnswer> {
  const { isEvaluated: _evaluated, revision: _revision, members: _members, isReleased: _released, ...seen } = one;
  const { turns: _turns, outbox: _outbox, ...answered } = seen;
  return { ...answered, text: describeProgress(one) };
}
