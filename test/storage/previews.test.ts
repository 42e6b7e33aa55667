import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/decisions/finding.ts';
import type { PreviewItem } from '../../src/domain/decisions/preview.ts';
import type { StoredPreview } from '../../src/workflows/ports/previews.ts';
import { ConflictError, collect, paginate } from '../../src/workflows/ports/storage.ts';
import { finding } from '../api/samples.ts';
import { useAccount } from './azurite.ts';
import { app, SUBSCRIPTION, time } from './samples.ts';

const account = useAccount();
const storage = () => account.open();

const foundOn = (name: string, differs: Partial<Finding>): Finding => {
  const { id, type, name: shown } = app(name);
  return finding({ resource: { id, type, name: shown }, since: time(0), evaluatedAt: time(3600), ...differs });
};
const key = ({ resource, rule }: Finding) => `${resource.name} ${rule}`;

describe('the findings that a preview judges', () => {
  const compliant = { verdict: 'compliant', decision: null } as const;

  it('are violations, unknown ones, old ones, and all of some rules, below a scope', async () => {
    const { findings, previews } = storage();
    await findings.replace(app('one'), [
      foundOn('one', { rule: 'webapp-a', basis: { facts: { modeTag: 'audit' } } }),
      foundOn('one', { rule: 'webapp-b', ...compliant }),
      foundOn('one', { rule: 'webapp-c', verdict: 'unknown', decision: null }),
      foundOn('one', { rule: 'webapp-d', ...compliant, evaluatedAt: time(0) }),
    ]);
    await findings.replace(app('two'), [foundOn('two', { rule: 'webapp-b', ...compliant })]);
    const asked = { scope: null, rules: null, whole: [], before: time(60) };
    const list = async (differs: Partial<typeof asked> | object) =>
      (await collect(paginate((page) => previews.listFindings({ ...asked, ...differs }, page), 2))).map(key).sort();
    expect(await list({})).toEqual(['one webapp-a', 'one webapp-c', 'one webapp-d']);
    expect(await list({ whole: ['webapp-b'] })).toHaveLength(5);
    expect(await list({ rules: ['webapp-b'] })).toEqual(['one webapp-b', 'two webapp-b']);
    expect(await list({ rules: ['webapp-b'], scope: app('two').key })).toEqual(['two webapp-b']);
    // More rules than a filter takes: the answer has others, too.
    const many = Array.from({ length: 20 }, (_, n) => `webapp-${n}`);
    expect(await list({ rules: many, scope: SUBSCRIPTION })).toHaveLength(5);
    expect(await list({ whole: many, scope: SUBSCRIPTION })).toHaveLength(5);
    const [first] = (await previews.listFindings({ ...asked, rules: ['webapp-a'] }, { limit: 9, after: null })).items;
    expect(first?.basis).toEqual({ facts: { modeTag: 'audit' } });
  });

  it('name the rules of each resource by one request for a thousand resources', async () => {
    const { previews } = storage();
    const listed = await collect(paginate((page) => previews.listEvaluated(SUBSCRIPTION, page), 1));
    expect(listed.map(({ resource, rules }) => [resource, [...rules].sort()]).sort()).toEqual([
      [app('one').id, ['webapp-a', 'webapp-b', 'webapp-c', 'webapp-d']],
      [app('two').id, ['webapp-b']],
    ]);
    expect(await collect(paginate((page) => previews.listEvaluated('/subscriptions/other', page)))).toEqual([]);
  });
});

describe('a preview in the background', () => {
  const preview = (id: string): StoredPreview => ({
    id,
    request: { kind: 'exemptions', exemptions: [] },
    createdAt: time(0),
    result: null,
  });
  const item = (n: number): PreviewItem => ({
    resource: { id: `${app('one').id}${n}`, type: 'Microsoft.Web/sites', name: `one${n}` },
    ...{ rule: 'webapp-a', severity: 'high', before: null, after: 'unknown' },
    reasons: Array.from({ length: 19 }, () => ({ code: 'not-evaluated' as const, text: 'é'.repeat(50) })),
  });

  it('is saved under its version, and read back with any part of its items', async () => {
    const { previews } = storage();
    const id = previews.newId(new Date(time(0)));
    const version = await previews.save(preview(id), null);
    expect(await previews.get(id)).toEqual({ value: preview(id), version });
    await expect(previews.save(preview(id), null)).rejects.toThrow(ConflictError);
    const items = Array.from({ length: 120 }, (_, n) => item(n));
    for (const first of [0, 50, 100]) await previews.saveItems(id, first, items.slice(first, first + 50));
    await previews.saveItems(id, 50, items.slice(50, 100));
    for (const [first, limit] of [
      [0, 120],
      [0, 1],
      [49, 2],
      [50, 50],
      [119, 200],
      [120, 9],
    ] as const)
      expect(await previews.readItems(id, first, limit), `${first}`).toEqual(items.slice(first, first + limit));
    // The key of a row with items is no id.
    for (const other of ['no/key', `${id}-00000000`]) expect(await previews.get(other)).toBeNull();
  });

  it('is removed with its items when it is older', async () => {
    const { previews } = storage();
    const [old, kept] = [time(0), time(100)].map((at) => previews.newId(new Date(at)));
    for (const id of [old, kept]) {
      await previews.save(preview(id ?? ''), null);
      await previews.saveItems(id ?? '', 0, [item(1)]);
    }
    await previews.removeBefore(new Date(time(50)));
    expect(await previews.get(old ?? '')).toBeNull();
    expect(await previews.readItems(old ?? '', 0, 9)).toEqual([]);
    expect(await previews.get(kept ?? '')).not.toBeNull();
    expect(await previews.readItems(kept ?? '', 0, 9)).toHaveLength(1);
  });
});
