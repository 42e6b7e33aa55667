/** Roll-outs from a terminal: nothing is decided that was not shown. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/domain/approvals/rollout.ts';
import { waitingRollout } from '../../src/domain/approvals/rollout-steps.ts';
import { apiDeps, NOW } from '../fakes/api-deps.ts';
import type { FakeDeps } from '../fakes/deps.ts';
import { type Deployment, deploymentOn, run } from './terminal.ts';

const START = {
  rule: 'webapp-min-tls',
  scope: '/',
  except: [],
  stages: [1, '100%'],
  bakeMinutes: 15,
  isEvaluated: true,
};
const STOPPED: Partial<Rollout> = {
  status: 'stopped',
  stageAt: NOW,
  progress: { stage: 1, apps: 1, pending: 1, left: 4 },
  members: ['abcdefgh'],
  stopped: { at: NOW, reason: 'shop is worse since the fix.', resource: null },
};
const ENDED: Partial<Rollout> = { ...STOPPED, status: 'ended', stopped: null, ended: { at: NOW, reason: 'All done.' } };

let deps: FakeDeps;
let deployment: Deployment;

beforeEach(async () => {
  deps = apiDeps();
  deployment = deploymentOn(deps);
  const actor = { type: 'user' as const, objectId: 'olga', name: 'Olga' };
  const put = (id: string, more: Partial<Rollout>) =>
    deps.rollouts.save({ ...waitingRollout(START, { id, revision: 1, at: NOW, actor }), ...more }, null);
  await put('r-stopped', STOPPED);
  await put('r-waiting', {});
  await put('r-ended', ENDED);
});

const statusOf = async (id: string) => (await deps.rollouts.get(id))?.value.status;
const decisions = () => deployment.requests.filter((one) => one.startsWith('POST /api'));

function plumbline(words: readonly string[], typed?: string, as = 'operator') {
  const surroundings = { terminal: typed !== undefined, input: typed ?? '', fetch: deployment.fetch };
  return run(['rollouts', ...words, '--as', as], surroundings);
}

describe('rollouts list', () => {
  it('shows how far each is, and why one was stopped', async () => {
    const { code, stdout } = await plumbline(['list']);
    expect(code).toBe(0);
    const [titles, ...rows] = stdout.trimEnd().split('\n');
    expect(titles).toMatch(/^Id +Rule +Status +Stage +Apps +Wait +Started +Scope +Why$/);
    expect(rows).toHaveLength(3);
    expect(rows.find((row) => row.startsWith('r-stopped'))).toMatch(
      /webapp-min-tls +Stopped +1 of 2 +0 of 1 app done +4 +0 s ago +every subscription +shop is worse since the fix\./,
    );
    expect(rows.find((row) => row.startsWith('r-waiting'))).toMatch(/Not begun +0 of 2/);
  });

  it('takes statuses, and prints what the API answers as JSON', async () => {
    const { stdout } = await plumbline(['list', '--status', 'stopped', '--output', 'json'], undefined, 'reader');
    expect(JSON.parse(stdout)).toMatchObject({
      items: [{ id: 'r-stopped', status: 'stopped', text: 'at stage 1 of 2 (1 app)', progress: { left: 4 } }],
      more: false,
    });
    expect((await plumbline(['list', '--status', 'running'])).stdout).toBe('No roll-outs.\n');
    expect(await plumbline(['list', '--status', 'open'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('rollouts continue and end', () => {
  it.each([
    ['continue', 'y', 'running', 0],
    ['continue', 'n', 'stopped', 1],
    ['end', 'y', 'ended', 0],
    ['end', '', 'stopped', 1],
  ])('%s: shows it and asks; %j leaves it %s', async (decision, typed, status, code) => {
    const ran = await plumbline([decision, 'r-stopped'], `${typed}\n`);
    expect(ran.stderr).toMatch(/Rule +webapp-min-tls\nScope +every subscription\nStatus +Stopped\n/);
    expect(ran.stderr).toContain('at stage 1 of 2 (1 app): 0 of 1 app done; 4 apps wait for a later stage');
    expect(ran.stderr).toMatch(/Stopped +0 s ago: shop is worse since the fix\./);
    expect(ran.code).toBe(code);
    expect(await statusOf('r-stopped')).toBe(status);
    expect(decisions()).toHaveLength(code === 0 ? 1 : 0);
  });

  it('need --yes without a terminal', async () => {
    expect(await plumbline(['end', 'r-stopped'])).toMatchObject({ code: 2, stdout: '' });
    expect(await statusOf('r-stopped')).toBe('stopped');
    const ended = await plumbline(['end', 'r-stopped', '--yes', '--output', 'json']);
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: 'r-stopped', status: 'ended' });
  });

  it('continues only what is stopped', async () => {
    expect(await plumbline(['continue', 'r-waiting', '--yes'])).toMatchObject({
      code: 0,
      stdout: 'The roll-out is not stopped.\n',
    });
    expect(decisions()).toEqual([]);
  });

  it.each([
    ['r-ended', 'operator', 6, 'the roll-out has ended: All done.'],
    ['r-other', 'operator', 2, 'there is no such roll-out; plumbline rollouts list shows their ids'],
    ['r-stopped', 'approver', 4, 'plumbline status shows your roles'],
  ])('%s as %s: exit code %i', async (id, as, exitCode, said) => {
    const ran = await plumbline(['end', id, '--yes'], undefined, as);
    expect(ran).toMatchObject({ code: exitCode, stdout: '' });
    expect(ran.stderr).toContain(said);
  });
});
