/** Creates an exemption of a rule within a scope that a person names. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { Rule } from '../../api/types.ts';
import { expectChanges } from '../../state/live.ts';
import { me } from '../../state/session.ts';
import { useGet } from '../../state/use-get.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorMessage } from '../../ui/message.tsx';
import { readScope, type ScopeOption } from '../../ui/scope/scope.ts';
import { ScopeField } from '../../ui/scope/scope-field.tsx';
import { type ExemptionDraft, newDraft, previewRequestsOf, problemsOf, requestsOf } from './exemption-form.ts';
import { ExemptionFields, Labelled, PreviewOfExemption, usePreview } from './fields.tsx';

interface Props {
  readonly known: readonly ScopeOption[];
  onClose(): void;
  onDone(): void;
}

export function CreateExemption({ known, onClose, onDone }: Props) {
  const form = useId();
  const opened = useSignal(new Date()).value;
  const draft = useSignal<ExemptionDraft>(newDraft(me.peek()?.name ?? '', opened));
  const [scope, rule] = [useSignal(''), useSignal('')];
  const wasTried = useSignal(false);
  const isBusy = useSignal(false);
  const error = useSignal<ApiError | null>(null);
  const rules = useGet<{ items: readonly Rule[] }>('/rules?limit=200');
  const read = readScope(scope.value, known);
  const isRule = rules.data?.items.some(({ id }) => id === rule.value) ?? false;
  const targets = 'id' in read && isRule ? [{ scope: read.id, rule: rule.value }] : [];
  const preview = usePreview(previewRequestsOf(draft.value, targets, opened));
  const { targets: _, ...problems } = wasTried.value ? problemsOf(draft.value, targets, opened) : {};

  async function create(event: Event): Promise<void> {
    event.preventDefault();
    wasTried.value = true;
    if (isBusy.peek() || Object.keys(problemsOf(draft.peek(), targets, opened)).length > 0 || !preview.totals) return;
    isBusy.value = true;
    try {
      for (const body of requestsOf(draft.peek(), targets, opened)) await call('/exemptions', { method: 'POST', body });
      expectChanges();
      onDone();
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
      title="Create an exemption"
      onClose={onClose}
      actions={
        <>
          <button
            type="submit"
            form={form}
            class="primary"
            disabled={isBusy.value || (targets.length > 0 && preview.totals === null)}
          >
            Create
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={(event: Event) => void create(event)}>
        <ScopeField
          text={scope.value}
          read={read}
          known={known}
          showProblem={wasTried.value}
          onChange={(next) => {
            scope.value = next;
          }}
        />
        <Labelled label="Rule" problem={wasTried.value && !isRule ? 'Choose a rule of the list.' : undefined}>
          {(attributes) => (
            <>
              <input
                {...attributes}
                type="text"
                list={`${form}-rules`}
                autoComplete="off"
                spellcheck={false}
                value={rule.value}
                onInput={(event) => {
                  rule.value = event.currentTarget.value.trim();
                }}
              />
              <datalist id={`${form}-rules`}>
                {rules.data?.items.map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Labelled>
        <ExemptionFields
          draft={draft.value}
          problems={problems}
          onChange={(change) => {
            draft.value = { ...draft.peek(), ...change };
          }}
        />
      </form>
      {targets.length > 0 && <PreviewOfExemption preview={preview} />}
      {error.value && <ErrorMessage error={error.value} />}
    </Dialog>
  );
}
