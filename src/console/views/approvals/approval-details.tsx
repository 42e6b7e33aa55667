/** One approval: what it changes, why it needs a person, what is sent to Azure, and what happened so far. */
import type { Approval, AuditEntry, ListPage, Rule } from '../../api/types.ts';
import { hrefOf, setQuery } from '../../state/location.ts';
import { useGet } from '../../state/use-get.ts';
import { ChangeTable } from '../../ui/changes/change-table.tsx';
import { Details } from '../../ui/details.tsx';
import { Impact, Severity, Status } from '../../ui/format/badges.tsx';
import { Person, ResourceName } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { HARM_WORDS, IMPACT_HINTS, wordOf } from '../../ui/format/words.ts';
import { ErrorMessage, Message } from '../../ui/message.tsx';
import type { Decision } from './decide.ts';

interface Props {
  readonly id: string;
  /** null without the role. */
  readonly decide: ((decision: Decision) => (items: readonly Approval[]) => void) | null;
}

export function ApprovalDetails({ id, decide }: Props) {
  const { data: approval, error, reload } = useGet<Approval>(`/approvals/${encodeURIComponent(id)}`, ['approvals']);
  const close = () => setQuery({ open: null });
  if (!approval) {
    return (
      <Details title="Approval" close={close}>
        {error ? <ErrorMessage error={error} retry={reload} /> : <span class="skeleton" />}
      </Details>
    );
  }
  const { mayDecide, rule, resource } = approval;
  const isPending = approval.status === 'pending';
  return (
    <Details
      title={rule.title}
      subtitle={<ResourceName resource={resource} href={hrefOf('apps', { q: resource.name })} />}
      close={close}
      actions={
        decide &&
        isPending && (
          <>
            <button
              type="button"
              class="primary"
              disabled={!mayDecide.allowed}
              onClick={() => decide('approve')([approval])}
            >
              Approve…
            </button>
            <button type="button" onClick={() => decide('reject')([approval])}>
              Reject…
            </button>
          </>
        )
      }
    >
      {decide && isPending && !mayDecide.allowed && (
        <Message tone="info" title="You can’t approve this.">
          {mayDecide.reason}
        </Message>
      )}
      <Facts approval={approval} />
      {approval.moved.length > 0 && (
        <>
          <h3>Changed since</h3>
          <ChangeTable changes={approval.moved} labels={['Then', 'Now']} caption="Changed since" />
        </>
      )}
      <h3>Changes</h3>
      <ChangeTable changes={approval.changes} />
      <h3>Risk</h3>
      <p>{rule.risk}</p>
      <Harm rule={rule.id} />
      <h3>Why approval is needed</h3>
      <ul>
        {approval.reasons.map(({ code, text }) => (
          <li key={code}>{text}</li>
        ))}
      </ul>
      <h3>Requests to Azure</h3>
      {approval.plan.map(({ method, path, body }) => (
        <pre key={path}>{`${method} ${path}\n${JSON.stringify(body, null, 2)}`}</pre>
      ))}
      <h3>Fix in code</h3>
      <h4>Bicep</h4>
      <pre>{approval.source.bicep}</pre>
      <h4>Terraform</h4>
      <pre>{approval.source.terraform}</pre>
      <History approval={approval} />
    </Details>
  );
}

function Facts({ approval }: { approval: Approval }) {
  const { status, rule, changedBy, requestedAt, expiresAt, decision, supersededBy } = approval;
  return (
    <dl class="facts">
      <dt>Status</dt>
      <dd>
        <Status of={status} />
        {supersededBy && (
          <>
            {' '}
            <a href={hrefOf('approvals', { open: supersededBy })}>Show the new approval</a>
          </>
        )}
      </dd>
      <dt>Severity</dt>
      <dd>
        <Severity of={rule.severity} />
      </dd>
      <dt>Impact</dt>
      <dd>
        <Impact of={rule.impact} /> <small>{wordOf(IMPACT_HINTS, rule.impact)}</small>
      </dd>
      <dt>Reversible</dt>
      <dd>{rule.reversible ? 'Yes' : 'No. It can’t be rolled back.'}</dd>
      <dt>Changed by</dt>
      <dd>
        <Person of={changedBy} />
      </dd>
      <dt>Requested</dt>
      <dd>
        <Time at={requestedAt} exact />
      </dd>
      {status === 'pending' && (
        <>
          <dt>Expires</dt>
          <dd>
            <Time at={expiresAt} exact />
          </dd>
        </>
      )}
      {decision && (
        <>
          <dt>Decided by</dt>
          <dd>
            <Person of={decision.by} />, <Time at={decision.at} exact />
            {decision.comment && (
              <>
                : <q>{decision.comment}</q>
              </>
            )}
          </dd>
        </>
      )}
    </dl>
  );
}

/** What the rule guards against. */
function Harm({ rule }: { rule: string }) {
  const { data } = useGet<Rule>(`/rules/${encodeURIComponent(rule)}`);
  if (!data) return null;
  return (
    <>
      <p>
        <strong>Without the fix:</strong> {data.why}
      </p>
      {data.harm !== null && (
        <p>
          <strong>How harm would show:</strong> {wordOf(HARM_WORDS, data.harm)}
        </p>
      )}
    </>
  );
}

function History({ approval: { id, status, rule } }: { approval: Approval }) {
  const { data, error, reload } = useGet<ListPage<AuditEntry>>(`/audit?approval=${encodeURIComponent(id)}`, ['audit']);
  const applied = data?.items.find(({ kind }) => kind === 'fix.applied');
  return (
    <>
      <h3>History</h3>
      {error && <ErrorMessage error={error} retry={reload} />}
      <ul class="history">
        {data?.items.map((entry) => (
          <li key={entry.id}>
            <Time at={entry.at} exact /> <code>{entry.kind}</code> <Person of={entry.actor} /> {entry.message}
          </li>
        ))}
      </ul>
      <p>
        <a href={hrefOf('audit', { approval: id })}>Show in the audit log</a>
        {status === 'applied' && applied && rule.reversible && (
          <>
            {' · '}
            <a href={hrefOf('audit', { approval: id, open: applied.id })}>Roll back…</a>
          </>
        )}
      </p>
    </>
  );
}
