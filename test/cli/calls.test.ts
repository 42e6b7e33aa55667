/** What each command that calls a deployment sends and prints, and what it makes of each refusal. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/api/framework/endpoint.ts';
import { refusalsOf } from '../../src/api/framework/openapi.ts';
import { PROBLEMS } from '../../src/api/framework/problem.ts';
import { exitCodeOf } from '../../src/cli/client/refusals.ts';
import { exitCodesOf } from '../../src/cli/framework/parser.ts';
import { PROGRAM } from '../../src/cli/program.ts';
import { ENDPOINTS } from '../../src/functions/api.ts';
import { flatten } from '../../tools/generate/cli-page.ts';
import { GROUP, SHOP } from '../api/samples.ts';
import { fullDeployment, named } from './full-deployment.ts';
import { type Deployment, deploymentOn, run } from './terminal.ts';

/** The words, the requests without `/api/` in their order, and a part of what is printed on stdout. */
const CALLS: readonly (readonly [words: string, requests: readonly string[], prints: RegExp])[] = [
  ['status', ['GET state', 'GET summary', 'GET me'], /Approvals +1 pending.*\nFindings +1 fails on 1 resource/],
  ['approvals list', ['GET approvals?status=pending&view=brief&limit=50'], /approval-1 +Pending +high/],
  ['approvals list --group rule', ['GET approvals?status=pending&group=rule'], /1 +Restart .* webapp-min-tls/],
  ['approvals show ID', ['GET approvals/approval-1'], /minTlsVersion: 1\.0 → 1\.2/],
  ['approvals approve ID', ['GET approvals/approval-1', 'POST approvals/decisions'], /^1 change approved/],
  [
    'approvals reject ID --comment no',
    ['GET approvals/approval-1', 'POST approvals/decisions'],
    /^1 change rejected\.\n$/,
  ],
  ['findings', ['GET findings?verdict=violation&view=brief&sort=-severity&limit=50'], /high +Fail +Needs approval/],
  [
    'findings --verdict unknown,compliant --decision queue --search tls --limit 5',
    ['GET findings?verdict=unknown%2Ccompliant&decision=queue&q=tls&view=brief&sort=-severity&limit=5'],
    /^No findings\.\n$/,
  ],
  ['findings --group rule', ['GET findings?group=rule'], /1 +0 +0 +webapp-min-tls/],
  [
    'findings --output csv',
    ['GET findings/export?verdict=violation&format=csv&part=first'],
    /^rule,title,.*\r?\nwebapp-/,
  ],
  [
    `explain ${SHOP}`,
    [`GET explain?resource=${encodeURIComponent(SHOP)}`],
    /Fail: minTlsVersion is 1\.0[\s\S]*event-1/,
  ],
  ['explain EVENT', ['GET explain?event=event-1'], /Outcome +evaluated\nAudit entry +audit-1/],
  ['audit list', ['GET audit?limit=50'], /exemption\.created[\s\S]*audit-1 .* fix\.applied/],
  [
    'audit list --kind fix.applied,fix.failed --operation OPERATION --limit 5',
    ['GET audit?kind=fix.applied%2Cfix.failed&operationId=operation-1&limit=5'],
    /audit-1/,
  ],
  ['audit export', ['GET audit/export?format=jsonl'], /"id":"audit-1"/],
  ['audit export --format csv --file FOLDER/audit.csv', ['GET audit/export?format=csv'], /^$/],
  ['audit verify', ['GET audit/verify'], /Audit log +Verified/],
  ['audit evidence --folder FOLDER', ['GET audit/evidence'], /part-001\.zip\n$/],
  [
    'rollback ENTRY --comment why',
    ['GET audit/audit-1', 'GET audit/audit-1/rollback', 'POST audit/audit-1/rollback'],
    /^The rollback is requested, approval \w+\.\n$/,
  ],
  [
    'rollback --operation OPERATION --comment why',
    ['GET audit?operationId=operation-1&kind=fix.applied&limit=200', 'POST audit/rollback'],
    /^audit-1: requested\n$/,
  ],
  ['exemptions list', ['GET exemptions?state=in-force&limit=50'], /exemption-1 .* in 31 days/],
  ['exemptions list --state ended --owner x', ['GET exemptions?state=ended&owner=x&limit=50'], /^No exemptions\.\n$/],
  [
    'exemptions add --scope SCOPE --rule webapp-min-tls --owner payments --reason old --days 30',
    ['POST exemptions/preview?limit=1', 'POST exemptions'],
    /^Exempt until 2026-03-31T12:00:00\.000Z, exemption \w+\.\n$/,
  ],
  [
    'exemptions renew ID --days 30 --reason late',
    ['PUT exemptions/exemption-1'],
    /^Exempt until 2026-03-31T12:00:00\.000Z\.\n$/,
  ],
  ['exemptions remove ID', ['DELETE exemptions/exemption-1'], /^The exemption is removed\.\n$/],
  ['settings get', ['GET settings'], /^\{\n {2}"mode": "approve"/],
  [
    `settings get --resource ${GROUP}`,
    [`GET settings/effective?resource=${encodeURIComponent(GROUP)}`],
    /"from": "PLUMBLINE_MODE"/,
  ],
  [
    'settings set mode audit',
    ['GET settings', 'POST settings/preview?limit=1', 'PUT settings'],
    /^The mode is audit now/,
  ],
  [
    'settings set mode autofix --scope SCOPE',
    ['GET settings', 'POST settings/preview?limit=1', 'PUT settings'],
    /^The mode is autofix there now\.\n$/,
  ],
  ['stop --reason fire', ['GET settings', 'PUT settings'], /^All changes are stopped\./],
  ['resume', ['GET settings'], /^Nothing is stopped\.\n$/],
  ['scans list', ['GET scans?limit=50'], /scan-1 +running +0 of 0/],
  ['scans start SCOPE', ['POST scans'], /Status +running/],
  ['scans show ID', ['GET scans/scan-1'], /Scan +scan-1/],
  ['scans cancel ID', ['POST scans/scan-1/cancel'], /Status +cancelled/],
  ['rollouts list', ['GET rollouts?limit=50'], /rollout-1 +webapp-min-tls +Stopped/],
  [
    'rollouts continue ID',
    ['GET rollouts?limit=200', 'POST rollouts/rollout-1/continue'],
    /^The roll-out goes on\.\n$/,
  ],
  ['rollouts end ID', ['GET rollouts?limit=200', 'POST rollouts/rollout-1/end'], /^The roll-out has ended\./],
  ['deadletters list', ['GET deadletters?limit=50'], /letter-1 .* StorageUnavailable: down/],
  ['deadletters release ID', ['POST deadletters/release'], /^letter-1: released\n$/],
];

/** An editor is a process: it has a test of its own. */
const ELSEWHERE = ['settings edit'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-calls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs it at a terminal, where a person agrees to everything. */
async function agreed(words: string, fetch: Deployment['fetch']) {
  const environment = { PLUMBLINE_AS: /^(approvals|rollback)/.test(words) ? 'approver' : 'operator' };
  const split = named(words).replace('FOLDER', folder).split(' ');
  return run(split, { terminal: true, input: 'y\n', fetch, environment });
}

function commandOf(words: string) {
  const all = flatten(PROGRAM.commands, []).filter((one) => `${words} `.startsWith(`${one.words} `));
  const [found] = all.sort((a, b) => b.words.length - a.words.length);
  if (!found) throw new Error(`${words} is no command`);
  return found;
}

function endpointOf(request: string): Endpoint {
  const [method, address = ''] = request.split(' ');
  const segments = (address.split('?')[0] ?? '').split('/');
  const fits = (route: string) => {
    const parts = route.split('/');
    return parts.length === segments.length && parts.every((part, n) => part.startsWith('{') || part === segments[n]);
  };
  const found = ENDPOINTS.filter((one) => one.method === method && fits(one.route));
  const [exact] = found.sort((a, b) => a.route.split('{').length - b.route.split('{').length);
  if (!exact) throw new Error(`nothing answers ${request}`);
  return exact;
}

const callsOf = ({ requests }: Deployment) =>
  requests.filter((one) => !one.includes('/.auth/')).map((one) => one.replace('/api/', ''));

describe('without a fault', () => {
  it.each(CALLS)('plumbline %s', async (words, requests, prints) => {
    const deployment = deploymentOn(await fullDeployment());
    const { code, stdout, stderr } = await agreed(words, deployment.fetch);
    expect(code, stderr).toBe(0);
    expect(callsOf(deployment)).toEqual(requests);
    expect(stdout).toMatch(prints);
  });

  it('every command that calls a deployment is among them', () => {
    const calling = flatten(PROGRAM.commands, []).filter(({ command }) => 'url' in command.options);
    const shown = new Set(CALLS.map(([words]) => commandOf(words).words));
    expect(calling.map(({ words }) => words).filter((words) => !shown.has(words))).toEqual(ELSEWHERE);
  });
});

const problem = (status: number, code: string, detail: string) => () =>
  new Response(JSON.stringify({ type: `urn:plumbline:problem:${code}`, title: 'T', status, detail, code }), { status });
const lost = () => {
  throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) });
};

/** What may answer any request, the exit code, and what the line says. */
const REFUSALS: readonly (readonly [name: string, answer: () => Response, code: number, says: RegExp])[] = [
  ['401', problem(401, 'unauthenticated', 'Sign in.'), 4, /Sign in; sign in with az login/],
  ['an expired sign-in', () => new Response('', { status: 302 }), 4, /does not accept this sign-in.*az login/],
  ['403', problem(403, 'forbidden', 'This needs a role.'), 4, /plumbline status shows your roles/],
  ['404', problem(404, 'not-found', 'There is none.'), 2, /There is none/],
  ['400', problem(400, 'invalid', 'It is wrong.'), 2, /It is wrong/],
  ['503', problem(503, 'storage-unavailable', 'The storage does not answer.'), 5, /The storage does not answer/],
  ['a lost connection', lost, 5, /nothing answers at .*ECONNRESET.*start it with npm start/],
];
/** Of what changes something. */
const CONFLICT = ['409', problem(409, 'stopped', 'The service is stopped.'), 6, /The service is stopped/] as const;
const CHANGED = [
  ...(['412', problem(412, 'settings-changed', 'Changed.'), 6] as const),
  /settings changed by someone else; review and save again/,
] as const;

function refusalsOfRequest(request: string, codes: readonly number[]): typeof REFUSALS {
  if (request === 'PUT settings') return [...REFUSALS, CHANGED];
  return !request.startsWith('GET') && codes.includes(6) && !request.includes('preview')
    ? [...REFUSALS, CONFLICT]
    : REFUSALS;
}

/** A deployment that answers this request so, however often it is sent. */
function refusing(inner: Deployment, request: string, answer: () => Response): Deployment['fetch'] {
  return async (input, init) => {
    const { pathname, search } = new URL(String(input));
    const sent = `${init?.method ?? 'GET'} ${pathname.replace('/api/', '')}${search}`;
    return sent === request ? answer() : inner.fetch(input, init);
  };
}

describe.each(CALLS)('plumbline %s', (words, requests) => {
  const { command } = commandOf(words);
  const codes: readonly number[] = exitCodesOf(command.exitCodes ?? []);

  it('documents the exit code of every refusal that the deployment has', () => {
    const refusals = requests.flatMap((request) => refusalsOf(endpointOf(request)));
    for (const refusal of new Set(refusals)) {
      const { status } = PROBLEMS[refusal];
      expect(codes, refusal).toContain(exitCodeOf(status));
    }
  });

  it.each(requests)('%s: each refusal is one line that says what to do, with its exit code', async (request) => {
    for (const [name, answer, code, says] of refusalsOfRequest(request, codes)) {
      const deployment = deploymentOn(await fullDeployment());
      const ran = await agreed(words, refusing(deployment, request, answer));
      const said = { code: ran.code, stdout: ran.stdout };
      expect(said, `${name}: ${ran.stderr}`).toEqual({ code, stdout: '' });
      expect(codes).toContain(code);
      // Above it may stand what the person was asked.
      const lines = ran.stderr.split(/\n|\[y\/N\] /).filter((line) => line.startsWith('plumbline: '));
      expect(lines, ran.stderr).toHaveLength(1);
      expect(ran.stderr.endsWith(`${lines[0]}\n`)).toBe(true);
      expect(lines[0], name).toMatch(says);
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});
