/** The filters of a list, as buttons and chips. Their values stand in the address. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useKeys } from '../../state/keys.ts';
import { place, setQuery, valuesOf } from '../../state/location.ts';
import { Menu } from '../menu.tsx';
import { readScope, scopeOption } from '../scope/scope.ts';
import { chipsOf, cleared, type Filter, toggled } from './filters.ts';

interface Props {
  readonly filters: readonly Filter[];
  /** The names of the filters with a control; the others only have chips. All when it is not given. */
  readonly controls?: readonly string[];
  /** Behind the controls. */
  readonly end?: ComponentChildren;
}

export function FilterBar({ filters, controls, end }: Props) {
  const { query } = place.value;
  const chips = chipsOf(filters, query);
  return (
    <search class="filters" aria-label="Filters">
      {filters
        .filter(({ name }) => controls?.includes(name) ?? true)
        .map((filter) => (
          <Control key={filter.name} filter={filter} />
        ))}
      {end}
      {chips.length > 0 && (
        <ul class="chips" aria-label="Active filters">
          {chips.map(({ title, text, names }) => (
            <li key={title}>
              <button
                type="button"
                class="chip"
                aria-label={`Remove filter ${title}: ${text}`}
                onClick={() => setQuery(Object.fromEntries(names.map((name) => [name, null])))}
              >
                <span>
                  {title}: <bdi>{text}</bdi>
                </span>
                <span aria-hidden="true">✕</span>
              </button>
            </li>
          ))}
          <li>
            <button type="button" class="subtle" onClick={() => setQuery(cleared(filters))}>
              Clear filters
            </button>
          </li>
        </ul>
      )}
    </search>
  );
}

function Control({ filter }: { filter: Filter }) {
  if ('options' in filter) return <Options filter={filter} />;
  if (filter.kind === 'text') return <Search name={filter.name} title={filter.title} />;
  if (filter.kind === 'scope') return <Scope filter={filter} />;
  return <Period filter={filter} />;
}

function Options({
  filter: { name, title, options, single = false },
}: {
  filter: Extract<Filter, { options: unknown }>;
}) {
  const { query } = place.value;
  const values = valuesOf(query, name);
  return (
    <Menu label={<Label title={title} count={values.length} />}>
      <fieldset class="menu-list">
        <legend class="visually-hidden">{title}</legend>
        {options.length === 0 && <p class="hint">There is nothing to choose from.</p>}
        {options.map(({ value, title: text, count }) => (
          <label class="check" key={value}>
            <input
              type={single ? 'radio' : 'checkbox'}
              name={name}
              checked={values.includes(value)}
              onChange={() => setQuery({ [name]: single ? value : toggled(query, name, value) })}
            />
            <span>{text}</span>
            {count !== undefined && <small class="count">{count.toLocaleString('en')}</small>}
          </label>
        ))}
      </fieldset>
    </Menu>
  );
}

/** Typing pauses before the list is asked. */
const TYPING_MS = 300;

function Search({ name, title }: { name: string; title: string }) {
  const value = place.value.query.get(name) ?? '';
  const text = useSignal(value);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    // Another address, such as one without filters, shows its own text.
    if (document.activeElement !== input.current) text.value = value;
  }, [value, text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useKeys({ '/': { label: 'Search', run: () => input.current?.focus() } }, 'Lists');
  const apply = () => {
    clearTimeout(timer.current);
    if ((place.peek().query.get(name) ?? '') !== text.peek().trim()) setQuery({ [name]: text.peek().trim() });
  };
  return (
    <input
      ref={input}
      type="search"
      class="search"
      aria-label={title}
      placeholder={title}
      maxLength={200}
      value={text.value}
      onInput={(event) => {
        text.value = event.currentTarget.value;
        clearTimeout(timer.current);
        timer.current = setTimeout(apply, TYPING_MS);
      }}
      onChange={apply}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}

function Scope({ filter: { name, title, known = [] } }: { filter: Extract<Filter, { kind: 'scope' }> }) {
  const { query } = place.value;
  const values = valuesOf(query, name);
  const text = useSignal('');
  const problem = useSignal<string | null>(null);
  const id = useId();
  const options = known.map(scopeOption);
  const add = (event: Event) => {
    event.preventDefault();
    const read = readScope(text.peek(), options);
    problem.value = 'problem' in read ? read.problem : null;
    if ('problem' in read) return;
    setQuery({ [name]: [...values.filter((one) => one !== read.id), read.id].join(',') });
    text.value = '';
  };
  return (
    <Menu label={<Label title={title} count={values.length} />}>
      <form class="menu-list" onSubmit={add}>
        <div class="field">
          <label for={id}>Subscription, resource group or resource</label>
          <input
            id={id}
            list={`${id}-known`}
            value={text.value}
            placeholder="/subscriptions/…"
            aria-invalid={problem.value !== null}
            aria-describedby={`${id}-problem`}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
          <datalist id={`${id}-known`}>
            {options.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name} ({one.kind})
              </option>
            ))}
          </datalist>
          <p class="field-error" id={`${id}-problem`} role="alert">
            {problem.value}
          </p>
        </div>
        <button type="submit">Add</button>
      </form>
    </Menu>
  );
}

function Period({ filter: { title, from, to } }: { filter: Extract<Filter, { kind: 'period' }> }) {
  const { query } = place.value;
  const id = useId();
  const day = (name: string, label: string) => (
    <div class="field">
      <label for={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type="date"
        value={query.get(name) ?? ''}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value })}
      />
    </div>
  );
  return (
    <Menu label={<Label title={title} count={[from, to].filter((name) => query.has(name)).length} />}>
      <div class="menu-list">
        {day(from, 'From')}
        {day(to, 'To (included)')}
      </div>
    </Menu>
  );
}

function Label({ title, count }: { title: string; count: number }) {
  return (
    <>
      {title}
      {count > 0 && <span class="count"> ({count})</span>}
    </>
  );
}
