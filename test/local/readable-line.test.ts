/** What somebody who watches `npm start` reads of the service's log lines. */
import { describe, expect, it } from 'vitest';
import { readableLine } from '../../local/readable-line.ts';

const names = new Map([['id-of-ada', 'Ada Lovelace']]);
const shop = '/subscriptions/s/resourceGroups/shop/providers/Microsoft.Web/sites/shop';

/** Without the time, and with one blank between columns. */
function told(fields: Record<string, unknown>): string | null {
  const line = { time: '2026-01-31T12:00:00.000Z', level: 'info', message: 'm', resource: shop, ...fields };
  return (
    readableLine(JSON.stringify(line), names)
      ?.replace(/^[\d:]{8}\s+/, '')
      .replace(/\s+/g, ' ') ?? null
  );
}

describe('a line of the log, for people', () => {
  it('tells who changed what', () => {
    const event = { message: 'event received', operation: 'Microsoft.Web/sites/write', changedBy: 'id-of-ada' };
    expect(told(event)).toBe('event received shop Microsoft.Web/sites/write by Ada Lovelace');
    expect(told({ ...event, changedBy: undefined })).toBe('event received shop Microsoft.Web/sites/write by somebody');
  });

  it('lets no name move the cursor, erase or turn what is shown', () => {
    const event = { message: 'event received', operation: 'o', changedBy: 'eve\n\u001b[2K\u202eadmin' };
    expect(told(event)).toBe('event received shop o by eve\\u{a}\\u{1b}[2K\\u{202e}admin');
    expect(readableLine('failed: \u001b[8mhidden')).toBe('failed: \\u{1b}[8mhidden');
  });

  it('tells what was fixed, leaf by leaf, and not what was only intended', () => {
    const changes = [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }];
    const fix = { kind: 'fix.applied', rule: 'webapp-min-tls', changes };
    expect(told(fix)).toBe('fix applied shop webapp-min-tls minTlsVersion: 1.0 → 1.2');
    expect(told({ ...fix, kind: 'fix.intended' })).toBeNull();
  });

  it('names the document of a leaf that does not speak for itself, and only the keys of an object', () => {
    const to = { workspaceId: '/subscriptions/s/x', logs: [] };
    const changes = [{ document: 'diagnosticSettings', path: '/value/plumbline/properties', from: null, to }];
    expect(told({ kind: 'fix.applied', rule: 'webapp-diagnostics', changes })).toBe(
      'fix applied shop webapp-diagnostics diagnosticSettings value/plumbline/properties: null → { workspaceId, logs }',
    );
  });

  it('tells why something was left alone, and who decided', () => {
    const left = {
      message: 'decided',
      rule: 'webapp-min-tls',
      action: 'report',
      reasons: ['mode-audit', 'managed-by'],
    };
    expect(told(left)).toBe('report shop webapp-min-tls mode-audit, managed-by');
    expect(told({ ...left, action: 'queue' })).toBeNull();
    expect(told({ message: 'approval approved', rule: 'webapp-min-tls', by: 'id-of-ada' })).toBe(
      'approval approved shop webapp-min-tls by Ada Lovelace',
    );
  });

  it('tells errors with their reason, slots with their app, and nothing of everyday work', () => {
    expect(told({ level: 'error', message: 'a message failed', error: { message: 'no route' } })).toBe(
      'error shop a message failed: no route',
    );
    expect(told({ message: 'resource gone', resource: `${shop}/slots/staging` })).toBe('resource gone shop/staging');
    expect(told({ message: 'writing' })).toBeNull();
  });

  it('passes on what the host says only when it is trouble', () => {
    expect(readableLine('host: function reconcile failed: no')).toBe('host: function reconcile failed: no');
    expect(readableLine('host: all is well')).toBeNull();
  });
});
