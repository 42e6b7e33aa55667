/** What the settings say of a scope is what decides there, and comes from where it says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { effectiveSettingsOf, modeResolver } from '../../../src/domain/rules/effective-settings.ts';
import {
  approversFor,
  freezeFor,
  modeFor,
  rulesFor,
  type Settings,
  settingsSchema,
  windowFor,
} from '../../../src/domain/rules/settings.ts';
import { rule as corsWildcard } from '../../../src/rules/web-app/webapp-cors-wildcard.ts';
import { rule as http2 } from '../../../src/rules/web-app/webapp-http2.ts';
import { rule as minTls } from '../../../src/rules/web-app/webapp-min-tls.ts';
import { resourceNamed } from '../examples.ts';

const SUBSCRIPTION = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590';
const GROUP = `${SUBSCRIPTION}/resourceGroups/Shop`;
const APP = `${GROUP}/providers/Microsoft.Web/sites/shop`;
const RULES = [corsWildcard, http2, minTls];
const NOW = new Date('2026-03-01T12:00:00.000Z');

const effective = (settings: Settings, scope = APP, isStored = true) =>
  effectiveSettingsOf(scope, {
    ...{ settings, isStored, rules: RULES, now: NOW },
    defaults: { workspaceId: null },
    environment: { workspaceId: 'PLUMBLINE_WORKSPACE_ID' },
  });

const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const rules = fc.dictionary(
  fc.constantFrom(...RULES.map(({ id }) => id)),
  fc.record({
    enabled: option(fc.boolean()),
    tier: option(fc.constantFrom('safe', 'risky')),
  }),
);
const tls = fc.record({
  'webapp-min-tls': fc.record({ parameters: fc.constantFrom({ minimum: '1.3' }, { minimum: '1.2' }) }),
});
const mode = fc.constantFrom('audit', 'approve', 'autofix');
const profile = fc.constantFrom('baseline', 'strict');
const window = { days: ['sat'], from: '22:00', to: '04:00', timeZone: 'Europe/Berlin' };
const frozen = fc.constantFrom('2026-02-01T00:00:00Z', '2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z');
const settingsDocument = fc.record({
  mode,
  profile,
  rules: fc.oneof(rules, tls),
  limits: fc.record({ fixesPerHour: fc.constantFrom(25, 3) }),
  scopes: fc.array(
    fc.record({
      scope: fc.constantFrom(SUBSCRIPTION, `${GROUP}/`, APP.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions')),
      mode: option(mode),
      profile: option(profile),
      rules: option(fc.oneof(rules, tls)),
      approvers: option(fc.constantFrom([], ['AAAAAAAA-0000-4000-8000-000000000001'])),
      window: option(fc.constantFrom(null, window)),
      frozen: option(fc.option(frozen.map((until) => ({ until, reason: 'A release.' })))),
    }),
    { maxLength: 4 },
  ),
});

describe('the effective settings', () => {
  it('are those that decide, for any settings', () => {
    fc.assert(
      fc.property(settingsDocument, (document) => {
        const settings = settingsSchema.parse(JSON.parse(JSON.stringify(document)));
        const app = resourceNamed(APP);
        const shown = effective(settings);
        expect(shown.mode.value).toBe(modeFor(settings, app));
        expect(modeResolver(settings)(APP)).toBe(modeFor(settings, app));
        expect(shown.window.value).toEqual(windowFor(settings, app));
        expect(shown.frozen.value).toEqual(freezeFor(settings, app, NOW));
        expect(shown.approvers.value?.map((id) => id.toLowerCase()) ?? null).toEqual(approversFor(settings, app));
        const enabled = shown.rules.filter((one) => one.enabled.value);
        expect(
          enabled.map(({ rule, tier, parameters }) => ({
            ...{ rule, tier: tier.value },
            parameters: Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value])),
          })),
        ).toEqual(
          rulesFor(settings, RULES, app, { workspaceId: null }).map(({ rule, tier, parameters }) => ({
            ...{ rule: rule.id, tier: tier ?? rule.tier },
            parameters: z.record(z.string(), z.unknown()).parse(parameters),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('name where each value comes from', () => {
    const settings = settingsSchema.parse({
      mode: 'approve',
      limits: { fixesPerHour: 3 },
      rules: { 'webapp-http2': { enabled: true } },
      scopes: [
        { scope: GROUP, mode: 'autofix', rules: { 'webapp-min-tls': { parameters: { minimum: '1.3' } } } },
        { scope: SUBSCRIPTION, profile: 'strict', frozen: { until: '2026-04-01T00:00:00Z', reason: 'A release.' } },
        { scope: `${SUBSCRIPTION}/resourceGroups/other`, mode: 'audit' },
      ],
    });
    const shown = effective(settings);
    expect(shown).toMatchObject({
      scope: APP,
      mode: { value: 'autofix', from: GROUP },
      profile: { value: 'strict', from: SUBSCRIPTION },
      frozen: { value: { reason: 'A release.' }, from: SUBSCRIPTION },
      window: { value: null, from: 'default' },
      limits: { fixesPerHour: { value: 3, from: 'settings' }, flapCount: { value: 3, from: 'default' } },
      stopped: { value: null, from: 'default' },
    });
    expect(shown.rules).toMatchObject([
      { rule: 'webapp-cors-wildcard', enabled: { value: true, from: 'default' } },
      { rule: 'webapp-http2', enabled: { value: true, from: 'settings' } },
      {
        rule: 'webapp-min-tls',
        tier: { value: 'risky', from: GROUP },
        parameters: { minimum: { value: '1.3', from: GROUP } },
      },
    ]);
    expect(effective(settings, SUBSCRIPTION).mode).toEqual({ value: 'approve', from: 'settings' });
  });

  it('have the mode of the deployment while nothing is stored', () => {
    const settings = { ...settingsSchema.parse({}), mode: 'autofix' as const };
    expect(effective(settings, APP, false).mode).toEqual({ value: 'autofix', from: 'PLUMBLINE_MODE' });
    expect(effective(settingsSchema.parse({}), APP, false).mode).toEqual({ value: 'audit', from: 'default' });
  });
});
