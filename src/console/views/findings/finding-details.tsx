/** One finding: what was found, why it is decided as it is, and what would change. */
import type { Finding, FindingBrief, ListPage } from '../../api/types.ts';
import { hrefOf, setQuery } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';
import { ChangeTable } from '../../ui/changes/change-table.tsx';
import { Details } from '../../ui/details.tsx';
import { Action, Severity, Verdict } from '../../ui/format/badges.tsx';
import { ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { Empty, ErrorMessage } from '../../ui/message.tsx';
import { partsOf } from './request-job.ts';

interface Props {
  readonly id: string;
  /** What may be done, by its label; none without the role. */
  readonly actions: readonly {
    readonly label: string;
    run(items: readonly Pick<FindingBrief, 'rule' | 'title' | 'resource'>[]): void;
  }[];
}

export function FindingDetails({ id, actions }: Props) {
  const [rule, resource] = partsOf(id);
  const path = `/findings?${new URLSearchParams({ rule, resource })}`;
  const { data, error, reload } = useGet<ListPage<Finding>>(path, ['findings']);
  const close = () => setQuery({ open: null });
  const finding = data?.items.find((one) => one.resource.id.toLowerCase() === resource.toLowerCase());
  if (!finding) {
    return (
      <Details title="Finding" close={close}>
        {error && <ErrorMessage error={error} retry={reload} />}
        {data && <Empty title="This finding no longer exists">The rule is off, or the app is gone.</Empty>}
        {!error && !data && <span class="skeleton" />}
      </Details>
    );
  }
  const { title, severity, verdict, reason, changes, decision, references, since, evaluatedAt } = finding;
  return (
    <Details
      title={title}
      subtitle={<ResourceName resource={finding.resource} href={hrefOf('apps', { q: finding.resource.name })} />}
      close={close}
      actions={
        verdict === 'violation' &&
        actions.length > 0 &&
        actions.map(({ label, run }) => (
          <button key={label} type="button" onClick={() => run([finding])}>
            {label}
          </button>
        ))
      }
    >
      <dl class="facts">
        <dt>Result</dt>
        <dd>
          <Verdict of={verdict} />
        </dd>
        <dt>Severity</dt>
        <dd>
          <Severity of={severity} />
        </dd>
        <dt>Action</dt>
        <dd>
          <Action of={decision?.action} />
          {decision?.approvalId && (
            <>
              {' '}
              <a href={hrefOf('approvals', { open: decision.approvalId })}>Show the approval</a>
            </>
          )}
        </dd>
        <dt>Since</dt>
        <dd>
          <Time at={since} exact />
        </dd>
        <dt>Last checked</dt>
        <dd>
          <Time at={evaluatedAt} exact />
        </dd>
      </dl>
      <h3>Reason</h3>
      <p>{reason}</p>
      {decision && decision.reasons.length > 0 && (
        <>
          <h3>Why this action</h3>
          <ul>
            {decision.reasons.map(({ code, text }) => (
              <li key={code}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {changes.length > 0 && (
        <>
          <h3>Changes</h3>
          <ChangeTable changes={changes} />
        </>
      )}
      <h3>Benchmarks</h3>
      <ul>
        {references.map((one) => (
          <li key={`${one.source}${one.id}`}>
            {one.source} {one.id}
          </li>
        ))}
      </ul>
      <p>
        <a href={hrefOf(['rules', rule])}>Show the rule</a>
      </p>
    </Details>
  );
}
