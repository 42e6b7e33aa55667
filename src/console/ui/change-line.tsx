/** Changes of settings in Azure: the setting, and its value before and after. */
import type { Finding } from '../api/types.ts';

export type Change = Finding['changes'][number];

/** Such as `minTlsVersion`, from a JSON Pointer. */
export function leafOf({ path }: Pick<Change, 'path'>): string {
  const last = path.split('/').at(-1) ?? path;
  return last.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A value in a line; null is a setting that is not there. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function ChangeLine({ change }: { change: Change }) {
  return (
    <span class="change" title={`${change.document} ${change.path}`}>
      {leafOf(change)}: <del>{valueText(change.from)}</del> <span class="arrow">→</span>{' '}
      <ins>{valueText(change.to)}</ins>
    </span>
  );
}

export function ChangeTable({ changes }: { changes: readonly Change[] }) {
  return (
    <table class="plain">
      <caption class="visually-hidden">Changes</caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={`${change.document} ${change.path}`}>
            <th scope="row" title={`${change.document} ${change.path}`}>
              {leafOf(change)}
            </th>
            <td>
              <code>{valueText(change.from)}</code>
            </td>
            <td>
              <code>{valueText(change.to)}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
