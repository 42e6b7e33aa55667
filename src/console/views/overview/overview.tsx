/** How the estate is, what was done, and what needs somebody. */
import { useState } from 'preact/hooks';
import type { FindingGroup } from '../../api/types.ts';
import { now } from '../../state/clock.ts';
import { place, setQuery } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';
import { ChartPatterns } from '../../ui/charts/chart.tsx';
import { daysBetween } from '../../ui/charts/scale.ts';
import { ErrorMessage } from '../../ui/message.tsx';
import { Attention } from './attention.tsx';
import { ComplianceChart, FailingChart, FixesChart, QueueChart, TopRulesChart } from './charts.tsx';
import { linksOf } from './links.ts';
import { daysOf, PERIODS, periodOf } from './period.ts';
import { Tiles } from './tiles.tsx';
import { firstError, useOverview } from './use-overview.ts';

export function Overview() {
  const { query } = place.value;
  const period = periodOf(query);
  const scope = query.get('scope') ?? '';
  const { first, last } = daysOf(period, now.value);
  const data = useOverview({ scope, first });
  const failed = firstError(Object.values(data));
  const props = { data, links: linksOf(scope, period), days: daysBetween(first, last) };
  const retry = () => {
    for (const call of Object.values(data)) if (call.error) call.reload();
  };
  return (
    <>
      <div class="view-head">
        <h1>Overview</h1>
        <ScopeChoice scope={scope} />
        <PeriodChoice period={period} />
      </div>
      {failed?.error && <ErrorMessage error={failed.error} retry={retry} />}
      <Tiles {...props} period={period} />
      <Attention {...props} />
      <ChartPatterns />
      <div class="charts">
        <FailingChart {...props} />
        <TopRulesChart {...props} />
        <ComplianceChart {...props} />
        <FixesChart {...props} />
        <QueueChart {...props} />
      </div>
    </>
  );
}

function PeriodChoice({ period }: { period: number }) {
  return (
    <fieldset class="choice">
      <legend class="visually-hidden">Period</legend>
      {PERIODS.map((days) => (
        <label key={days}>
          <input
            type="radio"
            name="period"
            checked={days === period}
            onChange={() => setQuery({ period: String(days) })}
          />
          <span>{days} days</span>
        </label>
      ))}
    </fieldset>
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
