/** How many checks fail, by severity. */
import { SEVERITY_WORDS } from '../../ui/format/words.ts';

interface Props {
  readonly failing: number;
  readonly bySeverity: Readonly<Record<string, number>>;
}

export function SeverityCounts({ failing, bySeverity }: Props) {
  if (failing === 0) return <span class="none">0</span>;
  return (
    <span class="severity-counts">
      <strong>{failing.toLocaleString('en')}</strong>
      {Object.entries(SEVERITY_WORDS).map(([severity, title]) => {
        const count = bySeverity[severity] ?? 0;
        return (
          count > 0 && (
            <span key={severity} class={`severity ${severity}`} title={`${count} ${title.toLowerCase()}`}>
              {count}
              <span class="visually-hidden"> {title.toLowerCase()}</span>
            </span>
          )
        );
      })}
    </span>
  );
}
