/** A field for a scope: a name of a known one, an ARM id, or an address of the Azure portal. */
import { useId } from 'preact/hooks';
import type { FindingGroup } from '../../api/types.ts';
import { useGet } from '../../state/use-get.ts';
import { labelOf, type ScopeOption, scopeOption, scopeText } from './scope.ts';

interface Props {
  readonly text: string;
  /** What `readScope` gave for the text. */
  readonly read: { readonly id: string } | { readonly problem: string };
  readonly known: readonly ScopeOption[];
  /** Whether a problem is shown: after the person has tried to go on. */
  readonly showProblem: boolean;
  onChange(text: string): void;
}

/** The subscriptions and resource groups that have findings. */
export function useKnownScopes(): readonly ScopeOption[] {
  const { data } = useGet<{ items: readonly FindingGroup[] }>('/findings?group=resourceGroup');
  const groups = data?.items.map(({ key }) => key).filter((key) => key.split('/').length > 3) ?? [];
  const subscriptions = new Set(groups.map((key) => key.split('/').slice(0, 3).join('/')));
  return [...subscriptions, ...groups.toSorted()].map(scopeOption);
}

export function ScopeField({ text, read, known, showProblem, onChange }: Props) {
  const id = useId();
  const isTyped = text.trim() !== '';
  return (
    <div class="field">
      <label for={id}>Scope</label>
      <p class="hint" id={`${id}-hint`}>
        A resource group or a subscription by its name, or the ARM ID of anything below.
      </p>
      <input
        id={id}
        type="text"
        list={`${id}-known`}
        autoComplete="off"
        spellcheck={false}
        value={text}
        aria-describedby={`${id}-hint ${id}-read`}
        aria-invalid={showProblem && 'problem' in read ? true : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id={`${id}-known`}>
        {known.map((one) => (
          <option key={one.id} value={labelOf(one)} />
        ))}
      </datalist>
      <p id={`${id}-read`} class={'problem' in read ? 'field-error' : 'hint'} role="status">
        {'problem' in read ? showProblem && read.problem : isTyped && scopeText(read.id)}
      </p>
    </div>
  );
}
