import { describe, expect, it } from 'vitest';
import { needsAttention, type Signs } from '../../../../src/console/views/overview/needs-attention.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const calm: Signs = {
  ...{ stopped: null, deadLetters: 0, blocked: 0, held: 0, now: NOW },
  expiresAt: ['2026-12-03T00:00:00Z'],
  log: { valid: true },
};

describe('what needs attention', () => {
  it('is nothing while all is well, and while the log is being verified', () => {
    expect(needsAttention(calm)).toEqual([]);
    expect(needsAttention({ ...calm, log: null })).toEqual([]);
  });

  it('begins with what is worst', () => {
    const found = needsAttention({
      ...{ stopped: 'Incident 7', deadLetters: 1, blocked: 2, held: 1, now: NOW },
      expiresAt: ['2026-11-30T13:00:00Z', '2026-12-01T11:00:00Z', '2026-12-01T12:00:00Z'],
      log: { valid: false, reason: 'Entry 4 of chain 03 is missing' },
    });
    expect(found.map(({ text }) => text)).toEqual([
      'Verification of the audit log failed: Entry 4 of chain 03 is missing',
      'Changes are stopped: Incident 7',
      '2 approved changes could not be applied yet',
      '1 message could not be handled',
      '2 approvals expire within 24 hours',
      '1 fix on hold',
    ]);
  });

  it('says when there may be more than the list has', () => {
    const expiresAt = Array.from({ length: 100 }, () => '2026-11-30T13:00:00Z');
    expect(needsAttention({ ...calm, expiresAt }).map(({ text }) => text)).toEqual([
      'At least 100 approvals expire within 24 hours',
    ]);
  });
});
