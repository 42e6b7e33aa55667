/** Form fields for the values that a JSON Schema describes. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { type Draft, type DraftProblem, draftOf, isLines, isObject, listIn, rowsOf, textIn } from './draft.ts';
import type { ChoiceField, Field, GroupField, ListField, MapField, NullableField } from './field.ts';
import { labelOf } from './labels.ts';

interface FieldProps<F extends Field = Field> {
  readonly label: string;
  readonly field: F;
  readonly draft: Draft;
  /** Of the whole form; `pointer` says which of them are about this field. */
  readonly problems: readonly DraftProblem[];
  readonly pointer: string;
  readonly isDisabled?: boolean;
  onChange(draft: Draft): void;
}

/** One field with its label, what it means, and what is wrong with it. Inner fields are within it. */
export function SchemaField(props: FieldProps) {
  const { field } = props;
  switch (field.kind) {
    case 'boolean':
      return <Check {...props} />;
    case 'choice':
      return <Choice {...props} field={field} />;
    case 'list':
      return isLines(field) ? <Lines {...props} /> : <List {...props} field={field} />;
    case 'map':
      return <Rows {...props} field={field} />;
    case 'group':
      return <Group {...props} field={field} />;
    case 'nullable':
      return <Nullable {...props} field={field} />;
    case 'json':
      return <Area {...props} rows={6} />;
    default:
      return <Line {...props} />;
  }
}

function messagesAt(problems: readonly DraftProblem[], pointer: string, withInner: boolean): string[] {
  return problems
    .filter((one) => one.pointer === pointer || (withInner && one.pointer.startsWith(`${pointer}/`)))
    .map(({ message }) => message);
}

interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

/** A label above a control. `control` gets what connects them. `withInner`: this control also stands for inner values. */
function Labelled({
  label,
  field,
  problems,
  pointer,
  withInner = false,
  control,
}: FieldProps & { withInner?: boolean; control: (attributes: Described) => ComponentChildren }) {
  const id = useId();
  const messages = messagesAt(problems, pointer, withInner);
  const described = [field.description ? `${id}-hint` : '', messages.length > 0 ? `${id}-error` : ''].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {field.description && (
        <p class="hint" id={`${id}-hint`}>
          {field.description}
        </p>
      )}
      {control({
        id,
        'aria-describedby': described.join(' ') || undefined,
        'aria-invalid': messages.length > 0 || undefined,
      })}
      {messages.length > 0 && (
        <p class="field-error" id={`${id}-error`}>
          {messages.join(' ')}
        </p>
      )}
    </div>
  );
}

function Line(props: FieldProps) {
  const { field, draft, isDisabled, onChange } = props;
  const isNumber = field.kind === 'number';
  const isDate = field.kind === 'text' && field.format === 'date';
  return (
    <Labelled
      {...props}
      control={(attributes) => {
        const shared = {
          ...attributes,
          value: textIn(draft),
          disabled: isDisabled,
          onInput: (event: { currentTarget: HTMLInputElement }) => onChange(event.currentTarget.value),
        };
        if (isDate) return <input {...shared} type="date" />;
        if (isNumber) return <input {...shared} type="text" inputMode="numeric" class="short" />;
        return <input {...shared} type="text" />;
      }}
    />
  );
}

function Area({ rows, ...props }: FieldProps & { rows: number }) {
  return (
    <Labelled
      {...props}
      withInner
      control={(attributes) => (
        <textarea
          {...attributes}
          rows={rows}
          spellcheck={false}
          value={textIn(props.draft)}
          disabled={props.isDisabled}
          onInput={(event) => props.onChange(event.currentTarget.value)}
        />
      )}
    />
  );
}

function Lines(props: FieldProps) {
  const { field } = props;
  const description = [field.description, 'One value on each line.'].filter(Boolean).join(' ');
  return (
    <Area {...props} field={{ ...field, description }} rows={Math.min(8, textIn(props.draft).split('\n').length + 1)} />
  );
}

function Check({ label, field, draft, isDisabled, onChange }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          checked={draft === true}
          disabled={isDisabled}
          aria-describedby={field.description ? `${id}-hint` : undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {label}
      </label>
      {field.description && (
        <p class="hint" id={`${id}-hint`}>
          {field.description}
        </p>
      )}
    </div>
  );
}

function Choice({ field, ...props }: FieldProps<ChoiceField>) {
  return (
    <Labelled
      {...props}
      field={field}
      control={(attributes) => (
        <select
          {...attributes}
          value={textIn(props.draft)}
          disabled={props.isDisabled}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        >
          {field.values.map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      )}
    />
  );
}

/** A set of fields with one name. */
function Inner({ label, field, problems, pointer, children }: FieldProps & { children: ComponentChildren }) {
  const messages = messagesAt(problems, pointer, false);
  return (
    <fieldset class="field">
      <legend>{label}</legend>
      {field.description && <p class="hint">{field.description}</p>}
      {children}
      {messages.length > 0 && <p class="field-error">{messages.join(' ')}</p>}
    </fieldset>
  );
}

/** Several of a closed list are boxes; other items are added and removed one by one. */
function List({ field, ...props }: FieldProps<ListField>) {
  const items = listIn(props.draft);
  const { item } = field;
  if (item.kind === 'choice') {
    return (
      <Inner {...props} field={field}>
        {item.values.map((value) => (
          <label class="check" key={value}>
            <input
              type="checkbox"
              checked={items.includes(value)}
              disabled={props.isDisabled}
              onChange={(event) => {
                const isOn = event.currentTarget.checked;
                // In the order of the schema.
                props.onChange(item.values.filter((one) => (one === value ? isOn : items.includes(one))));
              }}
            />
            <code>{value}</code>
          </label>
        ))}
      </Inner>
    );
  }
  return (
    <Inner {...props} field={field}>
      {items.map((one, index) => (
        <div class="field-row" key={index}>
          <SchemaField
            {...props}
            label={`${props.label} ${index + 1}`}
            field={item}
            draft={one}
            pointer={`${props.pointer}/${index}`}
            onChange={(next) => props.onChange(items.with(index, next))}
          />
          <Remove label={`${props.label} ${index + 1}`} onRemove={() => props.onChange(items.toSpliced(index, 1))} />
        </div>
      ))}
      <button type="button" disabled={props.isDisabled} onClick={() => props.onChange([...items, draftOf(item)])}>
        Add
      </button>
    </Inner>
  );
}

function Remove({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <button type="button" class="subtle" aria-label={`Remove ${label}`} onClick={onRemove}>
      Remove
    </button>
  );
}

function Rows({ field, ...props }: FieldProps<MapField>) {
  const rows = rowsOf(props.draft);
  const change = (index: number, row: Draft) => props.onChange(listIn(props.draft).with(index, row));
  return (
    <Inner {...props} field={field}>
      {rows.map(({ name, value }, index) => {
        const pointer = `${props.pointer}/${name.trim().replaceAll('~', '~0').replaceAll('/', '~1')}`;
        return (
          <div class="field-row" key={index}>
            <Line
              {...props}
              label="Name"
              field={field.name}
              draft={name}
              problems={[]}
              pointer={pointer}
              onChange={(next) => change(index, { name: next, value })}
            />
            <SchemaField
              {...props}
              label="Value"
              field={field.value}
              draft={value}
              pointer={pointer}
              onChange={(next) => change(index, { name, value: next })}
            />
            <Remove label={name || 'row'} onRemove={() => props.onChange(listIn(props.draft).toSpliced(index, 1))} />
          </div>
        );
      })}
      <button
        type="button"
        disabled={props.isDisabled}
        onClick={() => props.onChange([...listIn(props.draft), { name: '', value: draftOf(field.value) }])}
      >
        Add
      </button>
    </Inner>
  );
}

function Group({ field, ...props }: FieldProps<GroupField>) {
  const drafts = isObject(props.draft) ? props.draft : {};
  return (
    <Inner {...props} field={field}>
      {field.members.map(({ name, isRequired, field: inner }) => (
        <Optional
          {...props}
          key={name}
          label={labelOf(name)}
          field={inner}
          isOptional={!isRequired}
          draft={drafts[name] ?? null}
          pointer={`${props.pointer}/${name}`}
          onChange={(next) => props.onChange({ ...drafts, [name]: next })}
        />
      ))}
    </Inner>
  );
}

function Nullable({ field, ...props }: FieldProps<NullableField>) {
  const description = field.description ?? field.inner.description;
  const inner = { ...field.inner, ...(description === undefined ? {} : { description }) };
  return <Optional {...props} field={inner} isOptional />;
}

/** A box before a field that may be absent (null). */
function Optional({ isOptional, ...props }: FieldProps & { isOptional: boolean }) {
  const { label, field, draft, isDisabled, onChange } = props;
  if (!isOptional) return <SchemaField {...props} draft={draft ?? draftOf(field)} />;
  return (
    <div class="optional">
      <label class="check">
        <input
          type="checkbox"
          checked={draft !== null}
          disabled={isDisabled}
          onChange={(event) => onChange(event.currentTarget.checked ? draftOf(field) : null)}
        />
        {draft === null ? `Set: ${label}` : `${label} is set`}
      </label>
      {draft === null ? field.description && <p class="hint">{field.description}</p> : <SchemaField {...props} />}
    </div>
  );
}
