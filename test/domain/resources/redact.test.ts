/** Guarantee 12: the values that are removed from a body before a snapshot of it exists. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { containsCredentials, redactCredentials, redactSecrets } from '../../../src/domain/resources/redact.ts';

describe('guarantee 12: secrets are dropped', () => {
  test.each<[string, Json, readonly string[], Json, readonly string[]]>([
    [
      'a member is dropped, and its siblings stay',
      { a: { key: 'planted', site: 's' } },
      ['/a/key'],
      { a: { site: 's' } },
      ['/a/key'],
    ],
    [
      'an object is dropped whole',
      { a: { key: { one: 'planted', two: ['planted'] } } },
      ['/a/key'],
      { a: {} },
      ['/a/key'],
    ],
    [
      'in every element of a list, by its name or its index',
      { env: [{ name: 'X/Y', value: 'planted' }, { value: 'planted' }, 'odd', { name: 'ref', secretRef: 's' }] },
      ['/env/*/value'],
      { env: [{ name: 'X/Y' }, {}, 'odd', { name: 'ref', secretRef: 's' }] },
      ['/env/X~1Y/value', '/env/1/value'],
    ],
    [
      'in elements whose name is no text, or empty',
      { env: [{ name: 1, value: 'planted' }, { name: '', value: 'planted' }, null, ['planted']] },
      ['/env/*/value', '/env/*/0'],
      { env: [{ name: 1 }, { name: '' }, null, []] },
      ['/env/0/value', '/env/1/value', '/env/3/0'],
    ],
    [
      'in every member of a map',
      { accounts: { log: { accessKey: 'planted', name: 'n' }, 'a~b': { accessKey: 'planted' } } },
      ['/accounts/*/accessKey'],
      { accounts: { log: { name: 'n' }, 'a~b': {} } },
      ['/accounts/log/accessKey', '/accounts/a~0b/accessKey'],
    ],
    ['elements of a list', { list: ['planted', 'planted'] }, ['/list/*'], { list: [] }, ['/list/0', '/list/1']],
    [
      'in any casing',
      { Properties: { SharedKEY: 'planted' } },
      ['/properties/sharedKey'],
      { Properties: {} },
      ['/Properties/SharedKEY'],
    ],
    [
      'an empty value stays',
      { a: null, b: '', c: [], d: {}, e: 0 },
      ['/a', '/b', '/c', '/d'],
      { a: null, b: '', c: [], d: {}, e: 0 },
      [],
    ],
    [
      'a value that is not empty is dropped, whatever it is',
      { a: [1], b: { c: 1 }, d: 0, e: false },
      ['/a', '/b', '/d', '/e'],
      {},
      ['/a', '/b', '/d', '/e'],
    ],
    [
      'two nested paths',
      { a: { b: 'planted', c: { d: 'planted' } } },
      ['/a/b', '/a/*/d'],
      { a: { c: {} } },
      ['/a/b', '/a/c/d'],
    ],
  ])('%s', (_, body, places, left, redactedPaths) => {
    expect(redactSecrets(body, places)).toEqual({ body: left, redactedPaths });
  });

  test('members with names like secrets at other paths stay', () => {
    const chosen = ['log', 'databases', 'secrets', 'env', 'metadata', 'appSettings', 'connectionString', 'sharedKey'];
    const map = Object.fromEntries(chosen.map((key) => [key, { name: key, value: [{ name: 'n', value: 'v' }] }]));
    const body = { tags: map, properties: { identityProviders: { customOpenIdConnectProviders: map } } };
    expect(redactSecrets(body, ['/properties/log', '/value/*/properties/log'])).toEqual({ body, redactedPaths: [] });
  });
});

describe('a value that Azure masked is redacted', () => {
  test.each(['***', '*******', '[redacted]', 'Redacted', '[hidden]', 'HIDDEN', '#######'])('%s', (value) => {
    expect(redactSecrets({ a: { b: value } }, [])).toEqual({ body: { a: { b: value } }, redactedPaths: ['/a/b'] });
  });

  test.each(['**', '*', 'hidden/path', 'a redacted word', '#', '{hidden}'])('%s is no masked value', (value) => {
    expect(redactSecrets({ a: value, hidden: 1, '***': 2 }, []).redactedPaths).toEqual([]);
  });
});

describe('credentials in texts', () => {
  test.each([
    ['https://ada:planted@host/path', 'https://***@host/path'],
    ['https://planted@host', 'https://***@host'],
    ['https://ada:pl@nted@host', 'https://***@host'],
    ['amqp://ada:planted@host:5672/v?x=1', 'amqp://***@host:5672/v?x=1'],
    ['see "https://ada:planted@host".', 'see "https://***@host".'],
    ['https://a?next=https%3A%2F%2Fada%3Aplanted%40host', 'https://a?next=https%3A%2F%2F***%40host'],
    [
      'https://a.blob.core.windows.net/c?sv=2023&sig=planted&se=2027',
      'https://a.blob.core.windows.net/c?sv=2023&sig=***&se=2027',
    ],
    ['https://f.azurewebsites.net/api/x?code=planted==', 'https://f.azurewebsites.net/api/x?code=***'],
    ['https://a/#access_token=planted&x=1', 'https://a/#access_token=***&x=1'],
    ['https://a/?Api-Key=planted', 'https://a/?Api-Key=***'],
    ['https://a/?subscription-key=planted', 'https://a/?subscription-key=***'],
    ['https://a/?next=https%3A%2F%2Fb%3Fsig%3Dplanted', 'https://a/?next=https%3A%2F%2Fb%3Fsig%3D***'],
    [
      'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=planted==;EndpointSuffix=x',
      'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=***;EndpointSuffix=x',
    ],
    [
      'Endpoint=sb://a/;SharedAccessKeyName=n;SharedAccessKey=planted',
      'Endpoint=sb://a/;SharedAccessKeyName=n;SharedAccessKey=***',
    ],
    ['Password=planted;Server=s', 'Password=***;Server=s'],
    ['{"url":"https://a?sig=planted"}', '{"url":"https://a?sig=***"}'],
    ['<Url>https://a?sv=1&amp;sig=planted&amp;sr=b</Url>', '<Url>https://a?sv=1&amp;sig=***&amp;sr=b</Url>'],
    [String.raw`{"url":"https:\/\/ada:planted@host"}`, String.raw`{"url":"https:\/\/***@host"}`],
    ['Server=s;Password="planted; too";Encrypt=true', 'Server=s;Password=***;Encrypt=true'],
    ["Server=s;Password='planted too'", 'Server=s;Password=***'],
    ['Server=s;Pwd = planted; Encrypt=true', 'Server=s;Pwd = ***; Encrypt=true'],
    [String.raw`{"text":"Password=\"planted too\";Encrypt"}`, '{"text":"Password=***;Encrypt"}'],
    ['node app.js --password=planted', 'node app.js --password=***'],
  ])('%s', (text, masked) => {
    expect(redactCredentials(text)).toBe(masked);
    expect(containsCredentials([text])).toBe(true);
    expect(redactSecrets({ tags: { log: text } }, [])).toEqual({
      body: { tags: { log: masked } },
      redactedPaths: ['/tags/log'],
    });
    // A masked text stays the same and is still known as redacted.
    expect(redactSecrets({ a: masked }, [])).toEqual({ body: { a: masked }, redactedPaths: ['/a'] });
  });

  test.each([
    'https://host/path?api-version=2026-07-01&page=2',
    'mailto:ada@contoso.example',
    'https://host/@ada',
    'https://*.contoso.example',
    '@Microsoft.KeyVault(SecretUri=https://vault.vault.azure.net/secrets/database)',
    'response_type=code id_token',
    'SharedAccessKeyName=n',
    'monkey=banana',
    'it answered with code=404 and key=none',
    'https://host/path;key=1',
    '/subscriptions/s/resourceGroups/g',
  ])('%s has none', (text) => {
    expect(redactCredentials(text)).toBe(text);
    expect([containsCredentials(text), redactSecrets(text, [])]).toEqual([false, { body: text, redactedPaths: [] }]);
  });
});
