import { describe, expect, test } from 'vitest';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import {
  bodyOf,
  canonicalResource,
  type DocumentState,
  documentStateOf,
  documentViews,
  isConclusive,
  isProvisioned,
  kindsOf,
  parseSnapshot,
  redactedIn,
  stateOf,
  tagOf,
} from '../../../src/domain/resources/snapshot.ts';
import { CONTAINER_APP, ENVIRONMENT, resourceNamed, SITE } from '../examples.ts';

describe('guarantee 12: secrets are dropped before a snapshot exists', () => {
  const template = { containers: [{ name: 'a', env: [{ name: 'KEY', value: 'planted' }] }] };
  const shown = { containers: [{ name: 'a', env: [{ name: 'KEY' }] }] };

  test('at the secret paths of this document and kind, with the redacted paths', () => {
    const redactedPaths = ['/properties/template/containers/a/env/KEY/value'];
    const snapshot = parseSnapshot({ id: CONTAINER_APP, documents: { resource: { properties: { template } } } });
    expect(snapshot.documents.resource).toEqual({
      status: 'read',
      body: { properties: { template: shown } },
      redactedPaths,
    });
    expect(redactedIn(snapshot, 'resource')).toEqual(redactedPaths);
    expect(documentStateOf('container-app', 'resource', { properties: { template } })).toEqual(
      snapshot.documents.resource,
    );
  });

  test('not at paths of other kinds', () => {
    const snapshot = parseSnapshot({ id: SITE, documents: { resource: { properties: { template } }, backups: null } });
    expect(snapshot.documents.resource).toEqual({ status: 'read', body: { properties: { template } } });
    expect([redactedIn(snapshot, 'resource'), redactedIn(snapshot, 'backups'), redactedIn(snapshot, 'slots')]).toEqual([
      [],
      [],
      [],
    ]);
  });

  test.each([CONTAINER_APP, SITE, ENVIRONMENT])('a tag is kept under any name: %s', (id) => {
    const tags = { log: 'a', databases: 'b', connectionString: 'c', sharedKey: 'd', secrets: 'e', AppSettings: 'f' };
    const snapshot = parseSnapshot({ id, documents: { resource: { tags } } });
    expect(snapshot.documents.resource).toEqual({ status: 'read', body: { tags } });
    expect(tagOf(snapshot, 'appsettings')).toBe('f');
  });

  test('in a document that the kind does not have, too', () => {
    const revisions = { value: [{ name: 'r1', properties: { template } }] };
    const snapshot = parseSnapshot({ id: SITE, documents: { revisions } });
    expect(JSON.stringify(snapshot)).not.toContain('planted');
  });
});

describe('the resource is the requested one', () => {
  const answered = (id: unknown) =>
    canonicalResource({
      resource: resourceNamed(SITE),
      documents: { resource: documentStateOf('web-app', 'resource', JSON.parse(JSON.stringify({ id }))) },
    });

  test('in the casing of Azure', () => {
    expect(answered(SITE.toLowerCase())).toMatchObject({ id: SITE.toLowerCase(), key: SITE.toLowerCase() });
  });

  test.each([
    ['another app', SITE.replace('Shop', 'Bank')],
    ['a slot of it', `${SITE}/slots/blue`],
    ['its parent in another group', SITE.replace('Shop-RG', 'Bank-RG')],
    ['a path traversal', `${SITE}/../Bank`],
    ['no id', { id: SITE }],
    ['nothing', undefined],
  ])('whatever id the body has: %s', (_, id) => {
    expect(answered(id).id).toBe(SITE);
  });
});

describe('an invalid snapshot file is refused with its place', () => {
  test.each<[string, unknown, string]>([
    ['nothing', null, '/: Invalid input: expected object, received null'],
    ['no id', { documents: {} }, '/id: Invalid input: expected string, received undefined'],
    ['another member', { id: SITE, documents: {}, x: 1 }, '/: Unrecognized key: "x"'],
    ['documents as a list', { id: SITE, documents: [] }, '/documents: must be an object of documents'],
    [
      'an id of another kind of resource',
      { id: '/x', documents: {} },
      '/id: is not the ARM id of a resource that Plumbline knows',
    ],
    ['a name', { id: SITE, documents: { a: {} } }, '/documents/a: is no document that Plumbline knows'],
    [
      'a body',
      { id: SITE, documents: { resource: {}, 'config/web': 'x' } },
      '/documents/config~1web: must be the body that ARM sent, or null for a 404',
    ],
    [
      'a body with too many levels',
      { id: SITE, documents: { resource: JSON.parse(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`) } },
      '/documents/resource: has more than 64 levels',
    ],
  ])('%s', (_, file, message) => {
    expect(() => parseSnapshot(file)).toThrow(message);
  });
});

describe('a body of another type is null', () => {
  test.each<[string, DocumentState]>([
    ['a list', { status: 'read', body: [{ properties: {} }] }],
    ['not read', { status: 'forbidden', detail: 'no' }],
  ])('%s', (_, state) => {
    const snapshot = { resource: resourceNamed(SITE), documents: { resource: state } };
    expect(bodyOf(snapshot, 'resource')).toBeNull();
    expect(kindsOf(snapshot)).toEqual([]);
    expect(tagOf(snapshot, 'owner')).toBeNull();
    expect(canonicalResource(snapshot)).toBe(snapshot.resource);
  });

  test('a tag is found without regard to case, and the resource has the casing of Azure', () => {
    const resource = resourceNamed(SITE.toLowerCase());
    const body = { id: SITE, tags: { Team: 'shop', Owner: 'ada' } };
    const snapshot = { resource, documents: { resource: documentStateOf('web-app', 'resource', body) } };
    expect([tagOf(snapshot, 'owner'), tagOf(snapshot, 'nobody')]).toEqual(['ada', null]);
    expect(canonicalResource(snapshot).id).toBe(SITE);
  });
});

test('the detail of an unread document is cut to the size that fits into a row', () => {
  const states = { resource: { status: 'failed', detail: '\u6f22'.repeat(5000), retryable: false } } as const;
  const [view] = documentViews({ resource: resourceNamed(SITE), documents: states });
  const detail = view?.detail ?? '';
  expect([serializedSize(detail) <= 1000, detail.endsWith(' more characters')]).toEqual([true, true]);
});

describe('a snapshot file', () => {
  test('an absent key was not read, null means 404', () => {
    const snapshot = parseSnapshot({ id: SITE, documents: { resource: { properties: {} }, 'config/web': null } });
    expect(stateOf(snapshot, 'resource').status).toBe('read');
    expect(stateOf(snapshot, 'config/web').status).toBe('missing');
    expect(stateOf(snapshot, 'diagnosticSettings').status).toBe('not-read');
    expect(documentViews(snapshot)).toEqual([
      { name: 'resource', status: 'read' },
      { name: 'config/web', status: 'missing' },
    ]);
  });

  test('an unread document has its detail in the view', () => {
    const state = { status: 'failed', detail: 'TooManyRequests', retryable: true } as const;
    expect(documentViews({ resource: resourceNamed(SITE), documents: { 'config/web': state } })).toEqual([
      { name: 'config/web', status: 'failed', detail: 'TooManyRequests' },
    ]);
  });
});

describe('a read is conclusive', () => {
  const failed = (retryable: boolean): DocumentState => ({ status: 'failed', detail: '500', retryable });
  const body = (provisioningState: string) =>
    documentStateOf('web-app', 'resource', { properties: { provisioningState } });

  test.each<[string, DocumentState, DocumentState, boolean]>([
    ['when all was read', body('Succeeded'), { status: 'missing' }, true],
    ['when a document may not be read', body('Succeeded'), { status: 'forbidden', detail: '403' }, true],
    ['when a document fails each time', body('Succeeded'), failed(false), true],
    ['but not when it may be read later', body('Succeeded'), failed(true), false],
    ['but not when Azure is at work', body('Updating'), { status: 'missing' }, false],
  ])('%s', (_, resource, web, expected) => {
    expect(isConclusive({ resource: resourceNamed(SITE), documents: { resource, 'config/web': web } })).toBe(expected);
  });
});

test('a snapshot without the resource has no body, no tag, and the id that was asked for', () => {
  const snapshot = { resource: resourceNamed(SITE), documents: {} };
  expect([bodyOf(snapshot, 'resource'), tagOf(snapshot, 'owner'), canonicalResource(snapshot)]).toEqual([
    null,
    null,
    snapshot.resource,
  ]);
});

test.each([
  ['Succeeded', true],
  ['failed', true],
  ['Canceled', true],
  ['InProgress', false],
  ['Updating', false],
  [null, true],
])('a provisioning state of %s is finished: %s', (provisioningState, finished) => {
  const snapshot = parseSnapshot({ id: SITE, documents: { resource: { properties: { provisioningState } } } });
  expect(isProvisioned(snapshot)).toBe(finished);
});
