/** Changes as text in a row, and as a table with what was before and what comes after. */
import { type Change, settingOf, valueText } from './changes.ts';

/** The first change, and how many more there are. */
export function ChangeLine({ changes }: { changes: readonly Change[] }) {
  const [first] = changes;
  if (!first) return <>–</>;
  return (
    <span class="change">
      <code>{settingOf(first)}</code> <Values change={first} />
      {changes.length > 1 && <small> +{changes.length - 1} more</small>}
    </span>
  );
}

/** One change: what is found, and what is written. */
export function Values({ change: { from, to } }: { change: Change }) {
  return (
    <>
      <del>{valueText(from)}</del> <span class="arrow">→</span> <ins>{valueText(to)}</ins>
    </>
  );
}

interface Props {
  readonly changes: readonly Change[];
  /** The heads of the two values. */
  readonly labels?: readonly [string, string];
  readonly caption?: string;
}

/** All changes, whole. */
export function ChangeTable({ changes, labels = ['Before', 'After'], caption = 'Changes' }: Props) {
  return (
    <table class="plain">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">{labels[0]}</th>
          <th scope="col">{labels[1]}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={`${change.document}${change.path}`}>
            <th scope="row">
              <code>{settingOf(change)}</code> <small>{change.document}</small>
            </th>
            <td class="change">
              <del>{valueText(change.from)}</del>
            </td>
            <td class="change">
              <ins>{valueText(change.to)}</ins>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
