/** The settings of one rule, everywhere and in a scope. */
import { describe, expect, test } from 'vitest';
import { ruleView } from '../../../../src/api/endpoints/rules.ts';
import type { Settings } from '../../../../src/console/api/types.ts';
import { membersOf } from '../../../../src/console/ui/schema-form/field.ts';
import {
  draftOfSetting,
  isEnabled,
  layersOf,
  readRuleDraft,
  settingIn,
  tiersFor,
  valuesAbove,
  withSetting,
} from '../../../../src/console/views/rules/rule-settings.ts';
import { parseSettings, settingsSchema } from '../../../../src/domain/rules/settings.ts';
import { rules } from '../../../../src/rules/index.ts';

const SCOPE = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop';

function ruleNamed(id: string) {
  const rule = rules.find((one) => one.id === id);
  if (!rule) throw new Error(id);
  return ruleView(rule);
}

function settingsOf(given: object): Settings {
  return { ...settingsSchema.parse(given), stopped: null };
}

const TLS = ruleNamed('webapp-min-tls');
const members = membersOf(TLS.parameters);

test('a form without a change gives the setting that was there', () => {
  for (const setting of [{}, { enabled: false }, { tier: 'risky' as const, parameters: { minimum: '1.3' } }]) {
    expect(readRuleDraft(draftOfSetting(setting, members), members)).toEqual({ setting });
  }
});

test('a problem names the parameter', () => {
  const draft = { ...draftOfSetting({}, members), parameters: { minimum: '1.1' } };
  expect(readRuleDraft(draft, members)).toEqual({
    problems: [{ pointer: '/minimum', message: 'Choose one of the values.' }],
  });
});

describe('settings with another setting of a rule', () => {
  const settings = settingsOf({
    rules: { 'webapp-https-only': { enabled: false } },
    scopes: [{ scope: SCOPE, mode: 'autofix' }],
  });

  test('everywhere', () => {
    const changed = withSetting(settings, null, TLS.id, { parameters: { minimum: '1.3' } });
    expect(changed.rules).toEqual({
      'webapp-https-only': { enabled: false },
      [TLS.id]: { parameters: { minimum: '1.3' } },
    });
    expect(parseSettings({ ...changed, stopped: null }, rules)).toHaveProperty('settings');
    expect(withSetting(changed, null, TLS.id, {})).toEqual(settings);
  });

  test('in a scope, without case, and the rest of the scope stays', () => {
    const changed = withSetting(settings, SCOPE.toUpperCase(), TLS.id, { tier: 'advice' });
    expect(changed.scopes).toEqual([{ scope: SCOPE, mode: 'autofix', rules: { [TLS.id]: { tier: 'advice' } } }]);
    expect(settingIn(changed, SCOPE, TLS.id)).toEqual({ tier: 'advice' });
    expect(layersOf(changed, TLS.id)).toEqual([SCOPE]);
  });

  test('in a scope that is not there yet', () => {
    const other = `${SCOPE}-2`;
    expect(withSetting(settings, other, TLS.id, { enabled: true }).scopes).toEqual([
      { scope: SCOPE, mode: 'autofix' },
      { scope: other, rules: { [TLS.id]: { enabled: true } } },
    ]);
  });
});

test('a scope without a parameter has the one of everywhere, and that the default', () => {
  const settings = settingsOf({ rules: { [TLS.id]: { parameters: { minimum: '1.3' } } } });
  expect(valuesAbove(settings, SCOPE, TLS)).toEqual({ minimum: '1.3' });
  expect(valuesAbove(settings, null, TLS)).toEqual({ minimum: '1.2' });
});

test('a rule of the strict profile is evaluated in that profile, or when it is switched on', () => {
  const strict = rules.map(ruleView).find(({ profile }) => profile === 'strict');
  if (!strict) throw new Error('no strict rule');
  expect(isEnabled(settingsOf({}), strict)).toBe(false);
  expect(isEnabled(settingsOf({ profile: 'strict' }), strict)).toBe(true);
  expect(isEnabled(settingsOf({ rules: { [strict.id]: { enabled: true } } }), strict)).toBe(true);
  expect(isEnabled(settingsOf({ rules: { [TLS.id]: { enabled: false } } }), TLS)).toBe(false);
});

test('advice stays advice', () => {
  expect(tiersFor({ tier: 'advice' })).toEqual(['advice']);
  expect(tiersFor({ tier: 'risky' })).toEqual(['safe', 'risky', 'advice']);
});
