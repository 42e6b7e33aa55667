/** What settings or exemptions would change, before they are stored. A large preview is made in the background. */
import { z } from 'zod';
import type { getSettingsPreview, previewSettings } from '../../api/endpoints/previews.ts';
import { previewTotals } from '../../domain/decisions/preview.ts';
import type { Call, Client } from '../client/client.ts';
import type { Context, Output } from '../framework/context.ts';
import { CommandFailure } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { tableOf } from '../framework/table.ts';
import { counted } from '../text/show.ts';
import { word } from '../text/words.ts';

const made = z.looseObject(previewTotals.shape);
const begun = z.looseObject({ id: z.string(), status: z.enum(['running', 'failed']) });
export type PreviewTotals = z.output<typeof made>;

const POLL_MS = 1000;

/** The totals of a preview. Throws CommandFailure, also when it takes longer than the deployment allows. */
export async function preview<Body>(
  { clock }: Context,
  client: Client,
  endpoints: {
    readonly begin: Call<(typeof previewSettings)['result'], Body>;
    readonly get: Call<(typeof getSettingsPreview)['result'], undefined>;
  },
  body: Body,
): Promise<PreviewTotals> {
  let { body: answer }: { body: unknown } = await client.call(endpoints.begin, { body, query: { limit: 1 } });
  for (;;) {
    const done = made.safeParse(answer);
    if (done.success) return done.data;
    const running = begun.safeParse(answer);
    if (!running.success)
      throw new CommandFailure(5, 'the preview cannot be understood; use the version of the deployment');
    if (running.data.status === 'failed') throw new CommandFailure(5, 'the preview failed; try again');
    await clock.sleep(POLL_MS);
    const { id } = running.data;
    ({ body: answer } = await client.call(endpoints.get, { params: { id }, query: { limit: 1 } }));
  }
}

/** The totals, for people. */
export function previewText(output: Output, totals: PreviewTotals): string {
  const { changes, fixes, restarts, approvals, approvalsCleared, holds, unknown, budgetHours, exemptionsIdle } = totals;
  if (changes.length === 0) return 'No decision changes.\n';
  const lines = [
    fixes > 0 ? `${counted(fixes, 'violation')} would be fixed at once` : null,
    restarts > 0 ? `${counted(restarts, 'resource')} would restart, get a new revision or change traffic` : null,
    approvals > 0 ? `${counted(approvals, 'approval')} would be requested` : null,
    approvalsCleared > 0 ? `${counted(approvalsCleared, 'open approval')} would be resolved` : null,
    holds > 0 ? `${counted(holds, 'violation')} would be on hold` : null,
    unknown > 0 ? `${counted(unknown, 'decision')} cannot be foreseen` : null,
    budgetHours === null ? 'The budget would never let the last fix through' : null,
    budgetHours ? `The last fix would be made within ${counted(budgetHours, 'hour')}` : null,
    exemptionsIdle > 0 ? `${counted(exemptionsIdle, 'exemption')} would exempt nothing any more` : null,
  ].filter((line) => line !== null);
  const table = tableOf(
    output,
    [
      { title: 'Resources', value: ({ resources }) => resources, align: 'right' },
      { title: 'Before', value: ({ before }) => (before === null ? 'Not evaluated' : word(before)) },
      { title: 'After', value: ({ after }) => (after === null ? 'Not evaluated' : word(after)) },
      { title: 'Rule', value: ({ rule }) => rule },
    ],
    changes,
  );
  return `${table}${lines.map((line) => `${printable(line)}.\n`).join('')}`;
}
