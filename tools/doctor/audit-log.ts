/** Whether the audit log is valid, and its entries for the other checks. */
import { z } from 'zod';
import { type Check, failed, ok } from './checks.ts';
import type { Service } from './service.ts';

const proof = z.object({
  valid: z.boolean(),
  complete: z.boolean(),
  entries: z.number(),
  verifiedTo: z.string().nullable(),
  reason: z.string().optional(),
});

export const chains: Check = {
  name: 'the chains of the log are whole',
  async run({ service }) {
    const found = await service.get('/audit/verify', proof);
    if (!found) throw new Error('GET /api/audit/verify is not served');
    const { valid, complete, entries, verifiedTo, reason } = found;
    if (!valid) {
      return failed(
        reason ?? 'the log is not whole',
        'Keep the storage account as it is, export the log, and find out who wrote to it: docs/audit-log.md.',
      );
    }
    const from = complete ? 'from the first on' : 'from the last anchor on';
    return ok(`${entries} entries, walked ${from}${verifiedTo === null ? '' : `, to ${verifiedTo}`}`);
  },
};

const entry = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.string(),
  message: z.string(),
  resource: z.object({ id: z.string(), type: z.string() }).nullable(),
  actor: z.object({ type: z.string().optional(), objectId: z.string().optional() }),
  trigger: z.object({ type: z.string(), operation: z.string().optional() }).nullable(),
});
export type Entry = z.infer<typeof entry>;

/** The newest entries that a filter lets through, newest first. */
export async function fetchEntries(service: Service, filter: Readonly<Record<string, string>>): Promise<Entry[]> {
  const page = await service.get(`/audit?${new URLSearchParams(filter)}`, z.object({ items: z.array(entry) }));
  return page?.items ?? [];
}
