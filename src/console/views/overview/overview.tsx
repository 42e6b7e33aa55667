/** How the estate is, what was done, and what needs somebody. */
import { useState } from 'preact/hooks';
import type { FindingGroup } from '../../api/types.ts';
import { now } from '../../state/clock.ts';
import { place, setQuery } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';
import { ChartPatterns } from '../../ui/charts/chart.tsx';
import { daysBetween } from '../../ui/charts/scale.ts';
import { Choice } from '../../ui/choice.tsx';
import { ErrorMessage } from '../../ui/message.tsx';
import { Attention } from './attention.tsx';
import { ComplianceChart, FailingChart, FixesChart, QueueChart } from './charts.tsx';
import { linksOf } from './links.ts';
import { daysOf, PERIODS, periodOf } from './period.ts';
import { Tiles } from './tiles.tsx';
import { TopChart } from './top-chart.tsx';
import { useOverview } from './use-overview.ts';

export function Overview() {
  const { query } = place.value;
  const period = periodOf(query);
  const scope = query.get('scope') ?? '';
  const { first, last } = daysOf(period, now.value);
  const { numbers, log } = useOverview({ scope, first });
  const failed = [numbers, log].find(({ error }) => error !== null);
  const props = { data: numbers.data, links: linksOf(scope, period), days: daysBetween(first, last) };
  return (
    <>
      <div class="view-head">
        <h1>Overview</h1>
        <ScopeChoice scope={scope} />
        <Choice
          name="period"
          legend="Period"
          options={PERIODS.map((days) => ({ value: String(days), title: `${days} days` }))}
          value={String(period)}
          onChange={(days) => setQuery({ period: days })}
        />
      </div>
      {failed?.error && <ErrorMessage error={failed.error} retry={failed.reload} />}
      <Tiles {...props} period={period} />
      <Attention {...props} log={log.data} />
      <ChartPatterns />
      <div class="charts">
        <FailingChart {...props} />
        <TopChart {...props} />
        <ComplianceChart {...props} />
        <FixesChart {...props} />
        <QueueChart {...props} />
      </div>
    </>
  );
}

/** The resource groups with findings are asked for when somebody wants to choose one. */
function ScopeChoice({ scope }: { scope: string }) {
  const [isWanted, setWanted] = useState(false);
  const { data } = useGet<{ items: readonly FindingGroup[] }>(isWanted ? '/findings?group=resourceGroup' : null);
  const groups = (data?.items ?? []).map(({ key }) => key).sort();
  const known = scope === '' || groups.includes(scope) ? groups : [scope, ...groups];
  const want = () => setWanted(true);
  return (
    <label class="scope-choice">
      <span>Scope</span>
      <select
        value={scope}
        onFocus={want}
        onPointerDown={want}
        onChange={({ currentTarget }) => setQuery({ scope: currentTarget.value || null })}
      >
        <option value="">Everything</option>
        {known.map((id) => (
          <option key={id} value={id}>
            {id.split('/').slice(4).join('/') || id}
          </option>
        ))}
      </select>
    </label>
  );
}
