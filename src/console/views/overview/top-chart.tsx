/** What fails most: rules, apps or resource groups. */
import type { FindingGroup, OverviewAnswer } from '../../api/types.ts';
import { place, setQuery } from '../../state/location.ts';
import { Bars } from '../../ui/charts/bars.tsx';
import { Chart } from '../../ui/charts/chart.tsx';
import { Choice } from '../../ui/choice.tsx';
import { Empty } from '../../ui/message.tsx';
import { scopeText } from '../../ui/scope/scope.ts';
import { cell, count, Waiting } from './charts.tsx';
import type { Links } from './links.ts';
import { failingIn, SEVERITY_SERIES } from './numbers.ts';

const TOP = 8;
const BY = [
  { value: 'rule', title: 'Rules', noun: 'rule', groups: 'rules' },
  { value: 'resource', title: 'Apps', noun: 'app', groups: 'resources' },
  { value: 'resourceGroup', title: 'Groups', noun: 'resource group', groups: 'resourceGroups' },
] as const;

export function TopChart({ data, links }: { data: OverviewAnswer | undefined; links: Links }) {
  const chosen = place.value.query.get('top');
  const { value: by, noun, groups } = BY.find(({ value }) => value === chosen) ?? BY[0];
  const title = `Top failing ${noun}s`;
  if (!data) return <Waiting title={title} />;
  const failing = data.findings[groups].filter((one) => failingIn(one) > 0);
  const titleOf = ({ key }: FindingGroup) => (by === 'rule' ? key : scopeText(key));
  const bars = failing.slice(0, TOP).map((group) => ({
    key: group.key,
    title: titleOf(group),
    href: links.findings(by === 'rule' ? { rule: group.key } : { resource: group.key }),
    values: SEVERITY_SERIES.map(({ name }) => group.bySeverity[name] ?? 0),
    text: failingIn(group).toLocaleString('en'),
  }));
  const [worst] = failing;
  return (
    <Chart
      title={title}
      sentence={
        worst
          ? `${titleOf(worst)} has the most failing checks, ${failingIn(worst).toLocaleString('en')}${by === 'rule' ? ` of ${count(failing.length, noun)} that have any` : ''}.`
          : `No ${noun} has failing checks.`
      }
      series={SEVERITY_SERIES}
      controls={
        <Choice
          name="top"
          legend="What fails most"
          options={BY}
          value={by}
          onChange={(value) => setQuery({ top: value === 'rule' ? null : value })}
        />
      }
      table={{
        head: [noun[0]?.toUpperCase() + noun.slice(1), ...SEVERITY_SERIES.map((one) => one.title)],
        rows: bars.map(({ title: text, href, values }) => [{ text, href }, ...values.map(cell)]),
      }}
    >
      {bars.length === 0 ? <Empty title="All checks pass" /> : <Bars series={SEVERITY_SERIES} bars={bars} />}
    </Chart>
  );
}
