import { describe, expect, test } from 'vitest';
import { AUDIT_KINDS } from '../../src/domain/audit.ts';
import { settingsSchema } from '../../src/domain/settings.ts';
import * as shapes from '../../src/storage/shapes.ts';
import { app, approval, sealedFact, time } from './samples.ts';

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

describe('promise 14: facts that wait in a row to be signed are about that row', () => {
  test.each(AUDIT_KINDS)('%s', (kind) => {
    const facts = [sealedFact(app('one'), 'f', { kind })];
    const taken = {
      approval: shapes.approval.safeParse(approval('a1', app('one'), { unlogged: facts })).success,
      settings: shapes.storedSettings.safeParse({ ...settings, facts }).success,
      exemption: shapes.exemption.safeParse({ ...exemption, unlogged: facts }).success,
    };
    const [about = ''] = kind.split('.');
    expect(taken).toEqual({
      approval: about === 'approval',
      settings: about === 'settings' || about === 'service',
      exemption: about === 'exemption',
    });
  });
});
