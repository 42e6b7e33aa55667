// Every error of Resource Manager and its providers in the shape that it has on the wire. Wording and shape are quoted from
// real answers where there are any; what is marked "unverified" is a guess.

import type { HttpResponse } from '../http/response.ts';

/** Thrown where a request is refused; `answer` is the response. */
export class ArmError extends Error {
  readonly answer: HttpResponse;
  constructor(answer: HttpResponse) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

function wrapped(status: number, code: string, message: string, more: object = {}): HttpResponse {
  return { status, body: { error: { code, message, ...more } } };
}

/** Microsoft.Insights answers without the `error` wrapper. */
function bare(status: number, code: string, message: string): HttpResponse {
  return { status, body: { code, message } };
}

export const errors = {
  unauthenticated: (code: string, message: string): HttpResponse => ({
    ...wrapped(401, code, message),
    headers: { 'www-authenticate': 'Bearer authorization_uri="https://login.windows.net/", error="invalid_token"' },
  }),

  missingApiVersion: () =>
    wrapped(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    ),
  invalidApiVersion: (version: string, supported?: readonly string[]) =>
    wrapped(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions ${supported ? `are '${supported.join(',')}'` : "have the form 'yyyy-MM-dd' or 'yyyy-MM-dd-preview'"}.`,
    ),
  unsupportedApiVersion: (type: string, version: string, supported: readonly string[]) =>
    wrapped(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for location '' and API version '${version}' for type '${type}'. The supported api-versions are '${supported.join(', ')}'. The supported locations are ''.`,
    ),
  invalidContent: (message: string) =>
    wrapped(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: '${message}'.`,
    ),
  unsupportedMediaType: (type: string) =>
    wrapped(
      415,
      'UnsupportedMediaType',
      `The content media type '${type}' is not supported. Only 'application/json' is supported.`,
    ),
  methodNotAllowed: (method: string) => wrapped(405, 'MethodNotAllowed', `The method '${method}' is not allowed here.`), // unverified
  badRequest: (code: string, message: string) => wrapped(400, code, message),

  forbidden: (client: string, objectId: string, action: string, scope: string) =>
    wrapped(
      403,
      'AuthorizationFailed',
      `The client '${client}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  linkedForbidden: (
    client: string,
    objectId: string,
    action: string,
    scope: string,
    linkedAction: string,
    linked: string,
  ) =>
    wrapped(
      403,
      'LinkedAuthorizationFailed', // wording unverified
      `The client '${client}' with object id '${objectId}' has permission to perform action '${action}' on scope '${scope}'; however, it does not have permission to perform action(s) '${linkedAction}' on the linked scope(s) '${linked}' (respectively) or the linked scope(s) are invalid.`,
    ),
  policy: (name: string) =>
    wrapped(
      403,
      'RequestDisallowedByPolicy',
      `Resource '${name}' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Freeze production","id":"/providers/Microsoft.Management/managementGroups/contoso/providers/Microsoft.Authorization/policyAssignments/freeze"},"policyDefinition":{"name":"Freeze","id":"/providers/Microsoft.Management/managementGroups/contoso/providers/Microsoft.Authorization/policyDefinitions/freeze"}}]'.`,
      {
        target: name,
        additionalInfo: [
          {
            type: 'PolicyViolation',
            info: {
              evaluationDetails: {
                evaluatedExpressions: [
                  { result: 'True', expressionKind: 'Field', expression: 'type', path: 'type', operator: 'Equals' },
                ],
              },
              policyDefinitionEffect: 'deny',
              policyAssignmentName: 'freeze',
              policyAssignmentDisplayName: 'Freeze production',
            },
          },
        ],
      },
    ),

  resourceNotFound: (typeAndName: string, resourceGroup: string) =>
    wrapped(
      404,
      'ResourceNotFound',
      `The Resource '${typeAndName}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    ),
  resourceGroupNotFound: (name: string) =>
    wrapped(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`),
  subscriptionNotFound: (id: string) =>
    wrapped(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`), // unverified
  invalidResourceType: (type: string) =>
    wrapped(404, 'InvalidResourceType', `The resource type '${type}' could not be found in the simulator.`), // wording ours

  locked: (id: string, operation: 'write' | 'delete', lockScope: string) =>
    wrapped(
      409,
      'ScopeLocked',
      `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${lockScope}'. Please remove the lock and try again.`,
    ),
  busyApp: (name: string, operationId: string) =>
    wrapped(
      409,
      'ContainerAppOperationInProgress',
      `Cannot modify a container app '${name}' because there is an active provisioning operation in progress. OperationId: '${operationId}'.`,
    ),
  busyEnvironment: (name: string, operationId: string) =>
    wrapped(
      409,
      'ManagedEnvironmentOperationInProgress', // wording unverified
      `Cannot modify managed environment '${name}' because there is an active operation in progress. OperationId: '${operationId}'.`,
    ),
  conflictingWrite: () =>
    wrapped(
      409,
      'ConflictingConcurrentWriteNotAllowed',
      'The request failed because it was interrupted by a conflicting concurrent write. Please retry the request.',
    ),
  /** The legacy shape of Microsoft.Web: capitalised, no wrapper. */
  busySite: (requestId: string, at: string): HttpResponse => {
    const message = `Cannot modify this site because another operation is in progress. Details: Id: ${requestId}, OperationName: Update, CreatedTime: ${at}, RequestId: ${requestId}, EntityType: 3`;
    const entity = {
      ExtendedCode: '59203',
      MessageTemplate: message.replace(/Details: .*/, 'Details: {0}'),
      Parameters: [requestId],
      Code: 'Conflict',
      Message: message,
    };
    return {
      status: 409,
      body: {
        Code: 'Conflict',
        Message: message,
        Target: null,
        Details: [{ Message: message }, { Code: 'Conflict' }, { ErrorEntity: entity }],
        Innererror: null,
      },
    };
  },

  /** The Activity Log's: capitalised, no wrapper. */
  tooLongAgo: (): HttpResponse => ({
    status: 400,
    body: { Code: 'BadRequest', Message: 'The start time cannot be more than 90 days in the past.' },
  }),

  sinkInUse: (sink: string, setting: string, category: string) =>
    bare(
      409,
      'Conflict',
      `Data sink '${sink}' is already used in diagnostic setting '${setting}' for category '${category}'. Data sinks can't be reused in different settings on the same category for the same resource.`,
    ),
  tooManySettings: (id: string) =>
    bare(409, 'Conflict', `Resource '${id}' has reached its limit of 5 diagnostic settings.`), // status and wording unverified
  unsupportedCategory: (category: string) => bare(400, 'BadRequest', `Category '${category}' is not supported.`),
  noSink: () => bare(400, 'BadRequest', 'At least one data sink needs to be specified.'),

  throttled: (
    kind: 'read' | 'write' | 'delete',
    subscription: string,
    objectId: string,
    seconds: number,
  ): HttpResponse => ({
    ...wrapped(
      429,
      'SubscriptionRequestsThrottled',
      `Number of '${kind}' requests for subscription '${subscription}' actor '${objectId}' exceeded. Please try again after '${seconds}' seconds.`,
    ),
    headers: { 'retry-after': String(seconds) },
  }),
  server: (status: number) =>
    status === 503
      ? wrapped(503, 'ServerTimeout', 'The request timed out. Diagnostic information: the simulator was asked to fail.')
      : wrapped(status, 'InternalServerError', 'Encountered internal server error. The simulator was asked to fail.'),
};
