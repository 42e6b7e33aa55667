/** One check of an app: why it is as it is, and what would lift each constraint. */
import { hrefOf } from '../../state/location.ts';
import { ChangeTable } from '../../ui/changes/change-table.tsx';
import { Details } from '../../ui/details.tsx';
import { Action, Severity, Verdict } from '../../ui/format/badges.tsx';
import { Time } from '../../ui/format/time.tsx';
import { SourceLines } from '../../ui/source-lines.tsx';
import { type ExplainedFinding, needsSeveral, whyOf } from './explain.ts';

interface Props {
  readonly finding: ExplainedFinding;
  /** Without it the check cannot be exempt, or not by this person. */
  onExempt?(): void;
  close(): void;
}

export function FindingDetails({ finding, onExempt, close }: Props) {
  const { rule, title, severity, verdict, reason, decision, changes, since, references, source } = finding;
  const why = whyOf(finding);
  return (
    <Details
      title={title}
      subtitle={
        <p class="subtitle">
          <a href={hrefOf(['rules', rule])}>{rule}</a>
        </p>
      }
      actions={
        onExempt && (
          <button type="button" onClick={onExempt}>
            Exempt…
          </button>
        )
      }
      close={close}
    >
      <p>
        <Verdict of={verdict} /> <Severity of={severity} /> {decision && <Action of={decision.action} />}{' '}
        <small>
          since <Time at={since} />
        </small>
      </p>
      <p>{reason}</p>
      {changes.length > 0 && (
        <>
          <h3>Changes</h3>
          <ChangeTable changes={changes} />
        </>
      )}
      {why.length > 0 && (
        <>
          <h3>Why it is not fixed</h3>
          {needsSeveral(finding) && <p>Several of these hold at once. Lifting one of them alone changes nothing.</p>}
          <ul class="lines">
            {why.map(({ code, text, until, lifted }) => (
              <li key={code}>
                {text}
                {until && (
                  <>
                    {' '}
                    Until <Time at={until} exact />.
                  </>
                )}
                {lifted && <small class="below">{lifted}</small>}
              </li>
            ))}
          </ul>
        </>
      )}
      {decision?.approvalId && (
        <p>
          <a href={hrefOf('approvals', { open: decision.approvalId })}>Open the approval</a>
        </p>
      )}
      {source && (
        <>
          <h3>Fix in code</h3>
          <SourceLines source={source} />
        </>
      )}
      {references.length > 0 && (
        <>
          <h3>Benchmarks</h3>
          <ul class="lines">
            {references.map((one) => (
              <li key={`${one.source} ${one.id}`}>
                {one.source} {one.id}
              </li>
            ))}
          </ul>
        </>
      )}
    </Details>
  );
}
