/** One exemption in full. */
import type { ListedExemption } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { Details } from '../../ui/details.tsx';
import { Person } from '../../ui/format/resource-name.tsx';
import { Time } from '../../ui/format/time.tsx';
import { appHref } from '../../ui/scope/app-href.ts';
import { scopeText } from '../../ui/scope/scope.ts';

interface Props {
  readonly exemption: ListedExemption;
  onRenew?(): void;
  onRemove?(): void;
  close(): void;
}

export function ExemptionDetails({ exemption, onRenew, onRemove, close }: Props) {
  const { scope, rule, owner, reason, ticket, expires, createdAt, createdBy, covers, endedAt, endedBy, why } =
    exemption;
  const isResource = scope.split('/').length > 5;
  return (
    <Details
      title={rule}
      subtitle={<p class="subtitle">{scopeText(scope)}</p>}
      close={close}
      actions={
        onRenew && (
          <>
            <button type="button" class="primary" onClick={onRenew}>
              Renew…
            </button>
            <button type="button" onClick={onRemove}>
              Remove…
            </button>
          </>
        )
      }
    >
      <dl class="about">
        <dt>Reason</dt>
        <dd>{reason}</dd>
        <dt>Owner</dt>
        <dd>
          <bdi>{owner}</bdi>
        </dd>
        {ticket && (
          <>
            <dt>Ticket</dt>
            <dd>{ticket}</dd>
          </>
        )}
        <dt>{endedAt ? 'Would have expired' : 'Expires'}</dt>
        <dd>
          <Time at={expires} exact />
        </dd>
        {endedAt && (
          <>
            <dt>{why === 'removed' ? 'Removed' : 'Expired'}</dt>
            <dd>
              <Time at={endedAt} exact /> {why === 'removed' && <Person of={endedBy} />}
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>
          <Time at={createdAt} exact /> <Person of={createdBy} />
        </dd>
        <dt>Scope</dt>
        <dd>
          <code>{scope}</code>
        </dd>
        {covers !== undefined && (
          <>
            <dt>Covers</dt>
            <dd>
              <a href={hrefOf('findings', { rule, resource: scope, decision: 'exempt' })}>
                {covers === 1 ? '1 finding' : `${covers.toLocaleString('en')} findings`}
              </a>
            </dd>
          </>
        )}
      </dl>
      <p>
        <a href={hrefOf(['rules', rule])}>Open the rule</a>
        {isResource && (
          <>
            {' · '}
            <a href={appHref(scope)}>Open the app</a>
          </>
        )}
      </p>
    </Details>
  );
}
