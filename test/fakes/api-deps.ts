/** The fakes as an endpoint needs them: two plain rules, mode approve, and an error for each call that no endpoint makes. */

import { z } from 'zod';
import { compliant, defineRule } from '../../src/domain/rules/rule.ts';
import { type FakeDeps, fakeDeps, START } from './deps.ts';
import { withoutCalls } from './wrappers/watched.ts';

export const NOW = START;

/** `makes` names calls that the endpoint under test makes nevertheless. */
export function apiDeps(makes: readonly string[] = []): FakeDeps {
  const deps = fakeDeps({ options: { mode: 'approve' }, rules: [tlsRule, debuggingRule] });
  const clock = { ...deps.clock, sleep: () => Promise.reject(new Error('an endpoint does not wait')) };
  return withoutCalls(
    { ...deps, clock },
    NOT_MADE.filter((name) => !makes.includes(name)),
  );
}

/** Endpoints answer from the tables. The functions for messages read and write Azure and record outcomes. */
const NOT_MADE = [
  ...[
    'arm.read',
    'arm.write',
    'arm.pollOperation',
    'estate.countResources',
    'estate.listPart',
    'resources.acquire',
    'wakeups.listDue',
  ],
  ...['budgets.claim', 'budgets.withdraw', 'notifications.publish'],
  ...['guards.read', 'guards.readThrottle', 'guards.readHeartbeat', 'guards.writeHeartbeat', 'guards.storeThrottle'],
  ...['events.store', 'events.conclude', 'events.countWaitingResources', 'events.get'],
  ...[
    'resources.saveState',
    'findings.replace',
    'findings.listResources',
    'findings.pageOfResources',
    'audit.verifyAndAnchor',
  ],
];

const metadata = {
  version: 1,
  why: 'Old versions can be broken.',
  fix: 'Sets the version.',
  risk: 'Clients that know only TLS 1.0 or 1.1 can no longer connect.',
  severity: 'high',
  profile: 'baseline',
  reversible: true,
  documents: ['config/web'],
  writes: ['config/web'],
  references: { MCSB: ['DP-3'] },
  check: () => compliant('fine'),
  source: () => ({ bicep: "minTlsVersion: '1.2'", terraform: 'minimum_tls_version = "1.2"' }),
} as const;

const tlsRule = defineRule({
  ...metadata,
  id: 'webapp-min-tls',
  title: 'Minimum TLS version is 1.2 or higher',
  tier: 'safe',
  parameters: z.strictObject({ minimum: z.enum(['1.2', '1.3']).default('1.2') }),
});

const debuggingRule = defineRule({
  ...metadata,
  id: 'webapp-remote-debugging',
  title: 'Remote debugging is off',
  tier: 'risky',
  parameters: z.strictObject({}),
});
