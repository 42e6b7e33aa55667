/** A form of settings that are one number, one switch or one choice. */
import { useSignal } from '@preact/signals';
import { documentOf } from '../../ui/settings-change/document.ts';
import {
  type Field,
  type FieldSection,
  fieldsOf,
  labelOf,
  parseField,
  textOf,
  valueAt,
  withFieldValue,
} from './fields.ts';
import type { SectionProps } from './section.ts';

export function FieldForm({ section, settings, mayChange, ask }: SectionProps & { readonly section: FieldSection }) {
  const document = documentOf(settings);
  const fields = fieldsOf(section, document);
  /** What was typed, by path. */
  const typed = useSignal<Readonly<Record<string, string>>>({});
  const entries = fields.map((field) => {
    const key = field.path.join('/');
    const before = textOf(valueAt(document, field.path));
    const text = typed.value[key] ?? before;
    return { field, key, text, isDifferent: text !== before, parsed: parseField(field, text) };
  });
  const changed = entries.filter(({ isDifferent }) => isDifferent);
  const isValid = changed.every(({ parsed }) => 'value' in parsed);
  if (fields.length === 0) return <p>This version of the service has no such settings.</p>;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        ask({
          title: 'Change settings',
          change: (current) =>
            changed.reduce(
              (next, { field, parsed }) => ('value' in parsed ? withFieldValue(next, field.path, parsed.value) : next),
              current,
            ),
          onSaved: () => {
            typed.value = {};
          },
        });
      }}
    >
      <fieldset disabled={!mayChange} class="fields">
        <legend class="visually-hidden">Settings</legend>
        {entries.map(({ field, key, text, isDifferent, parsed }) => (
          <FieldInput
            key={key}
            field={field}
            text={text}
            problem={isDifferent && 'problem' in parsed ? parsed.problem : null}
            change={(next) => {
              typed.value = { ...typed.peek(), [key]: next };
            }}
          />
        ))}
      </fieldset>
      {mayChange && (
        <button type="submit" class="primary" disabled={changed.length === 0 || !isValid}>
          Preview and save…
        </button>
      )}
    </form>
  );
}

interface FieldInputProps {
  readonly field: Field;
  readonly text: string;
  readonly problem: string | null;
  change(text: string): void;
}

function FieldInput({ field, text, problem, change }: FieldInputProps) {
  const id = `field-${field.path.join('-')}`;
  const { kind, hint } = field;
  const described = {
    'aria-describedby': problem || hint ? `${id}-hint` : undefined,
    'aria-invalid': problem !== null,
  };
  const note = (problem || hint) && (
    <small id={`${id}-hint`} class={problem ? 'field-error' : 'hint'}>
      {problem ?? hint}
    </small>
  );
  if (kind.type === 'switch') {
    return (
      <label class="check">
        <input
          type="checkbox"
          checked={text === 'true'}
          {...described}
          onChange={(event) => change(String(event.currentTarget.checked))}
        />
        <span>
          {labelOf(field)}
          {note}
        </span>
      </label>
    );
  }
  return (
    <div class="field">
      <label for={id}>{labelOf(field)}</label>
      {kind.type === 'choice' ? (
        <select id={id} value={text} {...described} onChange={(event) => change(event.currentTarget.value)}>
          {Object.entries(kind.options).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      ) : kind.type === 'number' ? (
        <input
          id={id}
          type="number"
          min={kind.min}
          max={kind.max}
          step={kind.step ?? 1}
          value={text}
          {...described}
          onInput={(event) => change(event.currentTarget.value)}
        />
      ) : (
        <input id={id} type="text" value={text} {...described} onInput={(event) => change(event.currentTarget.value)} />
      )}
      {note}
    </div>
  );
}
