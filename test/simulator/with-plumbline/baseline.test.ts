// What the builders make is right where nothing is said, for every rule of the baseline profile: a test names only what it
// is about, and so does the sample estate.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedActions } from '../../../dev/environment/deployed-role.ts';
import {
  allLogsTo,
  containerApp,
  environment,
  functionApp,
  plan,
  registry,
  sampleEstate,
  slot,
  subscription,
  subscriptionId,
  webApp,
  workspaceId,
} from '../../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { rulesFor, settingsSchema } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { armOn } from '../../azure/azure.ts';

/** Runtimes and certificates are right until a day. */
const NOW = new Date('2026-11-22T05:00:00Z');
const logged = { diagnostics: { 'to-central': allLogsTo(workspaceId) } };
const another = '00000000-0000-4000-8000-000000000009';
const right = [
  plan({ name: 'plan-linux', subscription: another }),
  plan({ name: 'plan-windows', kind: 'app', subscription: another }),
  webApp({ name: 'on-linux', subscription: another, ...logged }),
  webApp({ name: 'on-windows', kind: 'app', subscription: another, ...logged }),
  webApp({ name: 'in-container', kind: 'app,linux,container', subscription: another, ...logged }),
  slot({ of: 'on-linux', name: 'staging', subscription: another, ...logged }),
  functionApp({ name: 'function', subscription: another, ...logged }),
  environment({ name: 'production', subscription: another }),
  containerApp({ name: 'external', subscription: another }),
  containerApp({ name: 'internal', subscription: another, ingress: { external: false } }),
  containerApp({ name: 'job', subscription: another, ingress: null }),
  subscription({ subscription: another }),
  ...registry({ name: 'contosoapps', subscription: another }),
];
const sample = sampleEstate().resources;

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({
    identityActions: deployedActions(),
    estate: { resources: [...right, ...sample] },
  });
});
afterAll(() => simulator.close());

/** Rules of the baseline profile by their verdict on the resource as it is read. */
async function verdicts(id: string): Promise<Record<string, string[]>> {
  const resource = parseResourceId(id);
  if (!resource) throw new Error(`${id} is nothing that is judged`);
  const effective = rulesFor(settingsSchema.parse({}), rules, resource, { workspaceId });
  const names = new Set<DocumentName>(effective.flatMap(({ rule }) => rule.documents));
  const arm = armOn(simulator);
  const snapshot = await arm.read(resource, [...names]);
  arm.close();
  const found: Record<string, string[]> = {};
  for (const { rule, verdict } of evaluate(snapshot, effective, NOW)) {
    found[verdict] = [...(found[verdict] ?? []), rule.id];
  }
  return found;
}

const judged = right.filter(({ id }) => parseResourceId(id) !== null);

it.each(judged.map(({ id }) => [id.split('/').slice(-2).join('/'), id] as const))(
  '%s breaks no rule, and every document is there to say so',
  async (_, id) => {
    const { violation = [], unknown = [] } = await verdicts(id);
    expect({ violation, unknown }).toEqual({ violation: [], unknown: unreadOn(id) });
  },
);

/** By the end of the id; each is what a comment of the sample estate says. */
const WRONG: Record<string, string[]> = {
  'slots/staging': ['webapp-https-only', 'webapp-min-tls', 'webapp-remote-debugging'],
  'sites/legacy-portal': [
    'webapp-auth',
    'webapp-diagnostics',
    'webapp-ftp-basic-auth',
    'webapp-ftps-only',
    'webapp-health-check',
    'webapp-https-only',
    'webapp-managed-identity',
    'webapp-min-tls',
    'webapp-remote-debugging',
    'webapp-runtime',
    'webapp-scm-basic-auth',
    'webapp-scm-min-tls',
  ],
  'sites/intranet': ['webapp-backup-health', 'webapp-direct-role-assignments', 'webapp-ftp-basic-auth'],
  'sites/catalog-api': ['webapp-cors-wildcard'],
  'sites/partner-feed': ['webapp-certificate-expiry', 'webapp-ftps-only'],
  'sites/orders': ['webapp-diagnostics', 'webapp-https-only', 'webapp-key-vault-references', 'webapp-min-tls'],
  'managedEnvironments/production': ['environment-mixed-stages'],
  'managedEnvironments/development': [
    'environment-dapr-scopes',
    'environment-diagnostics',
    'environment-network-security-group',
  ],
  'containerApps/checkout': ['containerapp-insecure-ingress', 'containerapp-plaintext-env'],
  'containerApps/inventory': ['containerapp-insecure-ingress'],
  'containerApps/build-agent': ['containerapp-insecure-ingress'],
  [`subscriptions/${subscriptionId}`]: ['subscription-activity-log-export'],
};

it.each(
  sample
    .filter(({ id }) => parseResourceId(id) !== null)
    .map(({ id }) => [id.split('/').slice(-2).join('/'), id] as const),
)('%s of the sample estate breaks what its comment says, and no other rule', async (name, id) => {
  const { violation = [], unknown = [] } = await verdicts(id);
  expect({ violation, unknown }).toEqual({ violation: WRONG[name] ?? [], unknown: unreadOn(id) });
});

describe('a generated app', () => {
  /** Rules by the name of what is wrong with an app; each breaks no other. */
  const BROKEN: Record<string, RegExp> = {
    'plain-http': /^(webapp-https-only|containerapp-insecure-ingress)$/,
    'old-tls': /^webapp-min-tls$/,
    'clear-text-ftp': /^webapp-ftps-only$/,
    'remote-debugging': /^webapp-remote-debugging$/,
    'any-origin': /^(webapp|containerapp)-cors-wildcard$/,
    'no-sign-in': /^(webapp|containerapp)-auth$/,
    'ftp-password': /^webapp-ftp-basic-auth$/,
    'scm-password': /^webapp-scm-basic-auth$/,
    'no-logs': /^webapp-diagnostics$/,
    'token-in-clear-text': /^containerapp-plaintext-env$/,
  };

  it('breaks what it is said to, and no other rule', async () => {
    simulator.generated.generate({ apps: 200, violations: 0.3, subscriptions: [another] });
    for (const one of registry({ name: 'contosoapps', subscription: another })) simulator.add(one);
    const wrong = new Map(simulator.generated.violating().map(({ id, violations }) => [id, violations]));
    const seen = new Set<string>();
    for (const [id, names] of wrong) {
      if (names.every((name) => seen.has(`${id.includes('/sites/')} ${name}`))) continue;
      for (const name of names) seen.add(`${id.includes('/sites/')} ${name}`);
      const { violation = [], unknown = [] } = await verdicts(id);
      expect({ id, violation, unknown }).toEqual({
        id,
        violation: expect.arrayContaining(names.map((name) => expect.stringMatching(BROKEN[name] ?? /^$/))),
        unknown: unreadOn(id),
      });
      expect(violation).toHaveLength(names.length);
    }
    expect(new Set([...seen].map((one) => one.split(' ')[1])).size).toBe(Object.keys(BROKEN).length);
  });

  it('that has nothing wrong breaks no rule', async () => {
    const wrong = new Set(simulator.generated.violating().map(({ id }) => id));
    const group = `/subscriptions/${another}/resourceGroups/Fleet-00000/providers`;
    const right = [1, 2, 61, 62, 71, 72].flatMap((number) => [
      `${group}/Microsoft.Web/sites/fleet-${String(number).padStart(7, '0')}`,
      `${group}/Microsoft.App/containerApps/fleet-${String(number).padStart(7, '0')}`,
      `${group}/Microsoft.Web/sites/fleet-${String(number).padStart(7, '0')}/slots/staging`,
    ]);
    const there = right.filter((id) => simulator.get(id) !== undefined && !wrong.has(id));
    expect(there.length).toBeGreaterThan(3);
    for (const id of there) {
      const { violation = [], unknown = [] } = await verdicts(id);
      expect({ id, violation, unknown }).toEqual({ id, violation: [], unknown: unreadOn(id) });
    }
  });
});

/** No role can name the action that shows a slot's private endpoints. */
function unreadOn(id: string): string[] {
  return id.includes('/slots/') ? ['webapp-public-network'] : [];
}
