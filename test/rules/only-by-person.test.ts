/** A violation that is risky on its resource stays risky when the settings make the rule safe. */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../src/domain/rules/evaluate.ts';
import { parseSettings, rulesFor } from '../../src/domain/rules/settings.ts';
import { rules } from '../../src/rules/index.ts';
import { outboundRouting, SITE_ID, SUBNET_ID, site, webConfig } from './fixtures/web-app.ts';

interface Case {
  readonly rule: string;
  readonly resource: JsonObject;
  readonly configuration?: JsonObject;
  readonly parameters?: JsonObject;
}

const inNetwork = site({ virtualNetworkSubnetId: SUBNET_ID, outboundVnetRouting: outboundRouting({}) });
const renegotiating = site({ clientCertEnabled: true, clientCertExclusionPaths: '/health' });

const CASES: readonly Case[] = [
  { rule: 'webapp-end-to-end-tls', resource: site({ endToEndEncryptionEnabled: false, sku: 'PremiumV3' }) },
  { rule: 'webapp-ssh', resource: site({ sshEnabled: true }) },
  { rule: 'webapp-vnet-route-all', resource: inNetwork },
  { rule: 'webapp-vnet-config-routing', resource: inNetwork },
  { rule: 'webapp-min-tls', resource: renegotiating, parameters: { minimum: '1.3' } },
  { rule: 'webapp-scm-min-tls', resource: renegotiating, parameters: { minimum: '1.3' } },
  {
    rule: 'webapp-client-cert',
    resource: site({ clientCertEnabled: false, clientCertExclusionPaths: '/health' }),
    configuration: webConfig({ http20Enabled: true }),
  },
];

describe('only an approval', () => {
  test.each(CASES)('$rule', ({ rule, resource, configuration = webConfig(), parameters = {} }) => {
    const parsed = parseSettings({ rules: { [rule]: { enabled: true, tier: 'safe', parameters } } }, rules);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const snapshot = parseSnapshot({ id: SITE_ID, documents: { resource, 'config/web': configuration } });
    const effective = rulesFor(parsed.settings, rules, snapshot.resource, {}).filter((one) => one.rule.id === rule);
    const [found] = evaluate(snapshot, effective, new Date('2026-01-15T12:00:00Z'));
    expect(found).toMatchObject({ verdict: 'violation', tier: 'risky' });
    expect(found?.changes.length).toBeGreaterThan(0);
  });

  test.each(['webapp-end-to-end-tls', 'webapp-ssh', 'webapp-vnet-route-all', 'webapp-vnet-config-routing'])(
    'the risk of %s says that its property is in no published PATCH',
    (id) => {
      expect(rules.find((rule) => rule.id === id)?.risk).toMatch(
        /not in the published model .*\(PATCH\).*not verified/,
      );
    },
  );
});
