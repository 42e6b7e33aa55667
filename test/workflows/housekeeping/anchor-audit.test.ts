import { describe, expect, it } from 'vitest';
import { nextAnchor } from '../../../src/domain/audit/anchor.ts';
import { parseAuditKeys } from '../../../src/domain/audit/audit.ts';
import { anchorAudit } from '../../../src/workflows/housekeeping/anchor-audit.ts';
import type { AuditLog } from '../../../src/workflows/ports/audit.ts';
import { fakeDeps } from '../../fakes/deps.ts';

const { signing } = parseAuditKeys(Buffer.alloc(32, 5).toString('base64'));
const anchor = nextAnchor(
  null,
  [{ chain: '03', seq: 7, hash: 'a'.repeat(64), at: '2026-03-01T11:00:00.000Z' }],
  { at: '2026-03-01T12:00:00.000Z', whole: true },
  signing,
);
const verification = { complete: true, entries: 7, verifiedTo: null, publicKeys: [] };

describe('the hourly verification of the log', () => {
  it('logs number and hash of each anchor, outside of the storage account', async () => {
    expect(await saidOf({ verification: { ...verification, valid: true }, anchor })).toEqual([
      {
        level: 'info',
        message: 'audit log anchored',
        fields: { anchor: 1, hash: anchor.hash, entries: 7, complete: true },
      },
    ]);
  });

  it('logs an error with the first bad entry when the log is not valid', async () => {
    const firstBad = { chain: '03', seq: 4, id: null };
    const broken = { ...verification, valid: false, firstBad, reason: 'Entry 4 of chain 03: it is not there.' };
    expect(await saidOf({ verification: broken, anchor: null })).toEqual([
      { level: 'error', message: 'audit log verification failed', fields: { firstBad, reason: broken.reason } },
    ]);
  });

  it('logs nothing without new entries', async () => {
    expect(await saidOf({ verification: { ...verification, valid: true }, anchor: null })).toEqual([]);
  });
});

async function saidOf(found: Awaited<ReturnType<AuditLog['verifyAndAnchor']>>) {
  const deps = fakeDeps();
  await anchorAudit({ ...deps, audit: { ...deps.audit, verifyAndAnchor: async () => found } });
  return deps.stored.logged;
}
