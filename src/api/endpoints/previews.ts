/** Previews: what settings or exemptions would do, before they are stored. They write nothing and enter no log. */
import * as z from 'zod';
import { exemptionProblems } from '../../domain/approvals/exemption.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { digestOfJson } from '../../domain/changes/change.ts';
import { previewItem } from '../../domain/decisions/preview.ts';
import { parseSettings, settingsSchema } from '../../domain/rules/settings.ts';
import { type PreviewRequest, previewSummary, type StoredPreview } from '../../workflows/ports/previews.ts';
import { etagOf, loadSettings } from '../../workflows/settings/change-settings.ts';
import { beginPreview, isKept, isOverdue, makePreview, type Previewed } from '../../workflows/settings/preview.ts';
import { type ApiResponse, defineEndpoint, type HandlerInput, type RequestContext } from '../framework/endpoint.ts';
import { type PageQuery, pageQuery, pageSchema, readPage } from '../framework/page.ts';
import { isId } from '../framework/parameters.ts';
import { invalidRequest } from '../framework/problem.ts';
import { exemptionRequest } from './exemptions.ts';
import { assertSettingsFit } from './settings.ts';

export const previewAnswer = pageSchema(previewItem).extend(previewSummary.shape).meta({ id: 'Preview' });

const id = z.string().describe('The id of a preview that is made in the background');
export const begunPreview = z.strictObject({ id, status: z.enum(['running', 'failed']) }).meta({ id: 'BegunPreview' });
export const madePreview = previewAnswer.extend({ id, status: z.literal('done') }).meta({ id: 'MadePreview' });

const query = z.strictObject(pageQuery);
const responseHeaders = {
  ETag: 'Of the settings that it was made against.',
  Location: 'With 202: the URL of the preview, which is made in the background.',
};
const description = {
  method: 'POST',
  role: 'Plumbline.Operator',
  query,
  responseHeaders,
  statuses: [200, 202],
  result: z.union([previewAnswer, begunPreview]),
} as const;

export const previewSettings = defineEndpoint({
  ...description,
  name: 'previewSettings',
  route: 'settings/preview',
  summary: 'What these settings would decide otherwise, without storing them.',
  body: settingsSchema,
  async handle(input) {
    const parsed = parseSettings(input.body, input.deps.rules);
    if ('problems' in parsed) throw invalidRequest(parsed.problems);
    assertSettingsFit(parsed.settings);
    return previewOf(input, 'settings', { kind: 'settings', settings: parsed.settings });
  },
});

const severalExemptions = z.strictObject({ items: z.array(exemptionRequest).min(1).max(100) });

export const previewExemptions = defineEndpoint({
  ...description,
  name: 'previewExemptions',
  route: 'exemptions/preview',
  summary: 'What these exemptions would cover and change, without granting them.',
  body: z.union([exemptionRequest, severalExemptions]),
  async handle(input) {
    const { body, deps } = input;
    const isList = 'items' in body;
    const exemptions = (isList ? body.items : [body]).map((one) => ({ ...one, ticket: one.ticket ?? null }));
    const problems = exemptions.flatMap((one, index) =>
      exemptionProblems(one, deps.rules, deps.clock.now()).map(({ pointer, detail }) => ({
        pointer: isList ? `/items/${index}${pointer}` : pointer,
        detail,
      })),
    );
    if (problems.length > 0) throw invalidRequest(problems);
    return previewOf(input, 'exemptions', { kind: 'exemptions', exemptions });
  },
});

export const getSettingsPreview = backgroundPreview('settings', 'getSettingsPreview');
export const getExemptionsPreview = backgroundPreview('exemptions', 'getExemptionsPreview');

function backgroundPreview(kind: PreviewRequest['kind'], name: string) {
  return defineEndpoint({
    name,
    method: 'GET',
    route: `${kind}/preview/{id}`,
    summary: 'A preview that is made in the background: its status, then its result. It is kept for a day.',
    role: 'Plumbline.Operator',
    query,
    responseHeaders: { ETag: 'Of the settings that it was made against, when it is done.' },
    result: z.union([madePreview, begunPreview]),
    refusals: ['not-found'],
    async findSubject({ deps, params: { id: wanted } }: RequestContext) {
      const found = isId(wanted) ? await deps.previews.get(wanted) : null;
      if (found?.value.request.kind !== kind || !isKept(found.value, deps.clock.now())) {
        throw new Refusal('not-found', 'There is no preview with this id. A preview is kept for a day.');
      }
      return found.value;
    },
    async handle({ deps, config, query: asked, subject }) {
      const { result } = subject;
      if (result === null) return { body: statusOf(subject, isOverdue(subject, deps.clock.now())) };
      const filters = { ...asked, id: subject.id };
      const page = await readPage('preview', config.cursorKey, filters, async (_, { limit, after }) => {
        const first = Number(after ?? 0);
        const items = await deps.previews.readItems(subject.id, first, limit);
        return { items, next: first + limit < result.items ? String(first + limit) : null };
      });
      return {
        headers: { etag: etagOf(result) },
        body: { id: subject.id, status: 'done', ...result.summary, ...page },
      };
    },
  });
}

/** The preview of a valid request. Its cursors are bound to the request. */
async function previewOf(
  { deps, config, query: asked }: Pick<HandlerInput<PageQuery, unknown, unknown>, 'deps' | 'config' | 'query'>,
  kind: PreviewRequest['kind'],
  request: PreviewRequest,
): Promise<ApiResponse> {
  const made: Previewed[] = [];
  const filters = { ...asked, digest: digestOfJson(request) };
  const page = await readPage(`preview of ${kind}`, config.cursorKey, filters, async (_, at) => {
    const previewed = await makePreview(deps, request, at);
    if (previewed === null) return { items: [], next: null };
    made.push(previewed);
    return previewed.items;
  });
  const [previewed] = made;
  return previewed === undefined ? begin(deps, kind, request) : answer(previewed, page);
}

function answer({ settings, summary }: Previewed, page: object): ApiResponse {
  return { headers: { etag: etagOf(settings) }, body: { ...summary, ...page } };
}

async function begin(
  deps: RequestContext['deps'],
  kind: PreviewRequest['kind'],
  request: PreviewRequest,
): Promise<ApiResponse> {
  const [stored, settings] = [await beginPreview(deps, request), await loadSettings(deps)];
  return {
    status: 202,
    headers: { location: `/api/${kind}/preview/${stored.id}`, etag: etagOf(settings) },
    body: statusOf(stored, false),
  };
}

function statusOf({ id }: StoredPreview, failed: boolean): z.infer<typeof begunPreview> {
  return { id, status: failed ? 'failed' : 'running' };
}
