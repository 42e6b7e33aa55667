/** Asks before approvals are decided: everything that would change, what it does, and what is left out. */
import type { ApprovalBrief, Settings } from '../../api/types.ts';
import { now } from '../../state/clock.ts';
import { useGet } from '../../state/use-get.ts';
import { ChangeTable, Values } from '../../ui/changes/change-table.tsx';
import { type Fold, foldEqual, settingOf } from '../../ui/changes/changes.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Impact, Severity } from '../../ui/format/badges.tsx';
import { ResourceName } from '../../ui/format/resource-name.tsx';
import { plural } from '../../ui/format/words.ts';
import { Message } from '../../ui/message.tsx';
import { type Decision, type Effects, effectsOf, type LeftOut, numberToType, splitByRight } from './decide.ts';
import { labelOf, startDecision } from './decision-job.ts';

interface Props {
  readonly decision: Decision;
  readonly items: readonly ApprovalBrief[];
  onClose(): void;
  /** After the decision was handed to a job. */
  onStarted(): void;
}

export function DecideDialog({ decision, items, onClose, onStarted }: Props) {
  const { mine, leftOut } = splitByRight(decision, items);
  const { data: settings = null } = useGet<Settings>(decision === 'approve' ? '/settings' : null);
  const verb = decision === 'approve' ? 'Approve' : 'Reject';
  return (
    <ConfirmDialog
      wide
      title={`${verb} ${plural(mine.length, 'change')}`}
      action={`${verb} ${mine.length}`}
      danger={decision === 'reject'}
      typeNumber={numberToType(decision, mine)}
      comment={decision === 'reject' ? 'required' : 'optional'}
      commentLabel={decision === 'reject' ? 'Comment (required to reject)' : 'Comment (optional)'}
      blocked={mine.length === 0 ? 'Nothing is left to decide.' : null}
      onClose={onClose}
      onConfirm={(comment) => {
        // Exactly what this dialog shows, with the digests of what it shows.
        startDecision(decision, mine, comment);
        onStarted();
      }}
    >
      {decision === 'approve' && mine.length > 0 && <EffectList effects={effectsOf(mine, settings, now.value)} />}
      {foldEqual(mine).map((fold) => (
        <FoldedChanges key={fold.key} fold={fold} />
      ))}
      {leftOut.map((left) => (
        <LeftOutList key={left.reason} left={left} />
      ))}
    </ConfirmDialog>
  );
}

function EffectList({ effects }: { effects: Effects }) {
  const { traffic, restarts, revisions, irreversible, inWindow, frozen, apps } = effects;
  const lines = [
    traffic > 0 && `${plural(traffic, 'change')} can affect traffic.`,
    restarts > 0 && `${plural(restarts, 'change')} ${restarts === 1 ? 'restarts its app' : 'restart their apps'} now.`,
    revisions > 0 && `${plural(revisions, 'change')} ${revisions === 1 ? 'starts' : 'start'} a new revision now.`,
    inWindow > 0 && `${inWindow} of these ${inWindow === 1 ? 'waits' : 'wait'} while the change window is closed.`,
    frozen > 0 && `${plural(frozen, 'change')} ${frozen === 1 ? 'waits' : 'wait'} until a freeze ends.`,
    irreversible > 0 && `${plural(irreversible, 'change')} can’t be rolled back.`,
  ].filter((line) => line !== false);
  const isGrave = traffic > 0 || irreversible > 0;
  return (
    <Message tone={isGrave ? 'warning' : 'info'} title={`On ${plural(apps, 'app')}.`}>
      {lines.length === 0 ? 'No app restarts.' : lines.join(' ')}
    </Message>
  );
}

function FoldedChanges({ fold: { rule, purpose, changes, items } }: { fold: Fold<ApprovalBrief> }) {
  const [first] = changes;
  const [only] = items;
  const isOne = changes.length === 1 && first;
  return (
    <section class="fold" aria-label={rule.title}>
      <h3>
        {purpose === 'rollback' && 'Rollback: '}
        {rule.title}
      </h3>
      <p class="fold-facts">
        <Severity of={rule.severity} /> <Impact of={rule.impact} />
        {!rule.reversible && <span class="badge warning">Can’t be rolled back</span>}
      </p>
      {isOne ? (
        <p class="change">
          <code>{settingOf(first)}</code> <Values change={first} /> on{' '}
          {items.length === 1 && only ? <bdi>{only.resource.name}</bdi> : plural(items.length, 'app')}
        </p>
      ) : (
        <>
          <p>On {items.length === 1 && only ? <bdi>{only.resource.name}</bdi> : plural(items.length, 'app')}:</p>
          <ChangeTable changes={changes} />
        </>
      )}
      <p class="hint">{rule.risk}</p>
      {items.length > 1 && (
        <details>
          <summary>Show {plural(items.length, 'app')}</summary>
          <ul class="names">
            {items.map(({ id, resource }) => (
              <li key={id}>
                <ResourceName resource={resource} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function LeftOutList({ left: { reason, items } }: { left: LeftOut }) {
  return (
    <Message tone="info" title={`Left out: ${plural(items.length, 'change')}.`}>
      {reason}
      <details>
        <summary>Show</summary>
        <ul>
          {items.map((item) => (
            <li key={item.id}>{labelOf(item)}</li>
          ))}
        </ul>
      </details>
    </Message>
  );
}
