/** The frame of a chart: its title, one sentence that says what it shows, the legend, and its numbers as a table. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Scroll } from '../scroll.tsx';

/** The colour and the pattern of a series; charts on the same page use the same for the same. */
export type Tone = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'good' | 'bad' | 'held' | 'muted';

export interface Series {
  readonly name: string;
  readonly title: string;
  readonly tone: Tone;
}

export interface TableCell {
  readonly text: string;
  readonly href?: string;
}

export interface ChartProps {
  readonly title: string;
  /** What the chart says, in one sentence. */
  readonly sentence: string;
  readonly series?: readonly Series[];
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly TableCell[])[] };
  readonly controls?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Chart({ title, sentence, series = [], table, controls, children }: ChartProps) {
  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        {controls}
        <p>{sentence}</p>
      </figcaption>
      {children}
      {series.length > 1 && (
        <ul class="legend" aria-hidden="true">
          {series.map(({ name, title: label, tone }) => (
            <li key={name}>
              <svg width="12" height="12" aria-hidden="true">
                <rect width="12" height="12" fill={`url(#tone-${tone})`} />
              </svg>
              {label}
            </li>
          ))}
        </ul>
      )}
      <AsTable title={title} {...table} />
    </figure>
  );
}

/** Its rows are drawn when somebody opens it: a chart of 90 days has some hundred cells. */
function AsTable({ title, head, rows }: ChartProps['table'] & { title: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Show as table</summary>
      {isOpen && (
        <Scroll label={`${title}, as table`}>
          <table>
            <caption class="visually-hidden">{title}</caption>
            <thead>
              <tr>
                {head.map((text) => (
                  <th key={text} scope="col">
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((cells, row) => (
                <tr key={row}>
                  {cells.map((cell, column) =>
                    column === 0 ? <HeadCell key={head[0]} {...cell} /> : <Cell key={head[column]} {...cell} />,
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </details>
  );
}

function HeadCell({ text, href }: TableCell) {
  return <th scope="row">{href ? <a href={href}>{text}</a> : <bdi>{text}</bdi>}</th>;
}

function Cell({ text, href }: TableCell) {
  return <td>{href ? <a href={href}>{text}</a> : text}</td>;
}

/** The patterns of all tones, once on a page. Colours alone would not tell the series apart for everybody. */
export function ChartPatterns() {
  return (
    <svg class="chart-patterns" width="0" height="0" aria-hidden="true">
      <defs>
        {Object.entries(PATTERNS).map(([tone, path]) => (
          <pattern key={tone} id={`tone-${tone}`} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect class={`tone-${tone}`} width="6" height="6" />
            {path && <path class="pattern" d={path} />}
          </pattern>
        ))}
      </defs>
    </svg>
  );
}

const PATTERNS: Readonly<Record<Tone, string | null>> = {
  critical: null,
  high: 'M-1 5l6 6M-1 -1l8 8M2 -4l6 6',
  medium: 'M0 3h6',
  low: 'M3 0v6',
  info: 'M3 3h.01',
  good: null,
  bad: 'M-1 5l6 6M-1 -1l8 8M2 -4l6 6',
  held: 'M0 3h6',
  muted: 'M3 3h.01',
};
