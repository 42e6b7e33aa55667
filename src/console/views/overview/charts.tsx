/** The charts of the overview that show days or benchmarks. */

import type { History, OverviewAnswer } from '../../api/types.ts';
import { Bars } from '../../ui/charts/bars.tsx';
import { Chart, type ChartProps, type Series } from '../../ui/charts/chart.tsx';
import { type Column, Columns, dayLabel } from '../../ui/charts/columns.tsx';
import { Empty } from '../../ui/message.tsx';
import type { Links } from './links.ts';
import {
  AGE_SERIES,
  columnsOf,
  durationText,
  numberOf,
  OUTCOME_SERIES,
  RESULT_SERIES,
  SEVERITY_SERIES,
  total,
  usualSeconds,
} from './numbers.ts';

interface Props {
  /** Undefined until it is there. */
  readonly data: OverviewAnswer | undefined;
  readonly links: Links;
  readonly days: readonly string[];
}

export function FailingChart({ data, links, days }: Props) {
  if (!data) return <Waiting title="Failing checks over time" />;
  const columns = columnsOf(days, data.history.failing, SEVERITY_SERIES);
  const [first, last] = [columns.find(({ values }) => values), columns.findLast(({ values }) => values)];
  const sumOf = (column: Column | undefined) => (column?.values ?? []).reduce((sum, one) => sum + one, 0);
  const sentence = last
    ? `${count(sumOf(last), 'failing check')} on ${dayLabel(last.day)}, ${change(sumOf(first), sumOf(last))} since ${dayLabel(first?.day)}.`
    : NOTHING_YET;
  return (
    <DayChart
      title="Failing checks over time"
      {...{ sentence, columns }}
      series={SEVERITY_SERIES}
      hrefOf={(_, severity) => links.findings({ severity })}
    />
  );
}

export function FixesChart({ data, links, days }: Props) {
  if (!data) return <Waiting title="Fixes per day" />;
  const { fixes, timeToFix: times } = data.history;
  const columns = columnsOf(days, fixes, OUTCOME_SERIES);
  const usual = usualSeconds(times);
  const sentence = `${count(total(fixes, 'applied'), 'fix', 'fixes')} applied, ${total(fixes, 'failed')} failed, ${total(fixes, 'blocked')} blocked, ${total(fixes, 'rolledBack')} rolled back${usual === null ? '' : `; usual time to fix ${durationText(usual)}`}.`;
  const kinds: Readonly<Record<string, string>> = {
    ...{ applied: 'fix.applied', failed: 'fix.failed', blocked: 'fix.blocked', rolledBack: 'rollback.applied' },
  };
  return (
    <DayChart
      title="Fixes per day"
      {...{ sentence, columns }}
      series={OUTCOME_SERIES}
      extra={{ title: 'Median time to fix', byDay: mediansOf(times) }}
      hrefOf={(day, outcome) => links.audit({ kind: kinds[outcome] ?? null }, day)}
    />
  );
}

export function QueueChart({ data, links, days }: Props) {
  if (!data) return <Waiting title="Approval queue by age" />;
  const { approvals: ages, timeToDecision: times } = data.history;
  const columns = columnsOf(days, ages, AGE_SERIES);
  const last = columns.findLast(({ values }) => values);
  const pending = (last?.values ?? []).reduce((sum, one) => sum + one, 0);
  const old = last?.values?.slice(1).reduce((sum, one) => sum + one, 0) ?? 0;
  const usual = usualSeconds(times);
  const sentence = last
    ? `${count(pending, 'approval')} pending on ${dayLabel(last.day)}, ${old} of them for over a day${usual === null ? '' : `; usual time to a decision ${durationText(usual)}`}.`
    : NOTHING_YET;
  return (
    <DayChart
      title="Approval queue by age"
      {...{ sentence, columns }}
      series={AGE_SERIES}
      extra={{ title: 'Median time to decision', byDay: mediansOf(times) }}
      hrefOf={() => links.approvals({ sort: 'requested' })}
    />
  );
}

export function ComplianceChart({ data, links }: Props) {
  if (!data) return <Waiting title="Compliance by benchmark" />;
  const point = data.history.compliance.points.at(-1);
  const shares = point && 'benchmarks' in point ? point.benchmarks : [];
  const bars = shares.map(({ benchmark, pass, fail, exempt, unknown }) => ({
    key: benchmark,
    title: benchmark,
    href: links.findings({ verdict: null, benchmark, group: 'benchmark' }),
    values: [pass, fail, exempt, unknown],
    text: `${percent(pass, pass + fail + exempt + unknown)} pass`,
  }));
  const worst = [...shares].sort((a, b) => b.fail - a.fail)[0];
  const sentence = worst
    ? `${count(shares.length, 'benchmark')}; ${worst.benchmark} has the most failing checks, ${worst.fail.toLocaleString('en')}.`
    : NOTHING_YET;
  return (
    <Chart
      title="Compliance by benchmark"
      {...{ sentence, series: RESULT_SERIES }}
      table={{
        head: ['Benchmark', ...RESULT_SERIES.map(({ title }) => title)],
        rows: bars.map(({ title, href, values }) => [{ text: title, href }, ...values.map(cell)]),
      }}
    >
      {bars.length === 0 ? <Empty title={NOTHING_YET} /> : <Bars series={RESULT_SERIES} bars={bars} shares />}
    </Chart>
  );
}

interface DayChartProps extends Pick<ChartProps, 'title' | 'sentence'> {
  readonly series: readonly Series[];
  readonly columns: readonly Column[];
  /** A column that only the table has. */
  readonly extra?: { readonly title: string; readonly byDay: ReadonlyMap<string, string> };
  hrefOf(day: string, series: string): string;
}

/** Columns by day, with the same in the table. */
function DayChart({ title, sentence, series, columns, extra, hrefOf }: DayChartProps) {
  return (
    <Chart
      {...{ title, sentence, series }}
      table={{
        head: ['Day', ...series.map((one) => one.title), ...(extra ? [extra.title] : [])],
        rows: columns.map(({ day, values }) => [
          { text: dayLabel(day) },
          ...series.map(({ name }, index) => {
            const value = values?.[index];
            return value ? { ...cell(value), href: hrefOf(day, name) } : { text: value === undefined ? '–' : '0' };
          }),
          ...(extra ? [{ text: extra.byDay.get(day) ?? '–' }] : []),
        ]),
      }}
    >
      <Columns {...{ sentence: `${title}. ${sentence}`, series, columns, hrefOf }} />
    </Chart>
  );
}

const NOTHING_YET = 'Nothing is recorded yet. The service records it every hour.';

export function Waiting({ title }: { title: string }) {
  return (
    <figure class="chart" aria-busy="true">
      <figcaption>
        <h2>{title}</h2>
      </figcaption>
      <div class="skeleton plot" />
    </figure>
  );
}

function mediansOf(history: History): ReadonlyMap<string, string> {
  return new Map(
    history.points.map((point) => [point.at.slice(0, 10), durationText(numberOf(point, 'medianSeconds'))]),
  );
}

export function cell(value: number) {
  return { text: value.toLocaleString('en') };
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

function change(before: number, after: number): string {
  if (before === after) return 'unchanged';
  return after > before
    ? `${(after - before).toLocaleString('en')} more`
    : `${(before - after).toLocaleString('en')} fewer`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.floor((100 * part) / whole)} %`;
}
