/** The values that an entry is about. */
import type { AuditEntry } from '../../api/types.ts';
import { textOfValue } from '../../ui/settings-change/names.ts';

export function AuditChanges({ changes, caption }: { changes: AuditEntry['changes']; caption: string }) {
  if (changes.length === 0) return null;
  return (
    <table class="plain">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ document, path, from, to }) => (
          <tr key={`${document} ${path}`}>
            <th scope="row">
              <bdi>{document}</bdi> <code>{path}</code>
            </th>
            <td>
              <code>{textOfValue(from)}</code>
            </td>
            <td>
              <code>{textOfValue(to)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
