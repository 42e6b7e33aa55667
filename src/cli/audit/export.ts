/** `plumbline audit export`. */
import { exportAudit } from '../../api/endpoints/audit/export.ts';
import { createClient } from '../client/client.ts';
import { writeDownload } from '../client/download.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { type AuditFilters, auditQuery } from './filters.ts';

interface Input extends DeploymentInput, AuditFilters {
  readonly format: string;
  readonly file: string | undefined;
}

export async function exportLog(context: Context, input: Input): Promise<undefined> {
  const client = createClient(context, input);
  const query = { ...auditQuery(input), format: input.format };
  await writeDownload(context, input.file, async function* () {
    yield (await client.download(exportAudit, { query })).bytes;
  });
}
