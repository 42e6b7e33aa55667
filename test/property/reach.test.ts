/** No two rules contradict each other about who reaches an app, and their changes agree with their reasons. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChanges } from '../../src/domain/changes/change.ts';
import { isObject, type JsonObject } from '../../src/domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../src/domain/resources/snapshot.ts';
import { type Evaluation, evaluate } from '../../src/domain/rules/evaluate.ts';
import { parseSettings, rulesFor } from '../../src/domain/rules/settings.ts';
import { admittedBy, allowing, restrictionsIn } from '../../src/rules/checks/network/access-restrictions.ts';
import { listsApprovedEndpoint } from '../../src/rules/checks/network/private-endpoints.ts';
import { rules } from '../../src/rules/index.ts';
import { pairs, RANGES, sites } from './reach-snapshots.ts';

const RUNS = { numRuns: 1500 };
const NOW = new Date('2026-01-15T12:00:00Z');

/** The claims of a verdict, by subject: two rules with different claims about one subject contradict each other. */
type Claims = Readonly<Record<string, string | boolean>>;
type Statement = readonly [verdict: Evaluation['verdict'], reason: RegExp, claims: Claims];

const OPEN: Claims = { 'the public way': 'open' };
const CLOSED: Claims = { 'the public way': 'closed' };
const EVERYONE: Claims = { ...OPEN, 'callers of the app': 'everyone' };
const SOME: Claims = { 'callers of the app': 'some or none' };
const SCM_EVERYONE: Claims = { ...OPEN, 'callers of the SCM site': 'everyone' };
const SCM_SOME: Claims = { 'callers of the SCM site': 'some or none' };
const ENDPOINT: Claims = { 'an approved private endpoint': true };
const NO_ENDPOINT: Claims = { 'an approved private endpoint': false };
const INTERNAL: Claims = { 'the ingress': 'internal' };
const EXTERNAL: Claims = { 'the ingress': 'external' };
const RULED = /^Only those come in|^The access rules let nobody in/;
const ANY = /./;

/** Each rule with a claim about the subject, by verdict and reason; the first match is its claim. */
const STATEMENTS: Readonly<Record<string, readonly Statement[]>> = {
  'webapp-public-network': [
    ['violation', ANY, { ...OPEN, ...ENDPOINT }],
    ['compliant', ANY, { ...CLOSED, ...ENDPOINT }],
    ['not-applicable', /no approved private endpoint/, NO_ENDPOINT],
  ],
  'webapp-private-endpoint': [
    ['compliant', ANY, ENDPOINT],
    ['violation', ANY, NO_ENDPOINT],
  ],
  'webapp-access-restrict': [
    ['violation', /^Everyone reaches the app/, EVERYONE],
    ['compliant', RULED, SOME],
    ['compliant', ANY, { ...CLOSED, ...SOME }],
  ],
  'webapp-scm-access-restrict': [
    ['violation', /^Everyone reaches the SCM site/, SCM_EVERYONE],
    ['compliant', RULED, SCM_SOME],
    ['compliant', ANY, { ...CLOSED, ...SCM_SOME }],
  ],
  'webapp-waf': [
    ['violation', /^Everyone reaches the app/, EVERYONE],
    ['violation', ANY, SOME],
    ['compliant', /^Of all Front Doors/, SOME],
    ['compliant', RULED, SOME],
    ['compliant', ANY, { ...CLOSED, ...SOME }],
  ],
  'containerapp-external-ingress': [
    ['violation', ANY, { ...OPEN, ...EXTERNAL }],
    ['compliant', /not on the internet/, { ...CLOSED, ...EXTERNAL }],
    ['compliant', ANY, INTERNAL],
  ],
  'containerapp-ip-restrict': [
    ['violation', ANY, { ...EVERYONE, ...EXTERNAL }],
    ['compliant', ANY, SOME],
    ['not-applicable', /The ingress is internal/, INTERNAL],
    ['not-applicable', /not on the internet/, { ...CLOSED, ...EXTERNAL }],
  ],
  'containerapp-additional-ports': [
    ['violation', ANY, OPEN],
    ['compliant', /not on the internet/, CLOSED],
  ],
  'containerapp-auth': [
    ['not-applicable', /The ingress is internal/, INTERNAL],
    ['not-applicable', /not on the internet/, { ...CLOSED, ...EXTERNAL }],
    ['violation', ANY, EXTERNAL],
  ],
  'containerapp-insecure-ingress': [
    ['violation', /^The external/, EXTERNAL],
    ['violation', /^The internal/, INTERNAL],
  ],
  'containerapp-max-replicas': [['violation', /ingress is external/, EXTERNAL]],
  'environment-internal': [
    ['violation', ANY, OPEN],
    ['compliant', ANY, CLOSED],
  ],
  'environment-public-network': [
    ['violation', ANY, { ...OPEN, ...ENDPOINT }],
    ['compliant', ANY, CLOSED],
    ['not-applicable', /no approved private endpoint/, { ...OPEN, ...NO_ENDPOINT }],
  ],
  'environment-private-endpoint': [
    ['compliant', /approved private endpoint/, ENDPOINT],
    ['violation', ANY, NO_ENDPOINT],
  ],
};

const settings = parseSettings(
  {
    profile: 'strict',
    rules: Object.fromEntries(
      ['webapp-access-restrict', 'containerapp-ip-restrict'].map((id) => [
        id,
        { parameters: { allowedRanges: ['203.0.113.0/24'] } },
      ]),
    ),
  },
  rules,
);

function evaluationsOf(snapshot: Snapshot): Evaluation[] {
  if ('problems' in settings) throw new Error(JSON.stringify(settings.problems));
  return evaluate(snapshot, rulesFor(settings.settings, rules, snapshot.resource, {}), NOW);
}

/** The subjects about which the claims of the rules differ. */
function contradictionsIn(evaluations: readonly Evaluation[], met: Set<Statement>): string[] {
  const claimed = new Map<string, Map<string | boolean, string>>();
  for (const { rule, verdict, reason } of evaluations) {
    const said = STATEMENTS[rule.id]?.find(([of, words]) => of === verdict && words.test(reason));
    if (said) met.add(said);
    for (const [subject, value] of Object.entries(said?.[2] ?? {})) {
      const values = claimed.get(subject) ?? new Map<string | boolean, string>();
      claimed.set(subject, values.set(value, `${rule.id}: ${reason}`));
    }
  }
  return [...claimed].flatMap(([subject, values]) =>
    values.size > 1 ? [`of ${subject}: ${[...values.values()].join(' / ')}`] : [],
  );
}

describe('no two rules contradict each other about who reaches an app', () => {
  const statementsOf = (prefix: RegExp) =>
    Object.entries(STATEMENTS).flatMap(([id, statements]) => (prefix.test(id) ? statements : []));

  test('for web apps and slots', () => {
    const met = new Set<Statement>();
    fc.assert(
      fc.property(sites, (snapshot) => {
        expect(contradictionsIn(evaluationsOf(snapshot), met)).toEqual([]);
      }),
      RUNS,
    );
    expect(statementsOf(/^webapp-/).filter((one) => !met.has(one))).toEqual([]);
  });

  test('for container apps and their environments', () => {
    const met = new Set<Statement>();
    fc.assert(
      fc.property(pairs, ({ app, environment }) => {
        const found = [...evaluationsOf(app), ...evaluationsOf(environment)];
        expect(contradictionsIn(found, met)).toEqual([]);
      }),
      RUNS,
    );
    expect(statementsOf(/^(containerapp|environment)-/).filter((one) => !met.has(one))).toEqual([]);
  });
});

describe('the changes agree with the reasons', () => {
  test('no change blocks callers that a rule names, or that use a private endpoint', () => {
    fc.assert(
      fc.property(sites, (snapshot) => {
        for (const { rule, changes } of evaluationsOf(snapshot)) {
          if (rule.id !== 'webapp-access-restrict' || changes.length === 0) continue;
          const after = applyChanges(snapshot, changes);
          const before = allowedRules(snapshot).filter(
            (one) => admittedBy({ rules: [one], otherwise: 'deny' }) === 'named',
          );
          expect(allowedRules(after)).toEqual(expect.arrayContaining(before));
          expect(bodyOf(after, 'resource')).toBe(bodyOf(snapshot, 'resource'));
        }
      }),
      RUNS,
    );
  });

  test('an ingress or a port is made internal only where the internet reaches the environment', () => {
    fc.assert(
      fc.property(pairs, ({ app }) => {
        const written = evaluationsOf(app).filter(
          ({ rule, changes }) =>
            changes.length > 0 && ['containerapp-external-ingress', 'containerapp-additional-ports'].includes(rule.id),
        );
        const environment = bodyOf(app, 'environment');
        const properties = isObject(environment?.properties) ? environment.properties : {};
        for (const { rule } of written) {
          expect(environment, rule.id).not.toBeNull();
          expect(String(properties.publicNetworkAccess).toLowerCase()).not.toBe('disabled');
          expect(properties.vnetConfiguration).not.toMatchObject({ internal: true });
          if (rule.id === 'containerapp-external-ingress') expect(listsApprovedEndpoint(environment)).toBe(false);
        }
      }),
      RUNS,
    );
  });

  function allowedRules(snapshot: Snapshot): JsonObject[] {
    const properties = bodyOf(snapshot, 'config/web')?.properties;
    const found = isObject(properties) ? restrictionsIn(properties, 'main') : null;
    return found ? allowing(found) : [];
  }
});

describe('access rules are applied as App Service applies them', () => {
  /** Whether an address matches a range, by its bits. */
  const meets = (address: string, range: string) => {
    const [base = '', length = '32'] = range.split('/');
    return bitsOf(address).startsWith(bitsOf(base).slice(0, Number(length)));
  };
  const bitsOf = (address: string) =>
    address
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
  /** An address inside and outside of each generated range. */
  const ADDRESSES = [
    '1.2.3.4',
    '127.255.255.255',
    '128.0.0.1',
    '203.0.113.7',
    '203.0.113.8',
    '198.51.100.9',
    '192.0.2.1',
  ];

  const plainRule = fc.record({
    ipAddress: fc.constantFrom(...RANGES.filter((range) => !range.includes(':'))),
    action: fc.constantFrom('Allow', 'Deny'),
    priority: fc.integer({ min: 2, max: 9 }),
  });

  test('an address that the first match allows is among the reported callers', () => {
    fc.assert(
      fc.property(fc.array(plainRule, { maxLength: 5 }), fc.constantFrom('allow', 'deny'), (rules, otherwise) => {
        const sorted = [...rules].sort((a, b) => a.priority - b.priority);
        const comesIn = ADDRESSES.map((address) => {
          const first = sorted.find(({ ipAddress }) => meets(address, ipAddress));
          return (first?.action ?? otherwise).toLowerCase() === 'allow';
        });
        const said = admittedBy({ rules, otherwise });
        if (comesIn.includes(true)) expect(said).not.toBe('nobody');
        if (!comesIn.includes(false)) expect(said).toBe('everyone');
        if (!comesIn.includes(true) && otherwise === 'deny') expect(said).toBe('nobody');
      }),
      RUNS,
    );
  });
});
