/** The mode of a scope, and the settings that apply to an app. */
import { describe, expect, test } from 'vitest';
import type { Settings } from '../../../../src/console/api/types.ts';
import { scopeText } from '../../../../src/console/ui/scope/scope.ts';
import { changedRules, effectiveLines, valueText } from '../../../../src/console/views/apps/effective.ts';
import { sourceText, withMode } from '../../../../src/console/views/apps/mode.ts';
import { effectiveSettingsOf } from '../../../../src/domain/rules/effective-settings.ts';
import { settingsSchema } from '../../../../src/domain/rules/settings.ts';
import { rules } from '../../../../src/rules/index.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop';
const APP = `${GROUP}/providers/Microsoft.Web/sites/portal`;

function settingsOf(given: object): Settings {
  return { ...settingsSchema.parse(given), stopped: null };
}

describe('the mode of a scope', () => {
  test('is added, changed without case, and taken away again', () => {
    const added = withMode(settingsOf({}), GROUP, 'autofix');
    expect(added.scopes).toEqual([{ scope: GROUP, mode: 'autofix' }]);
    const changed = withMode(added, GROUP.toUpperCase(), 'approve');
    expect(changed.scopes).toEqual([{ scope: GROUP, mode: 'approve' }]);
    expect(withMode(changed, GROUP, null).scopes).toEqual([]);
  });

  test('leaves the rest of the scope', () => {
    const settings = settingsOf({ scopes: [{ scope: GROUP, mode: 'audit', profile: 'strict' }] });
    expect(withMode(settings, GROUP, 'autofix').scopes).toEqual([{ scope: GROUP, mode: 'autofix', profile: 'strict' }]);
    expect(withMode(settings, GROUP, null).scopes).toEqual([{ scope: GROUP, profile: 'strict' }]);
    expect(withMode(settings, APP, null)).toEqual(settings);
  });
});

test('where a value comes from', () => {
  expect(['default', 'settings', GROUP, 'PLUMBLINE_MODE'].map((from) => sourceText(from, scopeText))).toEqual([
    'Default',
    'Settings, everywhere',
    'Resource group shop',
    'App setting PLUMBLINE_MODE',
  ]);
});

describe('the effective settings of an app', () => {
  const effective = effectiveSettingsOf(APP, {
    settings: settingsOf({
      limits: { fixesPerHour: 5 },
      scopes: [{ scope: GROUP, mode: 'autofix', rules: { 'webapp-min-tls': { parameters: { minimum: '1.3' } } } }],
    }),
    isStored: true,
    rules,
    defaults: { workspaceId: null },
    environment: {},
    now: new Date('2026-03-01T12:00:00.000Z'),
  });

  test('what is set somewhere comes before the defaults', () => {
    const lines = effectiveLines(effective);
    expect(lines.slice(0, 2)).toEqual([
      { name: 'Mode', value: 'Auto-fix low risk', from: GROUP },
      { name: 'Automatic fixes an hour and subscription', value: '5', from: 'settings' },
    ]);
    expect(lines.slice(2).every(({ from }) => from === 'default')).toBe(true);
    expect(lines.length).toBeGreaterThan(15);
  });

  test('rules with settings of their own', () => {
    expect(changedRules(effective)).toEqual([
      { name: 'Rule webapp-min-tls: Tier', value: 'risky', from: GROUP },
      { name: 'Rule webapp-min-tls: Parameter minimum', value: '1.3', from: GROUP },
    ]);
  });

  test.each([
    [null, 'Not set'],
    [true, 'On'],
    [[], 'None'],
    [['a', 1], 'a, 1'],
    [{ days: ['sat'], from: '22:00', to: '04:00', timeZone: 'Europe/Berlin' }, 'sat 22:00 to 04:00, Europe/Berlin'],
    [{ until: '2026-04-01T00:00:00Z', reason: 'Release' }, 'Until 2026-04-01T00:00:00Z: Release'],
    [{ reason: 'Incident' }, 'Incident'],
  ])('%j is %s', (value, text) => expect(valueText(value)).toBe(text));
});
