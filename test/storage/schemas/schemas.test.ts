import { describe, expect, test } from 'vitest';
import { AUDIT_KINDS } from '../../../src/domain/audit/audit.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import * as shapes from '../../../src/storage/schemas/stored.ts';
import { app, approval, sealedFact, time } from '../samples.ts';

const settings = {
  settings: settingsSchema.parse({}),
  revision: 1,
  stoppedAt: null,
  stoppedBy: null,
};
const exemption = {
  id: 'x1',
  scope: app('one').id,
  rule: 'webapp-min-tls',
  owner: 'o',
  reason: 'r',
  ticket: null,
  expires: time(60),
  createdAt: time(0),
  createdBy: { type: 'service' },
  removedAt: null,
};

describe('guarantee 14: records that wait in a row for the log are about that row', () => {
  test.each(AUDIT_KINDS)('%s', (kind) => {
    const records = [sealedFact(app('one'), 'f', { kind })];
    const taken = {
      approval: shapes.approval.safeParse(approval('a1', app('one'), { outbox: records })).success,
      settings: shapes.storedSettings.safeParse({ ...settings, records }).success,
      exemption: shapes.exemption.safeParse({ ...exemption, outbox: records }).success,
    };
    const [about = ''] = kind.split('.');
    expect(taken).toEqual({
      approval: about === 'approval',
      settings: about === 'settings' || about === 'service',
      exemption: about === 'exemption',
    });
  });
});
