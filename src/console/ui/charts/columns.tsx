/** A column for each day, with stacked values. */
import { goTo } from '../../state/location.ts';
import type { Series } from './chart.tsx';
import { axisEnd, stack } from './scale.ts';

export interface Column {
  /** The day, as `2026-01-31`. */
  readonly day: string;
  /** One for each series; null when nobody knows. */
  readonly values: readonly number[] | null;
}

export interface ColumnsProps {
  readonly sentence: string;
  readonly series: readonly Series[];
  readonly columns: readonly Column[];
  /** Where a click on a part of a column leads. */
  hrefOf(day: string, series: string): string | null;
}

export function Columns({ sentence, series, columns, hrefOf }: ColumnsProps) {
  const end = axisEnd(Math.max(0, ...columns.map(({ values }) => (values ?? []).reduce((sum, one) => sum + one, 0))));
  const width = 100 / Math.max(1, columns.length);
  return (
    <div class="plot">
      <div class="axis" aria-hidden="true">
        <span>{end.toLocaleString('en')}</span>
        <span>{(end / 2).toLocaleString('en')}</span>
        <span>0</span>
      </div>
      <svg role="img" aria-label={sentence} height="160">
        {['0.5%', '50%', '99.5%'].map((y) => (
          <line key={y} class="grid" x1="0" x2="100%" y1={y} y2={y} />
        ))}
        {columns.flatMap(({ day, values }, place) =>
          stack(values ?? [], end).map(({ index, y, height }) => {
            const one = series[index];
            if (!one) return null;
            const href = hrefOf(day, one.name);
            return (
              // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the pointer; the table has the same as links
              <rect
                key={`${day} ${one.name}`}
                class={href ? 'clickable' : ''}
                x={`${(place + 0.1) * width}%`}
                y={`${y}%`}
                width={`${0.8 * width}%`}
                height={`${height}%`}
                fill={`url(#tone-${one.tone})`}
                onClick={href ? () => goTo(href) : undefined}
              >
                <title>{`${dayLabel(day)}, ${one.title}: ${values?.[index]?.toLocaleString('en')}`}</title>
              </rect>
            );
          }),
        )}
      </svg>
      <div class="days" aria-hidden="true">
        <span>{dayLabel(columns[0]?.day)}</span>
        <span>{dayLabel(columns[columns.length >> 1]?.day)}</span>
        <span>{dayLabel(columns.at(-1)?.day)}</span>
      </div>
    </div>
  );
}

/** `30 Nov`, in UTC as the service counts days. */
export function dayLabel(day: string | undefined): string {
  if (day === undefined) return '';
  return new Date(day).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
