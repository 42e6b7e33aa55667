/** Deciding from a terminal: nothing is decided that was not shown. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { ADA } from '../api/ask.ts';
import { approval, bob, change, DIGEST, GROUP } from '../api/samples.ts';
import { apiDeps } from '../fakes/api-deps.ts';
import type { FakeDeps } from '../fakes/deps.ts';
import { type Deployment, deploymentOn, run } from './terminal.ts';

let deps: FakeDeps;
let deployment: Deployment;
const asApprover = ['--as', 'approver'];

beforeEach(() => {
  deps = apiDeps();
  deployment = deploymentOn(deps);
});

function put(id: string, differs: Partial<Approval> = {}): void {
  const name = differs.resource?.name ?? `app-${id}`;
  const resource = { id: `${GROUP}/providers/Microsoft.Web/sites/${name}`, type: 'Microsoft.Web/sites', name };
  deps.stored.approvals.set(id, { value: approval({ id, resource, ...differs }), version: 1 });
}

function withImpact(impact: Approval['rule']['impact'], reversible = true): Pick<Approval, 'rule'> {
  return { rule: { ...approval().rule, impact, reversible } };
}

const statusOf = (id: string) => deps.stored.approvals.get(id)?.value.status;
const decisions = () => deployment.requests.filter((one) => one.startsWith('POST /api'));

function plumbline(words: readonly string[], typed?: string) {
  return run([...words, ...asApprover], { terminal: typed !== undefined, input: typed ?? '', fetch: deployment.fetch });
}

describe('the dialog', () => {
  it('shows every change, equal ones once, with impact, what cannot be rolled back and what is not mine', async () => {
    put('a1');
    put('a2');
    put('a3', { changes: [{ ...change, to: '1.3' }], ...withImpact('traffic', false) });
    put('a4', { changedBy: { ...bob, objectId: ADA }, changers: { objectIds: [ADA], complete: true } });
    const { stderr, code } = await plumbline(['approvals', 'approve', '--rule', 'webapp-min-tls'], '3\n');
    expect(stderr).toContain('Approve 3 changes on 3 resources');
    expect(stderr.match(/config\/web minTlsVersion: 1\.0 → 1\.2/g)).toHaveLength(1);
    expect(stderr).toContain('2 resources: prod/app-a1, prod/app-a2');
    expect(stderr).toContain('config/web minTlsVersion: 1.0 → 1.3');
    expect(stderr).toContain('Risk: Old clients.');
    expect(stderr).toContain('Impact: Traffic 1, Restart 2');
    expect(stderr).toContain('Cannot be rolled back: 1 (webapp-min-tls)');
    expect(stderr).toMatch(
      /Not yours to approve, or not open \(1\)\n {2}prod\/app-a4, webapp-min-tls: You changed this/,
    );
    expect(code).toBe(0);
    expect(['a1', 'a2', 'a3', 'a4'].map(statusOf)).toEqual(['approved', 'approved', 'approved', 'pending']);
  });

  it.each([
    ['y', 'approved', 0],
    ['n', 'pending', 1],
    ['', 'pending', 1],
  ])('asks before a few changes: %j leaves it %s', async (typed, status, code) => {
    put('a1');
    expect((await plumbline(['approvals', 'approve', 'a1'], `${typed}\n`)).code).toBe(code);
    expect(statusOf('a1')).toBe(status);
  });

  it.each([
    ['traffic', 1, 'y', 'pending'],
    ['traffic', 1, '1', 'approved'],
    ['restart', 10, 'y', 'approved'],
    ['restart', 11, 'y', 'pending'],
    ['restart', 11, '10', 'pending'],
    ['restart', 11, '11', 'approved'],
  ] as const)('the number must be typed: %s, %i changes, %j: %s', async (impact, count, typed, status) => {
    for (let n = 1; n <= count; n += 1) put(`a${n}`, withImpact(impact));
    const { code } = await plumbline(['approvals', 'approve', '--rule', 'webapp-min-tls'], `${typed}\n`);
    expect(statusOf('a1')).toBe(status);
    expect(code).toBe(status === 'approved' ? 0 : 1);
  });

  it('decides nothing that changed after it was shown', async () => {
    put('a1');
    const { fetch } = deployment;
    const changing: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (String(input).includes('/approvals/a1')) put('a1', { digest: `sha256:${'b'.repeat(64)}` });
      return answer;
    };
    const ran = await run(['approvals', 'approve', 'a1', ...asApprover], {
      terminal: true,
      input: 'y\n',
      fetch: changing,
    });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('Not decided: a1');
    expect(statusOf('a1')).toBe('pending');
  });

  it('rejects with a comment that it asks for, also what is not mine', async () => {
    put('a1', { changedBy: { ...bob, objectId: ADA }, changers: { objectIds: [ADA], complete: true } });
    const { code, stdout } = await plumbline(['approvals', 'reject', 'a1'], 'y\nnot now\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 change rejected.\n' });
    expect(statusOf('a1')).toBe('rejected');
  });

  it('is cut into requests that the API takes', async () => {
    for (let n = 1; n <= 101; n += 1) put(`a${n}`);
    const { code } = await plumbline(['approvals', 'approve', '--rule', 'webapp-min-tls'], '101\n');
    expect(code).toBe(0);
    expect(decisions()).toEqual(['POST /api/approvals/decisions', 'POST /api/approvals/decisions']);
  });

  it('ends with Ctrl-C, and decides nothing', async () => {
    put('a1');
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 50);
    const ran = await run(['approvals', 'approve', 'a1', ...asApprover], {
      ...{ terminal: true, fetch: deployment.fetch, signal: interruption.signal },
    });
    expect(ran.code).toBe(130);
    // Not beside the question.
    expect(ran.stderr).toMatch(/\[y\/N\] \nplumbline: interrupted\n$/);
    expect(decisions()).toEqual([]);
  });
});

describe('without a dialog', () => {
  it.each([
    ['no terminal and no --yes', ['a1'], 'there is no terminal'],
    ['--yes without a digest', ['a1', '--yes'], 'a1@sha256:…'],
    ['--yes with a filter', ['--yes', '--rule', 'webapp-min-tls'], 'what nobody has seen'],
    ['--yes with nothing', ['--yes'], 'name approvals as ID@DIGEST'],
    ['nothing piped', ['-', '--yes'], 'standard input is no JSON'],
  ])('nothing unseen is decided: %s', async (_, words, message) => {
    put('a1');
    const { code, stderr, stdout } = await plumbline(['approvals', 'approve', ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(deployment.requests).toEqual([]);
  });

  it('approves what is named with its digest', async () => {
    put('a1');
    put('a2');
    const { code, stdout } = await plumbline(['approvals', 'approve', `a1@${DIGEST}`, '--yes', '--output', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ id: 'a1', status: 202 }], skipped: [] });
    expect(['a1', 'a2'].map(statusOf)).toEqual(['approved', 'pending']);
  });

  it('refuses another digest, with exit code 1, and decides the others', async () => {
    put('a1');
    put('a2');
    const named = [`a1@sha256:${'c'.repeat(64)}`, `a2@${DIGEST}`];
    const { code, stdout } = await plumbline(['approvals', 'approve', ...named, '--yes']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^1 change approved; it is applied now\.\nNot decided: a1: /);
    expect(['a1', 'a2'].map(statusOf)).toEqual(['pending', 'approved']);
  });

  it('decides what the list has printed, when it is piped in', async () => {
    put('a1');
    const { stdout } = await plumbline(['approvals', 'list', '--output', 'json']);
    const words = ['approvals', 'reject', '-', '--yes', '--comment', 'no', ...asApprover];
    expect((await run(words, { input: stdout, fetch: deployment.fetch })).code).toBe(0);
    expect(statusOf('a1')).toBe('rejected');
  });

  it('needs a comment to reject', async () => {
    put('a1');
    expect((await plumbline(['approvals', 'reject', `a1@${DIGEST}`, '--yes'])).code).toBe(2);
    expect(statusOf('a1')).toBe('pending');
  });
});

describe('list and show', () => {
  it('lists what is pending, and escapes what others have named', async () => {
    put('a1', {
      resource: { id: `${GROUP}/providers/Microsoft.Web/sites/x`, type: 'Microsoft.Web/sites', name: 'x\u001b[2J' },
    });
    const { stdout } = await plumbline(['approvals', 'list']);
    expect(stdout).toContain('a1');
    expect(stdout).toContain('x\\u{1b}[2J');
    expect(stdout).not.toContain('\u001b');
  });

  it('says that there is nothing', async () => {
    expect((await plumbline(['approvals', 'list'])).stdout).toBe('No pending approvals.\n');
  });

  it('prints numbers by group, and JSON as the API answers', async () => {
    put('a1');
    put('a2');
    const { stdout } = await plumbline(['approvals', 'list', '--group', 'rule', '--output', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ key: 'webapp-min-tls', count: 2, impact: 'restart' }] });
  });

  it('shows changes, reasons, requests and the lines in code', async () => {
    put('a1');
    const { stdout } = await plumbline(['approvals', 'show', 'a1']);
    for (const part of [
      'minTlsVersion: 1.0 → 1.2',
      'A person decides.',
      'PATCH /subscriptions/',
      "minTlsVersion: '1.2'",
      DIGEST,
    ])
      expect(stdout).toContain(part);
  });

  it('says that there is none, with exit code 2', async () => {
    const { code, stderr } = await plumbline(['approvals', 'show', 'nope']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'plumbline: There is no approval with this id: nope\n' });
  });
});
