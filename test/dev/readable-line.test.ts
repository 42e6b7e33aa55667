/** The lines that `npm start` prints for the service's log. */
import { describe, expect, it } from 'vitest';
import { formatLogLine } from '../../dev/readable-line.ts';

const names = new Map([['id-of-ada', 'Ada Lovelace']]);
const shop = '/subscriptions/s/resourceGroups/shop/providers/Microsoft.Web/sites/shop';

/** Without the time, and with one blank between columns. */
function formatted(fields: Record<string, unknown>): string | null {
  const line = { time: '2026-01-31T12:00:00.000Z', level: 'info', message: 'm', resource: shop, ...fields };
  return (
    formatLogLine(JSON.stringify(line), names)
      ?.replace(/^[\d:]{8}\s+/, '')
      .replace(/\s+/g, ' ') ?? null
  );
}

describe('a printed line of the log', () => {
  it('names who changed what', () => {
    const event = { message: 'event received', operation: 'Microsoft.Web/sites/write', changedBy: 'id-of-ada' };
    expect(formatted(event)).toBe('event received shop Microsoft.Web/sites/write by Ada Lovelace');
    expect(formatted({ ...event, changedBy: undefined })).toBe(
      'event received shop Microsoft.Web/sites/write by somebody',
    );
  });

  it('escapes control characters in names', () => {
    const event = { message: 'event received', operation: 'o', changedBy: 'eve\n\u001b[2K\u202eadmin' };
    expect(formatted(event)).toBe('event received shop o by eve\\u{a}\\u{1b}[2K\\u{202e}admin');
    expect(formatLogLine('failed: \u001b[8mhidden')).toBe('failed: \\u{1b}[8mhidden');
  });

  it('shows each fixed property, and nothing for an intent', () => {
    const changes = [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }];
    const fix = { kind: 'fix.applied', rule: 'webapp-min-tls', changes };
    expect(formatted(fix)).toBe('fix applied shop webapp-min-tls minTlsVersion: 1.0 → 1.2');
    expect(formatted({ ...fix, kind: 'fix.intended' })).toBeNull();
  });

  it('names the document of a property whose path does not show it, and only the keys of an object', () => {
    const to = { workspaceId: '/subscriptions/s/x', logs: [] };
    const changes = [{ document: 'diagnosticSettings', path: '/value/plumbline/properties', from: null, to }];
    expect(formatted({ kind: 'fix.applied', rule: 'webapp-diagnostics', changes })).toBe(
      'fix applied shop webapp-diagnostics diagnosticSettings value/plumbline/properties: null → { workspaceId, logs }',
    );
  });

  it('shows why nothing was written, and who decided', () => {
    const reported = {
      message: 'decided',
      rule: 'webapp-min-tls',
      action: 'report',
      reasons: ['mode-audit', 'managed-by'],
    };
    expect(formatted(reported)).toBe('report shop webapp-min-tls mode-audit, managed-by');
    expect(formatted({ ...reported, action: 'queue' })).toBeNull();
    expect(formatted({ message: 'approval approved', rule: 'webapp-min-tls', by: 'id-of-ada' })).toBe(
      'approval approved shop webapp-min-tls by Ada Lovelace',
    );
  });

  it('shows how an app is after a fix, and how a roll-out goes on', () => {
    const gate = { message: 'health gate ended', gate: 'g', status: 'worse', why: 'Its availability is Limited.' };
    expect(formatted(gate)).toBe('health gate shop worse: Its availability is Limited.');
    const ordered = { message: 'rollback ordered by a health gate', rule: 'webapp-min-tls' };
    expect(formatted(ordered)).toBe('health worse shop webapp-min-tls the fix is rolled back');
    const stopped = {
      message: 'roll-out went on',
      resource: undefined,
      rule: 'webapp-min-tls',
      status: 'stopped',
      stage: 2,
    };
    expect(formatted(stopped)).toBe('roll-out webapp-min-tls stopped, stage 2');
  });

  it('shows errors with their reason, slots with their app, and no routine lines', () => {
    expect(formatted({ level: 'error', message: 'a message failed', error: { message: 'no route' } })).toBe(
      'error shop a message failed: no route',
    );
    expect(formatted({ message: 'resource gone', resource: `${shop}/slots/staging` })).toBe(
      'resource gone shop/staging',
    );
    expect(formatted({ message: 'writing' })).toBeNull();
  });

  it('shows only errors of the host', () => {
    expect(formatLogLine('host: function reconcile failed: no')).toBe('host: function reconcile failed: no');
    expect(formatLogLine('host: all is well')).toBeNull();
  });
});
