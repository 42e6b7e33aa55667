import { describe, expect, it } from 'vitest';
import { armFailureOf, type HttpResponse, retryAfterOf, transientFailureOf } from '../../src/azure/errors.ts';
import type { Json } from '../../src/domain/resources/json.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const SITE = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Web/sites/x';
const APP =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.App/containerApps/x';
const DIAGNOSTICS = `${SITE}/providers/Microsoft.Insights/diagnosticSettings/plumbline`;

// The bodies are quoted from real answers.
const locked = {
  error: {
    code: 'ScopeLocked',
    message: `The scope '${SITE}' cannot perform write operation because following scope(s) are locked: '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop'. Please remove the lock and try again.`,
  },
};
const unauthorized = {
  error: {
    code: 'AuthorizationFailed',
    message: `The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Web/sites/write' over scope '${SITE}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  },
};
const policy = {
  error: {
    code: 'RequestDisallowedByPolicy',
    target: 'x',
    message: "Resource 'x' was disallowed by policy. Policy identifiers: '[{...}]'.",
    additionalInfo: [{ type: 'PolicyViolation', info: { evaluationDetails: {} } }],
  },
};
const throttled = {
  error: {
    code: 'SubscriptionRequestsThrottled',
    message: "Number of 'read' requests for subscription 's' actor 'o' exceeded. Please try again after '10' seconds.",
  },
};
const busyApp = {
  error: {
    code: 'ContainerAppOperationInProgress',
    message:
      "Cannot modify a container app 'x' because there is an active provisioning operation in progress. OperationId: '5e0d'.",
  },
};
const busySite = {
  Code: 'Conflict',
  Message:
    'Cannot modify this site because another operation is in progress. Details: Id: 1, OperationName: Update, CreatedTime: 2, RequestId: 3, EntityType: 3',
  Target: null,
  Details: [
    { Message: 'Cannot modify this site because another operation is in progress.' },
    { Code: 'Conflict' },
    { ErrorEntity: { ExtendedCode: '59203', MessageTemplate: 'Cannot modify this site' } },
  ],
  Innererror: null,
};
const preparedForSwap = {
  Code: 'Conflict',
  Message: 'The slot cannot be changed because its configuration settings have been prepared for swap.',
  Target: null,
  Details: [
    { Message: 'The slot cannot be changed because its configuration settings have been prepared for swap.' },
    { Code: 'Conflict' },
  ],
  Innererror: null,
};
const notAllowed = {
  Code: 'Conflict',
  Message: 'There was a conflict. AlwaysOn cannot be set for this site as the plan does not allow it.',
  Details: [{ ErrorEntity: { ExtendedCode: '01020', MessageTemplate: 'There was a conflict. {0}' } }],
};
const sinkInUse = {
  code: 'Conflict',
  message: "Data sink 'w' is already used in diagnostic setting 'old' for category 'allLogs'.",
};
const gone = {
  error: {
    code: 'ResourceNotFound',
    message:
      "The Resource 'Microsoft.Web/sites/x' under resource group 'y' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
  },
};
const workspaceGone = {
  error: {
    code: 'ResourceNotFound',
    message: "The Resource 'Microsoft.OperationalInsights/workspaces/w' under resource group 'y' was not found.",
  },
};
const inDeployment = {
  error: { code: 'DeploymentFailed', message: 'At least one operation failed.', details: [policy.error] },
};
const asText = { error: { code: 'DeploymentFailed', message: JSON.stringify(policy) } };

describe('every refusal of Azure gets one kind, by its code before its status', () => {
  it.each<[string, number, string, Json | undefined, string, string]>([
    ['a lock', 409, SITE, locked, 'blocked', 'ScopeLocked'],
    ['a missing role', 403, SITE, unauthorized, 'blocked', 'AuthorizationFailed'],
    ['a missing linked role', 403, SITE, withCode('LinkedAuthorizationFailed'), 'blocked', 'LinkedAuthorizationFailed'],
    ['a policy', 403, SITE, policy, 'blocked', 'RequestDisallowedByPolicy'],
    ['a policy inside a deployment', 400, SITE, inDeployment, 'blocked', 'RequestDisallowedByPolicy'],
    ['a policy as text inside a deployment', 400, SITE, asText, 'blocked', 'RequestDisallowedByPolicy'],
    ['an unknown 403', 403, SITE, withCode('SomethingNew'), 'blocked', 'SomethingNew'],
    [
      'a token for another audience',
      401,
      SITE,
      withCode('InvalidAuthenticationTokenAudience'),
      'blocked',
      'InvalidAuthenticationTokenAudience',
    ],
    [
      'a token that has just expired',
      401,
      SITE,
      withCode('ExpiredAuthenticationToken'),
      'transient',
      'ExpiredAuthenticationToken',
    ],
    ['a data sink in use, without wrapper', 409, DIAGNOSTICS, sinkInUse, 'blocked', 'Conflict'],
    ['a busy container app', 409, APP, busyApp, 'busy', 'ContainerAppOperationInProgress'],
    [
      'a busy environment',
      409,
      APP,
      withCode('ManagedEnvironmentOperationInProgress'),
      'busy',
      'ManagedEnvironmentOperationInProgress',
    ],
    [
      'a race',
      409,
      SITE,
      withCode('ConflictingConcurrentWriteNotAllowed'),
      'busy',
      'ConflictingConcurrentWriteNotAllowed',
    ],
    [
      'a race on a diagnostic setting',
      409,
      DIAGNOSTICS,
      withCode('ConflictingConcurrentWriteNotAllowed'),
      'busy',
      'ConflictingConcurrentWriteNotAllowed',
    ],
    ['a busy site in the legacy shape', 409, SITE, busySite, 'busy', 'Conflict'],
    ['a swap with preview', 409, SITE, preparedForSwap, 'blocked', 'Conflict'],
    ['a swap with preview, wrapped', 409, SITE, { error: { details: [preparedForSwap] } }, 'blocked', 'Conflict'],
    ['a setting that the plan does not allow', 409, SITE, notAllowed, 'blocked', 'Conflict'],
    ['an unknown 409', 409, SITE, withCode('SomethingNew'), 'busy', 'SomethingNew'],
    ['throttling', 429, SITE, throttled, 'throttled', 'SubscriptionRequestsThrottled'],
    ["a provider's own throttling", 429, SITE, withCode('TooManyRequests'), 'throttled', 'TooManyRequests'],
    ['a deleted app', 404, SITE, gone, 'gone', 'ResourceNotFound'],
    ['a deleted group', 404, SITE, withCode('ResourceGroupNotFound'), 'gone', 'ResourceGroupNotFound'],
    ['a workspace that is not there', 404, DIAGNOSTICS, workspaceGone, 'invalid', 'ResourceNotFound'],
    [
      'a category that is not supported',
      400,
      DIAGNOSTICS,
      { code: 'BadRequest', message: "Category 'X' is not supported." },
      'invalid',
      'BadRequest',
    ],
    ['another 4xx', 415, SITE, withCode('UnsupportedMediaType'), 'invalid', 'UnsupportedMediaType'],
    ['a server error', 500, SITE, withCode('InternalServerError'), 'transient', 'InternalServerError'],
    ['a gateway that answers HTML', 502, SITE, '<html>Bad Gateway</html>', 'transient', 'Http502'],
    ['a server error without body', 503, SITE, undefined, 'transient', 'Http503'],
    ['a body of nonsense', 400, SITE, { error: 'no', details: 7 }, 'invalid', 'Http400'],
    ['a code that every object has', 409, SITE, withCode('constructor'), 'busy', 'constructor'],
    ['the code that every object inherits from', 400, SITE, withCode('__proto__'), 'invalid', '__proto__'],
  ])('%s (%i)', (_, status, path, body, kind, code) => {
    const failure = armFailureOf(reply({ status, path, body }), NOW);
    expect(failure).toMatchObject({ kind, code });
    expect(failure.message).not.toBe('');
  });

  it('the message is that of the error which decided the kind', () => {
    expect(armFailureOf(reply({ status: 400, body: inDeployment }), NOW).message).toBe(policy.error.message);
    expect(armFailureOf(reply({ status: 409, body: busySite }), NOW).message).toBe(busySite.Message);
    expect(armFailureOf(reply({ status: 409, body: preparedForSwap }), NOW).message).toBe(preparedForSwap.Message);
  });

  it('code and message are cut to the limits of an audit entry', () => {
    const { code, message } = armFailureOf(
      reply({ status: 403, body: { error: { code: 'c'.repeat(1e6), message: 'm'.repeat(4e6) } } }),
      NOW,
    );
    expect([code.length, message.length]).toEqual([200, 4000]);
  });

  it('nested details are followed to a limit only', () => {
    let body: Json = { code: 'ScopeLocked' };
    for (let depth = 0; depth < 5000; depth += 1) body = { details: [body] };
    expect(armFailureOf(reply({ status: 400, body }), NOW).kind).toBe('invalid');
  });
});

describe('the time that Azure asks to wait', () => {
  it.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'retry-after': '10' }, 10],
    ['more than a minute', { 'retry-after': '300' }, 300],
    ['an HTTP date', { 'retry-after': 'Thu, 01 Jan 2026 00:01:30 GMT' }, 90],
    ['a date that has passed', { 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 0],
    ['milliseconds, rounded up', { 'x-ms-retry-after-ms': '1500' }, 2],
    ['milliseconds before seconds', { 'retry-after': '60', 'x-ms-retry-after-ms': '1000' }, 1],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['a negative number', { 'retry-after': '-5' }, null],
    ['two values in one', { 'retry-after': '12, 13' }, null],
    ['more than a day', { 'retry-after': '99999999999999999999' }, 86_400],
    ['milliseconds of more than a day', { 'x-ms-retry-after-ms': '9'.repeat(400) }, 86_400],
    ['a date in 8000 years', { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, 86_400],
    ['nothing', {}, null],
  ])('%s', (_, headers, seconds) => {
    expect(retryAfterOf(reply({ headers }), NOW)).toBe(seconds);
    expect(armFailureOf(reply({ status: 429, headers }), NOW).retryAfter).toBe(seconds);
  });
});

describe('failures without an answer', () => {
  it.each<[string, unknown, string]>([
    ['a reset', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['a time-out', new Error('Azure did not answer within 15 s'), 'Error'],
    [
      'no token',
      Object.assign(new Error('no token\nwith details'), { name: 'AuthenticationError' }),
      'AuthenticationError',
    ],
    ['a thrown value that is no Error', 'odd', 'NoAnswer'],
  ])('%s may pass', (_, error, code) => {
    const failure = transientFailureOf(error);
    expect(failure).toMatchObject({ kind: 'transient', code, retryAfter: null });
    expect(failure.message).not.toContain('\n');
  });
});

function withCode(code: string): Json {
  return { error: { code, message: `It says ${code}.` } };
}

function reply({
  headers = {},
  ...rest
}: Partial<Omit<HttpResponse, 'header'>> & { headers?: Record<string, string> }): HttpResponse {
  return { status: 429, path: SITE, body: undefined, header: (name) => headers[name], ...rest };
}

describe('guarantee 12: credentials in errors of Azure are masked', () => {
  const quoted = "The origin 'https://ada:planted@host' is refused, see https://logs/x?sv=1&sig=planted.";
  const masked = "The origin 'https://***@host' is refused, see https://logs/x?sv=1&sig=***";
  const answered = (body: Json): HttpResponse => ({ status: 400, path: SITE, body, header: () => undefined });

  it.each<[string, Json]>([
    ['with the wrapper', { error: { code: 'BadRequest', message: quoted } }],
    ['without it', { code: 'BadRequest', message: quoted }],
    ['as Microsoft.Web writes it', { Code: 'BadRequest', Message: quoted }],
    ['as text in a message', { error: { code: 'X', message: JSON.stringify({ code: 'Conflict', message: quoted }) } }],
  ])('%s', (_, body) => {
    const failure = armFailureOf(answered(body), NOW);
    expect(failure.message).toContain(masked);
    expect(JSON.stringify(failure)).not.toContain('planted');
  });

  it('in a code, and at the place where the text is cut', () => {
    const long = `${'x'.repeat(3980)} https://ada:${'planted'.repeat(20)}@host`;
    const code = 'https://ada:planted@host';
    expect(JSON.stringify(armFailureOf(answered({ error: { code, message: long } }), NOW))).not.toContain('planted');
  });

  it('in an error thrown by the HTTP client', () => {
    const failure = transientFailureOf(new Error('connect to https://ada:planted@proxy failed'));
    expect(failure.message).toBe('connect to https://***@proxy failed');
  });
});
