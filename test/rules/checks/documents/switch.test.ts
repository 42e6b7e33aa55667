import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/domain/resources/json.ts';
import { parseSnapshot } from '../../../../src/domain/resources/snapshot.ts';
import { compliant, unknown } from '../../../../src/domain/rules/rule.ts';
import { SITE } from '../../../../src/rules/checks/app-service/hosting.ts';
import { truthOf } from '../../../../src/rules/checks/documents/leaves.ts';
import { defineSwitch, judgeSwitch } from '../../../../src/rules/checks/documents/switch.ts';
import { SITE_ID, site } from '../../fixtures/web-app.ts';

describe('a switch of a document', () => {
  test.each<[Json | undefined, boolean | null]>([
    [true, true],
    [false, false],
    ['True', true],
    ['false ', false],
    ['', null],
    [null, null],
    [undefined, null],
    [1, null],
    [[true], null],
    [{ toString: 'true' }, null],
  ])('%j', (value, truth) => {
    expect(truthOf(value)).toBe(truth);
  });

  const place = { document: 'resource', path: '/properties' } as const;
  const on = { leaf: 'on', value: true, right: 'It is on', wrong: 'It is off' } as const;
  const mode = { leaf: 'mode', value: 'Strict', whenUnset: 'Lax', right: 'It is strict', wrong: 'It is lax' } as const;

  test('without a value has the default of the service', () => {
    expect(judgeSwitch({}, place, { ...on, whenUnset: true }).verdict).toBe('compliant');
    expect(judgeSwitch({ on: null }, place, { ...on, whenUnset: false })).toEqual({
      verdict: 'violation',
      reason: 'It is off (on is not set).',
      changes: [{ document: 'resource', path: '/properties/on', from: null, to: true }],
    });
  });

  test('without a value is unknown when the default of the service is unknown', () => {
    expect(judgeSwitch({}, place, { ...on, whenUnset: null })).toEqual(unknown('on is neither true nor false.'));
  });

  test('with an unexpected value is unknown and not overwritten', () => {
    expect(judgeSwitch({ on: { toString: 1 } }, place, { ...on, whenUnset: false }).verdict).toBe('unknown');
  });

  test('with a word is compared without regard to case, and may allow several words', () => {
    expect(judgeSwitch({ mode: 'strict' }, place, mode)).toEqual(compliant('It is strict.'));
    expect(judgeSwitch({ mode: 'Off' }, place, { ...mode, alsoRight: ['off'] }).verdict).toBe('compliant');
    expect(judgeSwitch({ mode: 'other' }, place, mode)).toMatchObject({
      reason: 'It is lax (mode is "other").',
      changes: [{ document: 'resource', path: '/properties/mode', from: 'other', to: 'Strict' }],
    });
    expect(judgeSwitch({}, place, mode).verdict).toBe('violation');
    expect(judgeSwitch({ mode: 1 }, place, mode)).toEqual(unknown('mode is no text.'));
    expect(judgeSwitch({ mode: 1 }, place, { ...mode, unclear: 'No mode.' })).toEqual(unknown('No mode.'));
  });
});

describe('a rule of one switch', () => {
  const metadata = {
    id: 'webapp-example',
    title: 'The switch is on',
    why: 'To see one.',
    risk: 'None.',
    severity: 'low',
    profile: 'strict',
    references: {},
    leaf: 'httpsOnly',
    value: true,
    whenUnset: false,
    right: 'It is on',
    wrong: (found: Json) => `It is ${found}.`,
    azurerm: { https_only: true },
  } as const;
  const judge = (rule: ReturnType<typeof defineSwitch>, httpsOnly: boolean) =>
    rule.check(
      parseSnapshot({ id: SITE_ID, documents: { resource: site({ httpsOnly }) } }),
      {},
      new Date('2026-01-15T12:00:00Z'),
    );

  test('reads and writes its section, and declares the property that it sets', () => {
    const rule = defineSwitch(SITE, { ...metadata, fix: 'Sets it.' });
    expect(rule).toMatchObject({ kind: 'web-app', tier: 'risky', documents: ['resource'], writes: ['resource'] });
    expect(judge(rule, false)).toMatchObject({ reason: 'It is false.', changes: [{ to: true }] });
    expect(rule.source([]).bicep).toContain('httpsOnly: true');
    expect(rule.source([]).terraform).toContain('https_only = true');
  });

  test('without a fix is advice', () => {
    const rule = defineSwitch(SITE, metadata);
    expect(rule).toMatchObject({ tier: 'advice', fix: null, reversible: false, writes: [] });
    expect(judge(rule, false)).toMatchObject({ verdict: 'violation', changes: [] });
  });

  test('may exclude resources, and evaluate more than its switch', () => {
    const rule = defineSwitch(SITE, {
      ...metadata,
      fix: 'Sets it.',
      except: (_, { httpsOnly }) => (httpsOnly === true ? unknown('Not asked.') : null),
      refine: (found) => ({ ...found, tier: 'safe' }),
    });
    expect(judge(rule, true)).toEqual(unknown('Not asked.'));
    expect(judge(rule, false)).toMatchObject({ verdict: 'violation', tier: 'safe' });
  });
});
