/** Exempts checks that are known: of one app, or the same for many. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import { expectChanges } from '../../state/live.ts';
import { me } from '../../state/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorMessage } from '../../ui/message.tsx';
import { scopesAround, scopeText } from '../../ui/scope/scope.ts';
import {
  type ExemptionDraft,
  newDraft,
  previewRequestsOf,
  problemsOf,
  requestsOf,
  type Target,
} from './exemption-form.ts';
import { grantMany } from './exemption-jobs.ts';
import { ExemptionFields, Labelled, PreviewOfExemption, usePreview } from './fields.tsx';

/** A rule on an app. */
export interface Check extends Target {
  /** Of the rule. */
  readonly title: string;
}

interface Props {
  /** What may be exempt. Of one app, a person chooses among them. */
  readonly checks: readonly Check[];
  /** Whether all are chosen at first. */
  readonly chosen?: boolean;
  onClose(): void;
}

export function ExemptDialog({ checks, chosen = true, onClose }: Props) {
  const form = useId();
  const opened = useSignal(new Date()).value;
  const draft = useSignal<ExemptionDraft>(newDraft(me.peek()?.name ?? '', opened));
  const own = onlyScope(checks);
  const scope = useSignal(own);
  const rules = useSignal<ReadonlySet<string>>(new Set(chosen ? checks.map(({ rule }) => rule) : []));
  const wasTried = useSignal(false);
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);

  const targets = targetsOf(checks, scope.value, rules.value);
  const preview = usePreview(previewRequestsOf(draft.value, targets, opened));
  const problems = wasTried.value ? problemsOf(draft.value, targets, opened) : {};

  async function grant(event: Event): Promise<void> {
    event.preventDefault();
    wasTried.value = true;
    if (isBusy.peek() || preview.totals === null || Object.keys(problemsOf(draft.peek(), targets, opened)).length > 0)
      return;
    const requests = requestsOf(draft.peek(), targets, opened);
    if (requests.length > 1) {
      grantMany(requests);
      return onClose();
    }
    [isBusy.value, error.value] = [true, null];
    try {
      for (const body of requests) await call('/exemptions', { method: 'POST', body });
      expectChanges();
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    } finally {
      isBusy.value = false;
    }
  }

  return (
    <Dialog
      title="Exempt"
      onClose={onClose}
      actions={
        <>
          <button type="submit" form={form} class="primary" disabled={isBusy.value || preview.totals === null}>
            {targets.length > 1 ? `Exempt ${targets.length.toLocaleString('en')} checks` : 'Exempt'}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={(event: Event) => void grant(event)}>
        <Choice
          checks={checks}
          rules={rules.value}
          problem={problems.targets}
          onChange={(next) => (rules.value = next)}
        />
        {own !== null && (
          <Labelled label="Scope" hint="Everything below it is exempt, too.">
            {(attributes) => (
              <select
                {...attributes}
                value={scope.value ?? own}
                onChange={(event) => (scope.value = event.currentTarget.value)}
              >
                {scopesAround(own).map(({ id }) => (
                  <option key={id} value={id}>
                    {scopeText(id)}
                  </option>
                ))}
              </select>
            )}
          </Labelled>
        )}
        <ExemptionFields
          draft={draft.value}
          problems={problems}
          onChange={(change) => {
            draft.value = { ...draft.peek(), ...change };
          }}
        />
      </form>
      <PreviewOfExemption preview={preview} />
      {error.value && <ErrorMessage error={error.value} />}
    </Dialog>
  );
}

/** One check is said, those of one app are chosen, those of many apps are folded by rule. */
function Choice({
  checks,
  rules,
  problem,
  onChange,
}: {
  checks: readonly Check[];
  rules: ReadonlySet<string>;
  problem: string | undefined;
  onChange(rules: ReadonlySet<string>): void;
}) {
  const counts = new Map<string, { title: string; apps: number }>();
  for (const { rule, title } of checks) counts.set(rule, { title, apps: (counts.get(rule)?.apps ?? 0) + 1 });
  const [only] = counts.values();
  if (counts.size === 1 && only) {
    return (
      <p>
        <strong>{only.title}</strong>
        {only.apps > 1 && ` on ${only.apps.toLocaleString('en')} apps`}
      </p>
    );
  }
  return (
    <fieldset class="field">
      <legend>Checks</legend>
      {[...counts].map(([rule, { title, apps }]) => (
        <label class="check" key={rule}>
          <input
            type="checkbox"
            checked={rules.has(rule)}
            onChange={(event) => {
              const next = new Set(rules);
              if (event.currentTarget.checked) next.add(rule);
              else next.delete(rule);
              onChange(next);
            }}
          />
          <span>
            {title}
            {apps > 1 && <small> on {apps.toLocaleString('en')} apps</small>}
          </span>
        </label>
      ))}
      {problem && <p class="field-error">{problem}</p>}
    </fieldset>
  );
}

/** The app of all checks; null when there are several. */
function onlyScope(checks: readonly Check[]): string | null {
  const [first] = checks;
  return first !== undefined && checks.every(({ scope }) => scope === first.scope) ? first.scope : null;
}

function targetsOf(checks: readonly Check[], scope: string | null, rules: ReadonlySet<string>): Target[] {
  return checks.filter(({ rule }) => rules.has(rule)).map(({ rule, scope: own }) => ({ rule, scope: scope ?? own }));
}
