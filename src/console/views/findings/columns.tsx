/** The columns of findings. */
import type { FindingBrief } from '../../api/types.ts';
import { hrefOf, place } from '../../state/location.ts';
import { Action, Severity, Verdict } from '../../ui/format/badges.tsx';
import { ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { REASON_WORDS, wordOf } from '../../ui/format/words.ts';
import type { Column } from '../../ui/table/column.ts';
import { findingId } from './request-job.ts';

export function findingHref(finding: FindingBrief): string {
  const query = new URLSearchParams(place.value.query);
  query.set('open', findingId(finding));
  return hrefOf('findings', query);
}

export const labelOf = ({ title, resource }: FindingBrief) => `${title} on ${resource.name}`;

export const COLUMNS: readonly Column<FindingBrief>[] = [
  {
    id: 'severity',
    title: 'Severity',
    width: '96px',
    sort: '-severity',
    reverse: 'severity',
    phone: 'first',
    cell: ({ severity }) => <Severity of={severity} />,
  },
  {
    id: 'rule',
    title: 'Rule',
    sort: 'rule',
    reverse: '-rule',
    phone: 'second',
    cell: (finding) => (
      <a href={findingHref(finding)} tabIndex={-1}>
        {finding.title}
      </a>
    ),
  },
  {
    id: 'app',
    title: 'App',
    width: '22%',
    sort: 'resource',
    reverse: '-resource',
    phone: 'first',
    cell: ({ resource }) => <ResourceName resource={resource} />,
  },
  { id: 'result', title: 'Result', width: '120px', phone: 'third', cell: ({ verdict }) => <Verdict of={verdict} /> },
  {
    id: 'action',
    title: 'Action',
    width: '130px',
    phone: 'third',
    cell: ({ decision }) => <Action of={decision?.action} />,
  },
  {
    id: 'reason',
    title: 'Reason',
    width: '130px',
    cell: ({ decision }) => <>{decision?.reason === undefined ? '–' : wordOf(REASON_WORDS, decision.reason)}</>,
  },
  {
    id: 'pending',
    title: 'Approval',
    width: '96px',
    cell: ({ decision, resource, rule }) =>
      decision?.hasApproval ? (
        <a href={hrefOf('approvals', { resource: resource.id, rule })} tabIndex={-1}>
          Open
        </a>
      ) : (
        <>–</>
      ),
  },
  {
    id: 'since',
    title: 'Since',
    width: '96px',
    sort: '-since',
    reverse: 'since',
    phone: 'first',
    cell: ({ since }) => <Time at={since} />,
  },
  {
    id: 'checked',
    title: 'Last checked',
    width: '110px',
    optional: true,
    cell: ({ evaluatedAt }) => <Time at={evaluatedAt} />,
  },
  {
    id: 'benchmark',
    title: 'Benchmark',
    width: '18%',
    optional: true,
    cell: ({ references }) => <>{references.map(({ source, id }) => `${source} ${id}`).join(', ') || '–'}</>,
  },
  { id: 'id', title: 'Rule ID', width: '18%', optional: true, cell: ({ rule }) => <code>{rule}</code> },
];
