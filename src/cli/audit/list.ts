/** `plumbline audit list`. */
import type { z } from 'zod';
import { listAudit } from '../../api/endpoints/audit/audit.ts';
import { createClient } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { tableOf } from '../framework/table.ts';
import { moreLine, type OutputFormat, show } from '../text/show.ts';
import { type AuditFilters, auditQuery } from './filters.ts';

interface Input extends DeploymentInput, AuditFilters {
  readonly limit: number | undefined;
  readonly output: OutputFormat;
}

type Entry = z.output<typeof listAudit.result>['items'][number];

export async function list(context: Context, input: Input): Promise<undefined> {
  const found = await listUpTo(createClient(context, input), listAudit, auditQuery(input), input.limit);
  return show(context, input.output, found, ({ items, more }) =>
    items.length === 0 ? 'No entries.\n' : `${table(context, items)}${moreLine(more)}`,
  );
}

function table({ stdout }: Context, items: readonly Entry[]): string {
  return tableOf(
    stdout,
    [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Time', value: ({ at }) => at.slice(0, 19).replace('T', ' ') },
      { title: 'Kind', value: ({ kind }) => kind },
      { title: 'Actor', value: ({ actor }) => actor.name ?? actor.objectId ?? actor.type },
      { title: 'Resource', value: ({ resource }) => resource?.name },
      { title: 'Rule', value: ({ rule }) => rule },
      { title: 'Message', value: ({ message }) => message },
    ],
    items,
  );
}
