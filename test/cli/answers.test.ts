/** What commands make of answers beside the plain ones: a no, a part of what was asked for, several parts, and work that goes on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GROUP, record } from '../api/samples.ts';
import type { FakeDeps } from '../fakes/deps.ts';
import { storeSettings } from '../fakes/deps.ts';
import { fullDeployment, named } from './full-deployment.ts';
import { type Deployment, deploymentOn, type Ran, run } from './terminal.ts';

let deps: FakeDeps;
let deployment: Deployment;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-answers-'));
  deps = await fullDeployment();
  deployment = deploymentOn(deps);
});
afterEach(() => rmSync(folder, { recursive: true }));

const changes = () => deployment.requests.filter((one) => /^(POST|PUT|DELETE) \/api/.test(one) && !/preview/.test(one));

interface Around {
  /** What the person types; without it there is no terminal. */
  readonly typed?: string;
  /** Answers in place of the deployment; null: the deployment does. */
  readonly answer?: (request: string) => Response | null;
  readonly signal?: AbortSignal;
}

function plumbline(words: string, { typed, answer, ...around }: Around = {}): Promise<Ran> {
  const fetch: typeof deployment.fetch = async (input, init) => {
    const { pathname, search } = new URL(String(input));
    const own = answer?.(`${init?.method ?? 'GET'} ${pathname}${search}`) ?? null;
    return own ?? deployment.fetch(input, init);
  };
  const environment = { PLUMBLINE_AS: words.startsWith('rollback') ? 'approver' : 'operator' };
  const split = [...named(words).matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word = '']) => quoted ?? word);
  return run(
    split.map((word) => word.replace('FOLDER', folder)),
    { terminal: typed !== undefined, input: typed ?? '', fetch, environment, ...around },
  );
}

const json = (body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers } });

describe('a no', () => {
  const ASKING = [
    'rollback ENTRY --comment why',
    'rollback --operation OPERATION --comment why',
    'exemptions remove ID',
    'exemptions add --scope SCOPE --rule webapp-min-tls --owner x --reason old --days 30',
    'settings set mode audit',
    'resume',
    'rollouts continue ID',
    'rollouts end ID',
  ];
  const stoppedFor = (words: string) => {
    if (words === 'resume') storeSettings(deps, { mode: 'approve', stopped: { reason: 'a fire' } });
  };

  it.each(ASKING)('plumbline %s changes nothing, and ends with 1', async (words) => {
    stoppedFor(words);
    const { code, stdout, stderr } = await plumbline(words, { typed: 'n\n' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/\[y\/N\] plumbline: nothing was changed\n$/);
    expect(changes()).toEqual([]);
  });

  it.each(ASKING)('plumbline %s does not wait for one where nobody can give it', async (words) => {
    stoppedFor(words);
    const { code, stderr } = await plumbline(words);
    expect(code).toBe(2);
    expect(stderr).toMatch(/plumbline: there is no terminal to ask on; add --yes\n$/);
    expect(changes()).toEqual([]);
  });

  it.each(ASKING)('plumbline %s --yes asks nothing', async (words) => {
    stoppedFor(words);
    const { code, stderr } = await plumbline(`${words} --yes`);
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('[y/N]');
    expect(changes()).toHaveLength(1);
  });
});

describe('settings', () => {
  it('resume says who stopped it and why, and stop is tried again when somebody else was faster', async () => {
    storeSettings(deps, { mode: 'approve', stopped: { reason: 'a fire' } });
    const resumed = await plumbline('resume', { typed: 'y\n' });
    expect(resumed).toMatchObject({ code: 0, stdout: 'Changes resumed.\n' });
    expect(resumed.stderr).toContain('Stopped');
    expect(resumed.stderr).toContain(': a fire');
    expect(deps.stored.settings?.value.settings.stopped).toBeNull();

    let puts = 0;
    const answer = (request: string) => {
      if (request.startsWith('PUT') && ++puts === 1)
        storeSettings(deps, { ...deps.stored.settings?.value.settings, profile: 'strict' });
      return null;
    };
    expect(await plumbline('stop --reason again', { answer })).toMatchObject({ code: 0 });
    expect(puts).toBe(2);
    expect(deps.stored.settings?.value.settings).toMatchObject({ profile: 'strict', stopped: { reason: 'again' } });
  });

  it('a preview that is made in the background is waited for; one that failed is no ground to save', async () => {
    const begun = { id: 'p1', status: 'running', done: 0, total: 1 };
    let asked = 0;
    const waiting = await plumbline('settings set mode audit --yes', {
      answer(request) {
        if (request.startsWith('POST /api/settings/preview')) return json(begun);
        if (!request.startsWith('GET /api/settings/preview/p1')) return null;
        asked += 1;
        return json(asked === 1 ? begun : { ...begun, status: 'failed' });
      },
    });
    expect(asked).toBe(2);
    expect(waiting).toMatchObject({ code: 5, stdout: '', stderr: 'plumbline: the preview failed; try again\n' });
    expect(changes()).toEqual([]);
  });
});

describe('rollback', () => {
  it('of what cannot be rolled back says why, and asks nothing', async () => {
    await deps.audit.append([record({ id: 'audit-2', kind: 'fix.failed' })]);
    const { code, stderr } = await plumbline('rollback audit-2 --comment why', { typed: 'y\n' });
    expect(code).toBe(6);
    expect(stderr).toMatch(/^plumbline: it cannot be rolled back: [^\n]+\n$/);
    expect(changes()).toEqual([]);
  });

  it('of an operation says what was not rolled back, and ends with 1', async () => {
    const problem = { type: 'urn:x', title: 'T', status: 409, detail: 'The values moved.', code: 'moved' };
    const items = [
      { id: 'audit-1', status: 202 },
      { id: 'audit-2', status: 409, problem },
    ];
    const answer = (request: string) => (request === 'POST /api/audit/rollback' ? json({ items }) : null);
    const ran = await plumbline('rollback --operation OPERATION --comment why --yes', { answer });
    expect(ran.code, ran.stderr).toBe(1);
    expect(ran.stdout).toBe('audit-1: requested\naudit-2: not rolled back: The values moved.\n');
  });

  it.each([
    ['rollback --comment why', /give the id of an entry, or --operation/],
    ['rollback ENTRY --operation OPERATION --comment why', /give the id of an entry, or --operation/],
    ['rollback ENTRY', /give --comment: a rollback needs a reason/],
    ['rollback --operation nothing-like-it --comment why', /no fix of such an operation is in the log/],
  ])('plumbline %s is refused', async (words, says) => {
    const { code, stderr } = await plumbline(words, { typed: 'y\n' });
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(changes()).toEqual([]);
  });
});

describe('exemptions', () => {
  it.each([
    ['', /give either --expires or --days/],
    ['--days 3 --expires 2026-04-01', /give either --expires or --days/],
    ['--expires tomorrow', /--expires must be a time such as .* and not tomorrow/],
  ])('an end that is none is refused: %j', async (end, says) => {
    const { code, stderr } = await plumbline(`exemptions renew ID --reason late ${end}`);
    expect({ code, sent: deployment.requests }).toEqual({ code: 2, sent: [] });
    expect(stderr).toMatch(says);
  });

  it('shows what one would do before it asks', async () => {
    const words = 'exemptions add --scope SCOPE --rule webapp-min-tls --owner x --reason old --expires 2026-03-20';
    const { stderr, stdout } = await plumbline(words, { typed: 'y\n' });
    expect(stderr).toMatch(
      /^(No decision changes\.|Resources[\s\S]*)\nExempt until 2026-03-20T00:00:00\.000Z\? \[y\/N\] $/,
    );
    expect(stdout).toMatch(/^Exempt until 2026-03-20T00:00:00\.000Z, exemption \w+\.\n$/);
  });
});

describe('scans', () => {
  const endsWith = (change: () => Promise<unknown>) => {
    let polls = 0;
    return {
      polls: () => polls,
      answer(request: string) {
        if (request.startsWith('GET /api/scans/') && ++polls === 2) void change();
        return null;
      },
    };
  };

  it('start --wait shows how far it is at a terminal, and removes the line', async () => {
    const { answer, polls } = endsWith(async () => {
      for (const scan of deps.stored.scans.values()) scan.listed = true;
    });
    const { code, stdout, stderr } = await plumbline(`scans start ${GROUP} --wait`, { typed: '', answer });
    expect(code, stderr).toBe(0);
    expect(polls()).toBe(2);
    expect(stdout).toMatch(/Status +done/);
    expect(stderr).toContain('\r\u001b[K0 of 0 evaluated');
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it('start --wait that is interrupted removes the line, and says how to wait again', async () => {
    const interruption = new AbortController();
    const answer = (request: string) => {
      if (!request.startsWith('GET /api/scans/')) return null;
      interruption.abort();
      throw interruption.signal.reason;
    };
    const waiting = { typed: '', answer, signal: interruption.signal };
    const { code, stdout, stderr } = await plumbline(`scans start ${GROUP} --wait`, waiting);
    expect({ code, stdout }, stderr).toEqual({ code: 130, stdout: '' });
    expect(stderr.split('\r\u001b[K').at(-1)).toMatch(
      /^plumbline: interrupted; the scan goes on; plumbline scans show \S+ --wait waits again\n$/,
    );
  });

  it('show --wait of one that is cancelled meanwhile ends with 1', async () => {
    const { answer } = endsWith(() => deps.scans.cancel('scan-1', { type: 'user', objectId: 'kim', name: 'Kim' }));
    const { code, stdout, stderr } = await plumbline('scans show ID --wait', { answer });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/Status +cancelled/);
  });
});

describe('dead letters', () => {
  it('that cannot be released are named, and the exit code is 1', async () => {
    const { code, stdout } = await plumbline('deadletters release letter-1 letter-9');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^letter-1: released\nletter-9: not released: There is no dead letter with this id\.?\n$/);
  });

  it('are at most a hundred at once', async () => {
    const ids = Array.from({ length: 101 }, (_, n) => `letter-${n}`).join(' ');
    expect(await plumbline(`deadletters release ${ids}`)).toMatchObject({ code: 2, stdout: '' });
    expect(deployment.requests).toEqual([]);
  });
});

describe('audit', () => {
  it('verify ends with 1 when the log is not whole, and says where', async () => {
    const verification = {
      ...{ valid: false, complete: true, entries: 2, verifiedTo: null, publicKeys: [{ keyId: 'k1', publicKey: 'x' }] },
      ...{ firstBad: { chain: '05', seq: 1, id: 'audit-1' }, reason: 'Entry 1 of chain 05: it was changed.' },
    };
    const answer = (request: string) => (request === 'GET /api/audit/verify' ? json(verification) : null);
    const { code, stdout } = await plumbline('audit verify', { answer });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /Verification failed\nReason +Entry 1 of chain 05: it was changed\.\nFirst bad entry +number 1/,
    );
  });

  it.each(['--key k1:x', '--kept old.jsonl'])('verify %s needs files', async (option) => {
    const { code, stderr } = await plumbline(`audit verify ${option}`);
    expect({ code, sent: deployment.requests }).toEqual({ code: 2, sent: [] });
    expect(stderr).toMatch(/--key and --kept need files to verify/);
  });
});

describe('what comes in parts', () => {
  const part = (text: string, next: string | null, name = 'x.zip') =>
    new Response(text, {
      headers: {
        'content-disposition': `attachment; filename="${name}"`,
        ...(next === null ? {} : { link: `<${next}>; rel="next"` }),
      },
    });

  it('is one file, with the line of names once; nothing of it is left when a later part fails', async () => {
    const csv = (last: () => Response) => (request: string) => {
      if (!request.startsWith('GET /api/findings/export')) return null;
      return request.includes('part=first') ? part('rule,title\na,A\n', '/api/findings/export?part=2') : last();
    };
    const words = 'findings --output csv --file FOLDER/f.csv';
    const broken = await plumbline(words, { answer: csv(() => new Response('x', { status: 502 })) });
    expect(broken).toMatchObject({ code: 5, stdout: '' });
    expect(readdirSync(folder)).toEqual([]);
    expect((await plumbline(words, { answer: csv(() => part('rule,title\nb,B\n', null)) })).code).toBe(0);
    expect(readFileSync(path.join(folder, 'f.csv'), 'utf8')).toBe('rule,title\na,A\nb,B\n');
    const shown = await plumbline('findings --output csv', { answer: csv(() => new Response('x', { status: 502 })) });
    expect(shown).toMatchObject({ code: 5, stdout: '' });
  });

  it('is not looked for at another address', async () => {
    const asked: string[] = [];
    const answer = (request: string) => {
      if (!request.startsWith('GET')) return null;
      asked.push(request);
      return part('{}\n', 'https://elsewhere.example/api/other?part=2');
    };
    expect(await plumbline('findings --output jsonl', { answer })).toMatchObject({ code: 0, stdout: '{}\n' });
    expect(asked).toHaveLength(1);
  });

  it('is a file each for evidence, by the name that the deployment gives', async () => {
    const answer = (request: string) => {
      if (!request.startsWith('GET /api/audit/evidence')) return null;
      const isFirst = !request.includes('part=2');
      return part(isFirst ? 'one' : 'two', isFirst ? '/api/audit/evidence?part=2' : null, isFirst ? 'a.zip' : 'b.zip');
    };
    const { code, stdout } = await plumbline('audit evidence --folder FOLDER/e', { answer });
    expect(code).toBe(0);
    expect(stdout).toBe(`${folder}/e/a.zip\n${folder}/e/b.zip\n`);
    expect(['a.zip', 'b.zip'].map((name) => readFileSync(path.join(folder, 'e', name), 'utf8'))).toEqual([
      'one',
      'two',
    ]);
  });

  it('is not written outside of the folder', async () => {
    const answer = (request: string) =>
      request.startsWith('GET /api/audit/evidence') ? part('x', null, '../../outside.zip') : null;
    const { code, stderr } = await plumbline('audit evidence --folder FOLDER/e', { answer });
    expect(code).toBe(5);
    expect(stderr).toMatch(/gave no name for the file/);
    expect(readdirSync(folder, { recursive: true })).toEqual(['e']);
  });

  it('a file that is there is not written over', async () => {
    await plumbline('audit export --file FOLDER/x.jsonl.partial');
    const { code, stderr } = await plumbline('audit export --file FOLDER/x.jsonl');
    expect(code).toBe(2);
    expect(stderr).toMatch(/x\.jsonl cannot be written: .*x\.jsonl\.partial is there already; remove it/);
  });

  it.each(['--search x', '--group rule', '--limit 3'])('an export takes no %s', async (option) => {
    const { code, stderr } = await plumbline(`findings --output csv ${option}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/does not go with an export/);
  });

  it('a list is read to its limit, and not for ever', async () => {
    const { items } = JSON.parse((await plumbline('findings --output json')).stdout);
    const page = (nextCursor: string) => (request: string) =>
      request.startsWith('GET /api/findings?') ? json({ items, nextCursor }) : null;
    let n = 0;
    const many = await plumbline('findings --limit 3', { answer: (request) => page(`c${++n}`)(request) });
    expect(many.code).toBe(0);
    expect(many.stdout).toMatch(/There are more; --limit shows more of them\.\n$/);
    expect(many.stdout.match(/shop/g)).toHaveLength(3);
    const endless = await plumbline('findings --limit 5', { answer: page('same') });
    expect(endless).toMatchObject({ code: 5, stdout: '' });
    expect(endless.stderr).toMatch(/answers with the same page again and again/);
  });
});

it('explain of an event that nobody knows says so', async () => {
  const { code, stdout, stderr } = await plumbline('explain event-9');
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/never received this event: event-9; a resource is named by its ARM id.*\n$/);
});
