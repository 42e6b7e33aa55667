/** The values that an entry is about, under a title. */
import type { AuditEntry } from '../../api/types.ts';
import { ChangeTable } from '../../ui/changes/change-table.tsx';

export function AuditChanges({ changes, title }: { changes: AuditEntry['changes']; title: string }) {
  if (changes.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ChangeTable changes={changes} caption={title} />
    </>
  );
}
