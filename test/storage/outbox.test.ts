import { describe, expect, test } from 'vitest';
import { approval } from '../../src/domain/approvals/approval.ts';
import { exemption } from '../../src/domain/approvals/exemption.ts';
import { AUDIT_KINDS } from '../../src/domain/audit/audit.ts';
import { settingsSchema } from '../../src/domain/rules/settings.ts';
import { storedSettings } from '../../src/workflows/ports/settings.ts';
import * as samples from './samples.ts';

const settings = {
  settings: settingsSchema.parse({}),
  revision: 1,
  stoppedAt: null,
  stoppedBy: null,
};
const granted = {
  id: 'x1',
  scope: samples.app('one').id,
  rule: 'webapp-min-tls',
  owner: 'o',
  reason: 'r',
  ticket: null,
  expires: samples.time(60),
  createdAt: samples.time(0),
  createdBy: { type: 'service' },
  removedAt: null,
};

describe('guarantee 14: an outbox takes only records about its own row', () => {
  test.each(AUDIT_KINDS)('%s', (kind) => {
    const records = [samples.sealedRecord(samples.app('one'), 'f', { kind })];
    const taken = {
      approval: approval.safeParse(samples.approval('a1', samples.app('one'), { outbox: records })).success,
      settings: storedSettings.safeParse({ ...settings, records }).success,
      exemption: exemption.safeParse({ ...granted, outbox: records }).success,
    };
    const [about = ''] = kind.split('.');
    expect(taken).toEqual({
      // A rollback by the health gate has its cause in the same row.
      approval: about === 'approval' || about === 'health',
      settings: about === 'settings' || about === 'service',
      exemption: about === 'exemption',
    });
  });
});
