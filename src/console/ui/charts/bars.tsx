/** A bar for each item, with stacked values. Items are links, because they are things of their own. */
import type { Series } from './chart.tsx';

export interface Bar {
  readonly key: string;
  readonly title: string;
  readonly href: string | null;
  /** One for each series. */
  readonly values: readonly number[];
  /** What stands behind the bar. */
  readonly text: string;
}

/** `shares`: each bar has the whole width, and its parts are shares of it; else the longest bar has it. */
export function Bars({
  series,
  bars,
  shares = false,
}: {
  series: readonly Series[];
  bars: readonly Bar[];
  shares?: boolean;
}) {
  const longest = Math.max(1, ...bars.map(({ values }) => sum(values)));
  return (
    <ul class="bars">
      {bars.map(({ key, title, href, values, text }) => {
        const whole = shares ? Math.max(1, sum(values)) : longest;
        let before = 0;
        return (
          <li key={key}>
            <span class="bar-title" title={title}>
              {href ? (
                <a href={href}>
                  <bdi>{title}</bdi>
                </a>
              ) : (
                <bdi>{title}</bdi>
              )}
            </span>
            <svg height="14" aria-hidden="true">
              {values.map((value, index) => {
                const x = (100 * before) / whole;
                before += value;
                return (
                  <rect
                    key={series[index]?.name}
                    x={`${x}%`}
                    width={`${(100 * value) / whole}%`}
                    height="14"
                    fill={`url(#tone-${series[index]?.tone})`}
                  />
                );
              })}
            </svg>
            <span class="bar-text">{text}</span>
          </li>
        );
      })}
    </ul>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}
