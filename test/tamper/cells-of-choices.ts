/** Cells about settings and exemptions. */
import type { Json } from '../../src/domain/resources/json.ts';
import type { Cell } from './cell.ts';
import { beside, exemptionOf, one, settingsRow } from './places.ts';
import { edited, renamed } from './rows.ts';
import { MARY, TLS, W, X, Y } from './scene.ts';

const CHOSEN = /^verification: .*settings/m;
const EXEMPT = /^verification: .*exemption/im;

export const CELLS_OF_CHOICES: readonly Cell[] = [
  {
    row: 'settings',
    change: 'edited',
    what: 'the mode is audit',
    outcome: 'trusted',
    named: CHOSEN,
    comes: 'Lost: fixes, until somebody notices. Verification names settings that no entry explains.',
    act: (attacker, { now }) => attacker.put(edited(one(settingsRow(now)), { '/settings/mode': 'audit' })),
  },
  {
    row: 'settings',
    change: 'copied',
    what: 'a scope with the mode of another one',
    outcome: 'trusted',
    named: CHOSEN,
    comes: 'Lost: fixes on that scope. Verification names settings that no entry explains.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(settingsRow(now)), { '/settings/scopes': [{ scope: X, mode: 'audit' }] })),
  },
  {
    row: 'settings',
    change: 'removed',
    what: 'no settings are stored',
    outcome: 'trusted',
    named: CHOSEN,
    comes: 'Lost: the settings; the defaults apply, with the mode of the deployment. Verification names it.',
    act: (attacker, { now }) => attacker.remove(...settingsRow(now)),
  },
  {
    row: 'settings',
    change: 'added',
    what: 'a record that waits to be logged: the service was stopped',
    outcome: 'refused',
    named: /outbox record has an invalid seal/,
    comes: 'The record has no signature of the service: it is dropped.',
    act: (attacker, { now, at: when }) => {
      const record: Json = {
        ...{ id: 'f'.repeat(32), at: when.toISOString(), kind: 'service.stopped', resource: null, rule: null },
        ...{ mode: 'autofix', operationId: null, approvalId: null, trigger: null, changes: [], alsoMoved: [] },
        ...{
          actor: { type: 'user', objectId: MARY.objectId, name: 'Mary' },
          reasons: [],
          arm: null,
          message: 'Stopped.',
        },
        ...{ hash: 'a'.repeat(64), keyId: 'k2', signature: 'AAAA' },
      };
      return attacker.put(edited(one(settingsRow(now)), { '/records': [record] }));
    },
  },
  {
    row: 'settings',
    change: 'restored',
    what: 'the settings as they were before the last change',
    outcome: 'trusted',
    named: CHOSEN,
    comes: 'Lost: the last change. Verification names settings that no entry explains.',
    act: (attacker, { earlier }) => attacker.put(...settingsRow(earlier)),
  },
  {
    row: 'exemption',
    change: 'edited',
    what: 'it is for another rule',
    outcome: 'trusted',
    named: EXEMPT,
    comes: 'Lost: the fix that it now prevents. Verification names an exemption that no entry explains.',
    act: (attacker, { now }) =>
      attacker.put(
        ...exemptionOf(X)(now).map((row) => ({
          ...edited(row, { '/rule': TLS }),
          columns: { ...row.columns, Rule: TLS },
        })),
      ),
  },
  {
    row: 'exemption',
    change: 'edited',
    what: 'it has ended',
    outcome: 'trusted',
    named: EXEMPT,
    comes: 'Lost: the exemption; the violation is fixed. The log has no end of it; verification names it.',
    act: (attacker, { now }) =>
      attacker.put(...exemptionOf(X)(now).map((row) => edited(row, { '/expires': '2026-03-01T12:01:00.000Z' }))),
  },
  {
    row: 'exemption',
    change: 'copied',
    what: 'the same for another app, with another id',
    outcome: 'trusted',
    named: EXEMPT,
    comes: 'Lost: the fixes that it prevents. Verification names an exemption that no entry explains.',
    act: (attacker, { now }) => {
      const row = beside(renamed(one(exemptionOf(X)(now)), X, Y));
      return attacker.put(edited(row, { '/id': row.rowKey }));
    },
  },
  {
    row: 'exemption',
    change: 'removed',
    what: 'it is missing',
    outcome: 'trusted',
    named: EXEMPT,
    comes:
      'Lost: the exemption; the violation is fixed. Verification names an exemption that is missing and has no end.',
    act: (attacker, { now }) => attacker.remove(...exemptionOf(X)(now)),
  },
  {
    row: 'exemption',
    change: 'added',
    what: 'one that nobody granted',
    outcome: 'trusted',
    named: EXEMPT,
    comes: 'Lost: the fix that it prevents. Verification names an exemption that no entry explains.',
    act: (attacker, { now }) => {
      const row = beside(one(exemptionOf(X)(now)));
      const made = edited(row, { '/id': row.rowKey, '/rule': TLS });
      return attacker.put({ ...made, columns: { ...row.columns, Rule: TLS } });
    },
  },
  {
    row: 'exemption',
    change: 'restored',
    what: 'one that was removed is in force again',
    outcome: 'trusted',
    named: EXEMPT,
    comes: 'Lost: the fix that it prevents. Verification names an exemption whose end is in the log.',
    act: (attacker, { earlier }) => attacker.put(...exemptionOf(W)(earlier)),
  },
];
