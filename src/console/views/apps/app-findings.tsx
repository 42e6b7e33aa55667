/** The checks of one app: the result, what becomes of it, why, and what would change. */
import { useMemo } from 'preact/hooks';
import { fixedList } from '../../state/fixed-list.ts';
import { place, setQuery, valuesOf } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { ChangeLine } from '../../ui/changes/change-table.tsx';
import { Action, Severity, Verdict } from '../../ui/format/badges.tsx';
import { VERDICT_WORDS } from '../../ui/format/words.ts';
import { Empty } from '../../ui/message.tsx';
import { appHref } from '../../ui/scope/app-href.ts';
import type { Column } from '../../ui/table/column.ts';
import { DataTable } from '../../ui/table/data-table.tsx';
import { countsByVerdict, type ExplainedFinding, inOrder, summaryOfWhy } from './explain.ts';
import { FindingDetails } from './finding-details.tsx';

interface Props {
  readonly id: string;
  readonly findings: readonly ExplainedFinding[];
  onExempt(finding: ExplainedFinding): void;
}

const COLUMNS: readonly Column<ExplainedFinding>[] = [
  { id: 'result', title: 'Result', width: '110px', phone: 'first', cell: ({ verdict }) => <Verdict of={verdict} /> },
  {
    id: 'severity',
    title: 'Severity',
    width: '100px',
    phone: 'first',
    cell: ({ severity }) => <Severity of={severity} />,
  },
  {
    id: 'rule',
    title: 'Check',
    width: '22%',
    phone: 'second',
    cell: ({ title, rule }) => (
      <>
        {title}
        <small class="below">{rule}</small>
      </>
    ),
  },
  {
    id: 'action',
    title: 'Action',
    width: '130px',
    phone: 'first',
    cell: ({ decision }) => <Action of={decision?.action} />,
  },
  { id: 'why', title: 'Why', cell: (finding) => <span class="clamp">{summaryOfWhy(finding)}</span> },
  {
    id: 'change',
    title: 'Change',
    width: '20%',
    phone: 'third',
    cell: ({ changes }) => <ChangeLine changes={changes} />,
  },
];

const idOf = ({ rule }: ExplainedFinding) => rule;
const labelOf = ({ title, verdict }: ExplainedFinding) => `${title}: ${VERDICT_WORDS[verdict]}`;
const NOTHING = { isLoading: false, error: null, reload: () => {} };

/** What needs a look, unless the address says otherwise. */
const SHOWN = ['violation', 'unknown'];

export function AppFindings({ id, findings, onExempt }: Props) {
  const { query } = place.value;
  const wanted = query.has('verdict') ? valuesOf(query, 'verdict') : SHOWN;
  const shown = useMemo(
    () => inOrder(findings).filter(({ verdict }) => wanted.includes(verdict)),
    [findings, wanted.join()],
  );
  const open = findings.find(({ rule }) => rule === query.get('open'));
  const isOperator = hasRole('Operator');
  return (
    <>
      <Results findings={findings} wanted={wanted} />
      <DataTable
        name="app-findings"
        caption="Checks of this app"
        list={fixedList(shown, NOTHING)}
        columns={COLUMNS}
        noun="check"
        idOf={idOf}
        labelOf={labelOf}
        hrefOf={({ rule }) => appHref(id, { ...Object.fromEntries(query), open: rule })}
        keys={
          isOperator
            ? { e: { label: 'Exempt', run: ([first]) => first?.verdict === 'violation' && onExempt(first) } }
            : {}
        }
        empty={
          <Empty title="No failing checks">
            {findings.length === 0
              ? 'No rule applies to this app.'
              : 'Everything that was checked passes. Select a result above to see it.'}
          </Empty>
        }
      />
      {open && (
        <FindingDetails
          finding={open}
          {...(isOperator && open.verdict === 'violation' ? { onExempt: () => onExempt(open) } : {})}
          close={() => setQuery({ open: null })}
        />
      )}
    </>
  );
}

/** How many checks have each result; each is a switch. */
function Results({ findings, wanted }: { findings: readonly ExplainedFinding[]; wanted: readonly string[] }) {
  const counts = countsByVerdict(findings);
  const toggle = (verdict: string) => {
    const next = wanted.includes(verdict) ? wanted.filter((one) => one !== verdict) : [...wanted, verdict];
    const isDefault = next.length === 0 || (next.length === 2 && SHOWN.every((one) => next.includes(one)));
    setQuery({ verdict: isDefault ? null : next.join(',') });
  };
  return (
    <fieldset class="results">
      <legend class="visually-hidden">Results to show</legend>
      {Object.entries(VERDICT_WORDS).map(([verdict, title]) => (
        <button key={verdict} type="button" aria-pressed={wanted.includes(verdict)} onClick={() => toggle(verdict)}>
          {title} <span class="count">{counts.get(verdict) ?? 0}</span>
        </button>
      ))}
    </fieldset>
  );
}
