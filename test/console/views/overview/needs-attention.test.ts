import { describe, expect, it } from 'vitest';
import { needsAttention, type Signs } from '../../../../src/console/views/overview/needs-attention.ts';

const calm: Signs = {
  ...{ stopped: null, deadLetters: 0, blocked: 0, held: 0, expiring: 0 },
  log: { valid: true },
};

describe('what needs attention', () => {
  it('is nothing while all is well, and while the log is being verified', () => {
    expect(needsAttention(calm)).toEqual([]);
    expect(needsAttention({ ...calm, log: null })).toEqual([]);
  });

  it('begins with what is worst', () => {
    const found = needsAttention({
      ...{ stopped: 'Incident 7', deadLetters: 1, blocked: 2, held: 1, expiring: 2 },
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
});
