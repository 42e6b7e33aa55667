/** A record has every member; what it is not given does not apply to it. */
import { expect, test } from 'vitest';
import { auditRecord } from '../../../src/domain/audit/record.ts';

const GIVEN = {
  id: '1',
  at: '2026-03-01T12:00:00.000Z',
  kind: 'settings.changed',
  actor: { type: 'user', objectId: 'o' },
  message: 'Settings 1.',
} as const;

test('what is not given is null or empty', () => {
  expect(auditRecord(GIVEN)).toEqual({
    ...GIVEN,
    ...{ resource: null, rule: null, mode: null, operationId: null, approvalId: null, trigger: null, arm: null },
    ...{ changes: [], alsoMoved: [], reasons: [] },
  });
});

test('what is given stays', () => {
  const reasons = [{ code: 'digest', text: 'sha256:0' }] as const;
  expect(auditRecord({ ...GIVEN, mode: 'audit', reasons })).toMatchObject({ mode: 'audit', reasons, rule: null });
});
