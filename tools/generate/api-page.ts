/** `docs/api.md`: every call of the API with an example, from the description that the service answers. */
import * as z from 'zod';

const media = z.record(z.string(), z.object({ example: z.unknown().optional() }));

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.object({ entra: z.tuple([z.string()]) })),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      description: z.string().optional(),
      style: z.string().optional(),
      schema: z.record(z.string(), z.unknown()),
      example: z.unknown().optional(),
    }),
  ),
  requestBody: z.object({ content: media }).optional(),
  responses: z.record(z.string(), z.object({ content: media.optional() })),
});
type Operation = z.infer<typeof operation>;
type Parameter = Operation['parameters'][number];

const description = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

interface Call extends Operation {
  readonly method: string;
  readonly path: string;
}

/** The page for a document of OpenAPI. Throws when the document has no such form. */
export function apiPage(document: unknown): string {
  const { paths } = description.parse(JSON.parse(JSON.stringify(document)));
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ ...described, path, method: method.toUpperCase() })),
  );
  return [
    ...INTRODUCTION,
    '| call | role | what it does |',
    '|---|---|---|',
    ...calls.map(
      (call) => `| [${nameOf(call)}](#${call.operationId.toLowerCase()}) | ${roleOf(call)} | ${call.summary} |`,
    ),
    '',
    '## Examples',
    '',
    'The values are made up. A member that a real answer does not always have is shown, too.',
    ...calls.flatMap(sectionOf),
    '',
  ].join('\n');
}

const INTRODUCTION = [
  '# The API',
  '',
  'Generated from `GET /api/openapi.json` by `npm run generate`. Do not edit it by hand. That document has the schema of every body and answer.',
  '',
  'All paths are below `/api`. Callers sign in with Microsoft Entra ID ([roles](deploy.md)); `Approver` and `Operator` include `Reader`. A state change must come from the origin of the service, with the content type `application/json`. Unknown parameters are refused with 400. Errors are `application/problem+json` (RFC 9457) with a `code`.',
  '',
  'Lists answer `{ items, nextCursor? }`. Send `nextCursor` as `cursor` with the same filters for the next page. A page may be short or empty while there is a `nextCursor`. A parameter that takes several values takes them with commas between: `severity=critical,high`.',
  '',
  'Texts of a kilobyte and more are compressed for callers that send `Accept-Encoding: br` or `gzip`. An answer with a strong `ETag` is not, because the tag names its exact bytes. The Functions host on Linux compresses nothing by itself ([azure-functions-host 10870](https://github.com/Azure/azure-functions-host/pull/10870)), and on Windows IIS does it for some types ([9338](https://github.com/Azure/azure-functions-host/issues/9338)).',
  '',
];

function nameOf({ method, path }: Call): string {
  return `\`${method} ${path}\``;
}

function roleOf({ security: [one] }: Operation): string {
  return one?.entra[0].replace('Plumbline.', '') ?? 'none';
}

function sectionOf(call: Call): string[] {
  const { operationId, method, path, parameters, requestBody, responses } = call;
  const [status = '', answer] = Object.entries(responses)[0] ?? [];
  const [type, { example } = {}] = Object.entries(answer?.content ?? {})[0] ?? [];
  const request = requestBody?.content['application/json']?.example;
  const query = parameters.filter(({ in: place }) => place === 'query');
  const headers = parameters.filter(({ in: place }) => place === 'header');
  return [
    '',
    `### ${operationId}`,
    '',
    roleOf(call) === 'none' ? call.summary : `${call.summary} Role: ${roleOf(call)}.`,
    ...(query.length === 0 ? [] : ['', `Parameters: ${query.map(parameterText).join(', ')}.`]),
    '',
    '```http',
    `${method} /api${path}${exampleQuery(query)}`,
    ...headers.map(({ name }) => `${name}: *`),
    ...(request === undefined ? [] : ['Content-Type: application/json', '', JSON.stringify(request, null, 2)]),
    '```',
    '',
    answerText(status, type),
    ...(example === undefined ? [] : ['', '```json', JSON.stringify(example, null, 2), '```']),
  ];
}

function answerText(status: string, type: string | undefined): string {
  if (type === undefined) return `Answers ${status} without a body.`;
  return type === 'application/json' ? `Answers ${status}:` : `Answers ${status} with \`${type}\`.`;
}

function parameterText({ name, style }: Parameter): string {
  return style === undefined ? `\`${name}\`` : `\`${name}\` (several)`;
}

/** The first filter with an example. */
function exampleQuery(query: readonly Parameter[]): string {
  const first = query.find(({ name, example }) => example !== undefined && name !== 'limit' && name !== 'cursor');
  if (first === undefined) return '';
  const { name, example } = first;
  return `?${name}=${Array.isArray(example) ? example.join(',') : String(example)}`;
}
