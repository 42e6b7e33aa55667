/** `plumbline approvals list`. */
import type { z } from 'zod';
import { listApprovals } from '../../api/endpoints/approvals/approvals.ts';
import { approvalGroups, approvalPage } from '../../api/endpoints/approvals/schemas.ts';
import { createClient } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { tableOf } from '../framework/table.ts';
import { moreLine, type OutputFormat, show } from '../text/show.ts';
import { ago } from '../text/time.ts';
import { severityColor, statusWord, word } from '../text/words.ts';

export interface Filters {
  readonly resource: readonly string[];
  readonly rule: readonly string[];
  readonly severity: readonly string[];
  readonly impact: readonly string[];
}

interface Input extends DeploymentInput, Filters {
  readonly status: readonly string[];
  readonly group: string | undefined;
  readonly limit: number | undefined;
  readonly output: OutputFormat;
}

export type ListedApproval = z.output<typeof approvalPage>['items'][number];
type Group = z.output<typeof approvalGroups>['items'][number];

export async function list(context: Context, input: Input): Promise<undefined> {
  const client = createClient(context, input);
  const { resource, rule, severity, impact, group, output } = input;
  const status = input.status.length > 0 ? input.status : ['pending'];
  const filters = { status, resource, rule, severity, impact };
  if (group !== undefined) {
    const endpoint = { ...listApprovals, result: approvalGroups };
    const { body } = await client.call(endpoint, { query: { ...filters, group } });
    return show(context, output, body, ({ items }) => groupTable(context, items));
  }
  const endpoint = { ...listApprovals, result: approvalPage };
  const found = await listUpTo(client, endpoint, { ...filters, view: 'brief' }, input.limit);
  return show(context, output, found, ({ items, more }) =>
    items.length === 0 ? noneText(status) : `${approvalTable(context, items)}${moreLine(more)}`,
  );
}

function noneText(status: readonly string[]): string {
  return status.length === 1 && status[0] === 'pending' ? 'No pending approvals.\n' : 'No approvals.\n';
}

export function approvalTable({ stdout, clock }: Context, items: readonly ListedApproval[]): string {
  const now = clock.now();
  const severities = severityColor(stdout.colors);
  return tableOf(
    stdout,
    [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Status', value: ({ status }) => statusWord(status) },
      { title: 'Severity', value: ({ rule }) => rule.severity, color: severities },
      { title: 'Impact', value: ({ rule }) => word(rule.impact) },
      { title: 'Resource', value: ({ resource }) => resource.name },
      { title: 'Requested', value: ({ requestedAt }) => ago(requestedAt, now) },
      { title: 'Rule', value: ({ rule, purpose }) => (purpose === 'rollback' ? `Rollback of ${rule.id}` : rule.id) },
    ],
    items,
  );
}

function groupTable({ stdout, clock }: Context, items: readonly Group[]): string {
  const now = clock.now();
  return tableOf(
    stdout,
    [
      { title: 'Approvals', value: ({ count }) => count, align: 'right' },
      { title: 'Impact', value: ({ impact }) => word(impact) },
      { title: 'Oldest', value: ({ oldest }) => ago(oldest, now) },
      { title: 'Group', value: ({ key }) => key },
    ],
    items,
  );
}
