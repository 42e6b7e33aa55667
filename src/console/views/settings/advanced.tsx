/** The whole document as JSON, for what the other sections do not show. */
import { useSignal } from '@preact/signals';
import type { Settings } from '../../api/types.ts';
import { documentOf } from '../../ui/settings-change/document.ts';
import type { SectionProps } from './section.ts';

export function Advanced({ settings, mayChange, ask }: SectionProps) {
  const stored = JSON.stringify(documentOf(settings), null, 2);
  const text = useSignal(stored);
  const parsed = parse(text.value);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // The service checks the document, and names the member that is wrong.
        if (parsed.document) ask({ title: 'Change settings', change: () => parsed.document as Settings });
      }}
    >
      <div class="field">
        <label for="settings-json">Settings as JSON</label>
        <textarea
          id="settings-json"
          class="code"
          rows={24}
          spellcheck={false}
          readOnly={!mayChange}
          value={text.value}
          aria-invalid={parsed.problem !== null}
          aria-describedby="settings-json-hint"
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <small id="settings-json-hint" class={parsed.problem ? 'field-error' : 'hint'}>
          {parsed.problem ?? 'A missing member takes its default. Unknown members are refused.'}
        </small>
      </div>
      {mayChange && (
        <>
          <button type="submit" class="primary" disabled={parsed.problem !== null || text.value === stored}>
            Preview and save…
          </button>{' '}
          <button
            type="button"
            disabled={text.value === stored}
            onClick={() => {
              text.value = stored;
            }}
          >
            Reset
          </button>
        </>
      )}
    </form>
  );
}

function parse(text: string): { document: object | null; problem: string | null } {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      return { document: null, problem: 'This is no JSON object.' };
    }
    return { document, problem: null };
  } catch (error) {
    return { document: null, problem: `This is no JSON: ${error instanceof Error ? error.message : ''}` };
  }
}
