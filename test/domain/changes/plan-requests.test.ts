import { describe, expect, test } from 'vitest';
import type { Change, PreservedValue } from '../../../src/domain/changes/change.ts';
import {
  bodyToSend,
  hiddenPaths,
  planOf,
  requestView,
  secretObstacle,
} from '../../../src/domain/changes/plan-requests.ts';
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import type { Resource } from '../../../src/domain/resources/resource.ts';
import { bodyOf, documentStateOf, type Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { CONTAINER_APP, ENVIRONMENT, resourceNamed, SITE, TLS_CHANGE } from '../examples.ts';

const site = resourceNamed(SITE);
const planFor = (resource: Resource, changes: readonly Change[], preserved: readonly PreservedValue[] = []) =>
  planOf(resource, [{ changes, preserved }]);
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
const toX = change('diagnosticSettings', '/value/to ~1 x/properties/logs', [{ category: 'b', enabled: true }], []);
const insights = `${SITE}/providers/Microsoft.Insights/diagnosticSettings`;

describe('guarantee 5: a plan has the fewest requests, with the named leaves only', () => {
  test('one request per document, in the order of the table of documents', () => {
    expect(planFor(site, [setting, allow, ftps, TLS_CHANGE, https]).map(requestView)).toEqual([
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

  test('the order of the changes does not matter', () => {
    const paths = (...changes: Change[]) => planFor(site, changes).map(({ path }) => path);
    expect(paths(https, TLS_CHANGE, setting)).toEqual(paths(setting, TLS_CHANGE, https));
  });

  test('a change replaces a preserved value of another rule at the same path', () => {
    const routing = '/properties/outboundVnetRouting';
    const images = change('resource', `${routing}/imagePullTraffic`, true, false);
    const calls = change('resource', `${routing}/applicationTraffic`, true, false);
    const preserved = [images, calls].map(({ document, path }): PreservedValue => ({ document, path, value: false }));
    const all: PreservedValue = { document: 'resource', path: `${routing}/allTraffic`, value: false };
    const [step] = planFor(site, [images, calls], [...preserved, all]);
    expect(step?.body).toEqual({
      properties: { outboundVnetRouting: { imagePullTraffic: true, applicationTraffic: true, allTraffic: false } },
    });
  });

  test('preserved siblings are in the body and not in the changes', () => {
    const cors = change('config/web', '/properties/cors/allowedOrigins', []);
    const kept: PreservedValue = { document: 'config/web', path: '/properties/cors/supportCredentials', value: true };
    const elsewhere: PreservedValue = { document: 'resource', path: '/identity/x', value: 1 };
    const [step] = planFor(site, [cors], [kept, elsewhere]);
    expect(step?.body).toEqual({ properties: { cors: { allowedOrigins: [], supportCredentials: true } } });
    expect(step?.changes).toEqual([cors]);
  });

  test('values that another resource provider writes are a request of their own, with its API version', () => {
    const label = change('resource', '/tags/team', 'shop');
    const kept: PreservedValue = { document: 'resource', path: '/tags/owner', value: 'ada' };
    const steps = planFor(site, [label, https], [kept]);
    expect(steps.map(requestView)).toEqual([
      {
        method: 'PATCH',
        path: `${SITE}/providers/Microsoft.Resources/tags/default`,
        body: { operation: 'Merge', properties: { tags: { team: 'shop', owner: 'ada' } } },
      },
      { method: 'PATCH', path: SITE, body: { properties: { httpsOnly: true } } },
    ]);
    expect(new Set(steps.map(({ apiVersion }) => apiVersion)).size).toBe(2);
    expect(steps.map(({ changes }) => changes)).toEqual([[label], [https]]);
  });

  test('each request has the attempts that it carries out, with their changes in it', () => {
    const one = { changes: [https, TLS_CHANGE], preserved: [] };
    const other = { changes: [ftps], preserved: [] };
    expect(planOf(site, [one, other]).map(({ attempts }) => attempts)).toEqual([
      [{ attempt: one, changes: [https] }],
      [
        { attempt: one, changes: [TLS_CHANGE] },
        { attempt: other, changes: [ftps] },
      ],
    ]);
  });

  test('a request of a part is sent as planned, whatever the document has', () => {
    const [step] = planFor(site, [TLS_CHANGE]);
    expect(step && bodyToSend(step, { properties: { minTlsVersion: '1.0', other: 1 } })).toEqual({
      properties: { minTlsVersion: '1.2' },
    });
  });

  test('a whole document is sent with everything that it has', () => {
    const [step] = planFor(site, [change('config/authsettingsV2', '/properties/platform/enabled', true)]);
    expect(step && bodyToSend(step, { kind: 'k', properties: { other: 1 } })).toEqual({
      kind: 'k',
      properties: { other: 1, platform: { enabled: true } },
    });
  });

  test('without changes there are no requests', () => {
    expect(planFor(site, [])).toEqual([]);
    expect(planFor(site, [], [{ document: 'config/web', path: '/properties/a', value: 1 }])).toEqual([]);
  });

  test('the same change twice is one leaf', () => {
    expect(planFor(site, [TLS_CHANGE, TLS_CHANGE])[0]?.body).toEqual({ properties: { minTlsVersion: '1.2' } });
  });

  test('a null is written in the body', () => {
    expect(planFor(site, [change('config/web', '/properties/cors', null, {})])[0]?.body).toEqual({
      properties: { cors: null },
    });
    const [a, b] = [change('config/web', '/properties/a', 1), change('config/web', '/properties/b', null, 2)];
    expect([planFor(site, [a, b])[0]?.body, planFor(site, [b, a])[0]?.body]).toEqual([
      { properties: { a: 1, b: null } },
      { properties: { a: 1, b: null } },
    ]);
    expect(planFor(site, [change('resource', '/identity', null, {}), https])[0]?.body).toEqual({
      identity: null,
      properties: { httpsOnly: true },
    });
  });

  test('slots, container apps and environments have their own paths', () => {
    expect(planFor(resourceNamed(`${SITE}/slots/blue`), [TLS_CHANGE])[0]?.path).toBe(`${SITE}/slots/blue/config/web`);
    const ingress = change('resource', '/properties/configuration/ingress/allowInsecure', false, true);
    expect(planFor(resourceNamed(CONTAINER_APP), [ingress]).map(requestView)).toEqual([
      {
        method: 'PATCH',
        path: CONTAINER_APP,
        body: { properties: { configuration: { ingress: { allowInsecure: false } } } },
      },
    ]);
    const logs = change('resource', '/properties/appLogsConfiguration/destination', 'azure-monitor');
    expect(planFor(resourceNamed(ENVIRONMENT), [setting, logs]).map(({ path }) => path)).toEqual([
      ENVIRONMENT,
      `${ENVIRONMENT}/providers/Microsoft.Insights/diagnosticSettings/plumbline`,
    ]);
  });
});

describe('elements of a list', () => {
  test('each element is one request, with its name encoded for a URL', () => {
    expect(planFor(site, [setting, toX]).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `PUT ${insights}/plumbline`,
      `PUT ${insights}/to%20%2F%20x`,
    ]);
  });

  test('changes of two elements with similar names are separate requests', () => {
    const other = change('diagnosticSettings', '/value/plumbline2/properties', { workspaceId: 'x', logs: [] });
    expect(planFor(site, [setting, other]).map(({ path, body, changes }) => [path, body, changes])).toEqual([
      [`${insights}/plumbline`, { properties: setting.to }, [setting]],
      [`${insights}/plumbline2`, { properties: other.to }, [other]],
    ]);
  });

  test('an element without properties is deleted', () => {
    expect(planFor(site, [{ ...setting, from: setting.to, to: null }]).map(requestView)).toStrictEqual([
      { method: 'DELETE', path: `${insights}/plumbline` },
    ]);
  });

  test('a leaf of an existing element is shown alone and sent with the whole element', () => {
    const [step] = planFor(site, [toX]);
    expect(step && requestView(step)).toMatchObject({ whole: true, body: { properties: { logs: toX.to } } });
    const current = { value: [{ name: 'to / x', id: '/i', properties: { workspaceId: 'w', logs: [] } }] };
    expect(step && bodyToSend(step, current)).toEqual({ properties: { workspaceId: 'w', logs: toX.to } });
  });
});

describe('guarantee 12: a redacted value is never written', () => {
  const reads = (document: DocumentName, body: Json): Snapshot => ({
    resource: site,
    documents: { [document]: documentStateOf('web-app', document, body) },
  });
  const signIn = change('config/authsettingsV2', '/properties/platform/enabled', true);
  const hidden = (wanted: Change, snapshot: Snapshot, preserved: readonly PreservedValue[] = []) => [
    ...planFor(site, [wanted], preserved).flatMap((step) => hiddenPaths(step, snapshot)),
  ];

  test.each(['***', '[REDACTED]', 'hidden', 'https://ada:secret@host'])(
    '%s anywhere in a document that is sent whole is an obstacle',
    (value) => {
      const body = { properties: { platform: { enabled: false }, login: { allowedExternalRedirectUrls: [value] } } };
      const snapshot = reads('config/authsettingsV2', body);
      const place = '/properties/login/allowedExternalRedirectUrls/0';
      expect(hidden(signIn, snapshot)).toEqual([place]);
      expect(secretObstacle(snapshot, [signIn])).toMatch(`would be lost at config/authsettingsV2 ${place}. `);
    },
  );

  test('one in an element that is sent whole is an obstacle, in another element not', () => {
    const element = (name: string, key: string) => ({ name, properties: { key, logs: [] } });
    const inOwn = reads('diagnosticSettings', { value: [element('TO / x', '***'), element('b', 'seen')] });
    const inOther = reads('diagnosticSettings', { value: [element('to / x', 'seen'), element('b', '***')] });
    expect(hidden(toX, inOwn)).toEqual(['/value/TO ~1 x/properties/key']);
    expect(hidden(toX, inOther)).toEqual([]);
    expect(secretObstacle(inOther, [toX])).toBeNull();
  });

  test('one in a merged document is an obstacle only when it would be replaced or sent', () => {
    const origins = change('config/web', '/properties/cors/allowedOrigins', ['https://b']);
    const body = { properties: { cors: { allowedOrigins: ['https://a?code=key'], supportCredentials: false } } };
    const snapshot = reads('config/web', body);
    const kept = { document: 'config/web' as const, path: '/properties/cors', value: {} };
    expect(hidden(origins, snapshot)).toEqual(['/properties/cors/allowedOrigins/0']);
    expect(hidden(change('config/web', '/properties/cors/allowedOrigins/0/x', 1), snapshot)).toHaveLength(1);
    expect(hidden(TLS_CHANGE, snapshot)).toEqual([]);
    expect(planFor(site, [origins, TLS_CHANGE]).flatMap((step) => hiddenPaths(step, snapshot))).toHaveLength(1);
    expect(secretObstacle(snapshot, [TLS_CHANGE])).toBeNull();
    expect(secretObstacle(snapshot, [TLS_CHANGE], [kept])).toMatch('/properties/cors/allowedOrigins/0');
  });

  test('a credential in a new value is an obstacle, because its record would hold it', () => {
    const origins = change('config/web', '/properties/cors/allowedOrigins', ['https://ada:secret@host']);
    expect(secretObstacle({ resource: site, documents: {} }, [origins])).toMatch('config/web /properties/cors');
    expect(secretObstacle({ resource: site, documents: {} }, [origins])).not.toContain('secret@');
  });

  test('members with names like secrets are no obstacle, and are sent with the whole document', () => {
    const names = ['log', 'secrets', 'metadata', 'databases', 'appSettings', 'connectionString'];
    const provider = { registration: { clientId: 'c', clientCredential: { clientSecretSettingName: 'OIDC' } } };
    const providers = Object.fromEntries(names.map((name) => [name, provider]));
    const login = { loginParameters: ['scope=openid'], secrets: [{ name: 'a', value: 'b' }] };
    const properties = {
      platform: { enabled: false },
      identityProviders: { azureActiveDirectory: { login }, customOpenIdConnectProviders: providers },
    };
    const snapshot = reads('config/authsettingsV2', { properties });
    const [step] = planFor(site, [signIn]);
    expect(secretObstacle(snapshot, [signIn])).toBeNull();
    expect(step && bodyToSend(step, bodyOf(snapshot, 'config/authsettingsV2') ?? {})).toEqual({
      properties: { ...properties, platform: { enabled: true } },
    });
  });

  test('a document without redacted values, or an unread one, has no obstacle', () => {
    const whole = reads('config/authsettingsV2', { properties: { platform: { enabled: false } } });
    for (const snapshot of [whole, { resource: site, documents: {} }]) {
      expect(secretObstacle(snapshot, [signIn])).toBeNull();
    }
  });
});

describe('an impossible plan is refused', () => {
  test('two values at one path', () => {
    expect(() => planFor(site, [TLS_CHANGE, { ...TLS_CHANGE, to: '1.3' }])).toThrow(
      'two changes want different values at config/web /properties/minTlsVersion',
    );
  });

  test('a document that the kind does not have or that is never written', () => {
    expect(() => planFor(resourceNamed(CONTAINER_APP), [TLS_CHANGE])).toThrow(/config\/web of .* cannot be written/);
    expect(() => planFor(site, [change('backups', '/value', [])])).toThrow(/cannot be written/);
  });
});
