import { describe, expect, test } from 'vitest';
import type { Change, Kept } from '../../src/domain/change.ts';
import { bodyToSend, planOf, shown } from '../../src/domain/plan.ts';
import { CONTAINER_APP, ENVIRONMENT, resourceNamed, SITE, TLS_CHANGE } from './examples.ts';

const site = resourceNamed(SITE);
const change = (document: Change['document'], path: string, to: Change['to'], from: Change['from'] = null): Change => ({
  document,
  path,
  from,
  to,
});
const https = change('resource', '/properties/httpsOnly', true);
const ftps = change('config/web', '/properties/ftpsState', 'FtpsOnly');
const allow = change('basicPublishingCredentialsPolicies/ftp', '/properties/allow', false);
const setting = change('diagnosticSettings', '/value/plumbline/properties', { workspaceId: 'w', logs: [] });
const insights = `${SITE}/providers/Microsoft.Insights/diagnosticSettings`;

describe('promise 5: the fewest requests, with nothing but the named leaves', () => {
  test('one request for a document, in the order of the documents table', () => {
    expect(planOf(site, [setting, allow, ftps, TLS_CHANGE, https]).map(shown)).toEqual([
      { method: 'PATCH', path: SITE, body: { properties: { httpsOnly: true } } },
      {
        method: 'PATCH',
        path: `${SITE}/config/web`,
        body: { properties: { ftpsState: 'FtpsOnly', minTlsVersion: '1.2' } },
      },
      {
        method: 'PUT',
        path: `${SITE}/basicPublishingCredentialsPolicies/ftp`,
        body: { properties: { allow: false } },
      },
      { method: 'PUT', path: `${insights}/plumbline`, body: { properties: { workspaceId: 'w', logs: [] } } },
    ]);
  });

  test('the order in which the changes come makes no other plan', () => {
    const paths = (...changes: Change[]) => planOf(site, changes).map(({ path }) => path);
    expect(paths(https, TLS_CHANGE, setting)).toEqual(paths(setting, TLS_CHANGE, https));
  });

  test('siblings to keep travel, and are no changes', () => {
    const cors = change('config/web', '/properties/cors/allowedOrigins', []);
    const kept: Kept = { document: 'config/web', path: '/properties/cors/supportCredentials', value: true };
    const elsewhere: Kept = { document: 'resource', path: '/identity/x', value: 1 };
    const [step] = planOf(site, [cors], [kept, elsewhere]);
    expect(step?.body).toEqual({ properties: { cors: { allowedOrigins: [], supportCredentials: true } } });
    expect(step?.changes).toEqual([cors]);
  });

  test('no changes, no requests', () => {
    expect(planOf(site, [])).toEqual([]);
    expect(planOf(site, [], [{ document: 'config/web', path: '/properties/a', value: 1 }])).toEqual([]);
  });

  test('the same wish twice is one leaf', () => {
    expect(planOf(site, [TLS_CHANGE, TLS_CHANGE])[0]?.body).toEqual({ properties: { minTlsVersion: '1.2' } });
  });

  test('a null to write travels in the body', () => {
    expect(planOf(site, [change('config/web', '/properties/cors', null, {})])[0]?.body).toEqual({
      properties: { cors: null },
    });
    const [a, b] = [change('config/web', '/properties/a', 1), change('config/web', '/properties/b', null, 2)];
    expect([planOf(site, [a, b])[0]?.body, planOf(site, [b, a])[0]?.body]).toEqual([
      { properties: { a: 1, b: null } },
      { properties: { a: 1, b: null } },
    ]);
    expect(planOf(site, [change('resource', '/identity', null, {}), https])[0]?.body).toEqual({
      identity: null,
      properties: { httpsOnly: true },
    });
  });

  test('a slot has paths of its own, as do container apps and environments', () => {
    expect(planOf(resourceNamed(`${SITE}/slots/blue`), [TLS_CHANGE])[0]?.path).toBe(`${SITE}/slots/blue/config/web`);
    const ingress = change('resource', '/properties/configuration/ingress/allowInsecure', false, true);
    expect(planOf(resourceNamed(CONTAINER_APP), [ingress]).map(shown)).toEqual([
      {
        method: 'PATCH',
        path: CONTAINER_APP,
        body: { properties: { configuration: { ingress: { allowInsecure: false } } } },
      },
    ]);
    const logs = change('resource', '/properties/appLogsConfiguration/destination', 'azure-monitor');
    expect(planOf(resourceNamed(ENVIRONMENT), [setting, logs]).map(({ path }) => path)).toEqual([
      ENVIRONMENT,
      `${ENVIRONMENT}/providers/Microsoft.Insights/diagnosticSettings/plumbline`,
    ]);
  });
});

describe('settings in a list', () => {
  const logs = change('diagnosticSettings', '/value/to ~1 x/properties/logs', [{ category: 'b', enabled: true }], []);

  test('each element is a request, its name written as a URL writes it', () => {
    expect(planOf(site, [setting, logs]).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `PUT ${insights}/plumbline`,
      `PUT ${insights}/to%20%2F%20x`,
    ]);
  });

  test('changes of two elements stay apart, however alike their names are', () => {
    const other = change('diagnosticSettings', '/value/plumbline2/properties', { workspaceId: 'x', logs: [] });
    expect(planOf(site, [setting, other]).map(({ path, body, changes }) => [path, body, changes])).toEqual([
      [`${insights}/plumbline`, { properties: setting.to }, [setting]],
      [`${insights}/plumbline2`, { properties: other.to }, [other]],
    ]);
  });

  test('an element without properties is deleted', () => {
    expect(planOf(site, [{ ...setting, from: setting.to, to: null }]).map(shown)).toEqual([
      { method: 'DELETE', path: `${insights}/plumbline` },
    ]);
  });

  test('a leaf of one that exists is shown alone and sent whole', () => {
    const [step] = planOf(site, [logs]);
    expect(step && shown(step)).toMatchObject({ whole: true, body: { properties: { logs: logs.to } } });
    const current = { value: [{ name: 'to / x', id: '/i', properties: { workspaceId: 'w', logs: [] } }] };
    expect(step && bodyToSend(step, current)).toEqual({ properties: { workspaceId: 'w', logs: logs.to } });
  });

  test('promise 12: a whole document that carries a redacted value is refused', () => {
    const [step] = planOf(site, [logs]);
    for (const redacted of ['[REDACTED]', 'hidden', '*****']) {
      const current = { value: [{ name: 'to / x', properties: { key: redacted, logs: [] } }] };
      expect(step && bodyToSend(step, current), redacted).toBeNull();
    }
  });
});

describe('what cannot be planned is refused', () => {
  test('two values at one place', () => {
    expect(() => planOf(site, [TLS_CHANGE, { ...TLS_CHANGE, to: '1.3' }])).toThrow(
      'two changes want different values at config/web /properties/minTlsVersion',
    );
  });

  test('a document that the kind does not have, or that is never written', () => {
    expect(() => planOf(resourceNamed(CONTAINER_APP), [TLS_CHANGE])).toThrow(/config\/web of .* cannot be written/);
    expect(() => planOf(site, [change('backups', '/value', [])])).toThrow(/cannot be written/);
  });
});
