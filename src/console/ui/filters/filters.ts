/** Filters of a list, whose values stand in the address. */
import { valuesOf } from '../../state/location.ts';
import { scopeText } from '../scope/scope.ts';

export interface FilterOption {
  readonly value: string;
  readonly title: string;
  readonly count?: number;
}

export type Filter =
  | {
      readonly name: string;
      readonly title: string;
      readonly options: readonly FilterOption[];
      readonly single?: boolean;
    }
  /** Text; the first one of a bar is the search field. */
  | { readonly name: string; readonly title: string; readonly kind: 'text' }
  /** An ARM id. */
  | { readonly name: string; readonly title: string; readonly kind: 'scope'; readonly known?: readonly string[] }
  /** Days, as `from` and `to` (both included) below these names, such as `2026-11-30`. */
  | {
      readonly name: string;
      readonly title: string;
      readonly kind: 'period';
      readonly from: string;
      readonly to: string;
    };

/** What is filtered now, as a chip says it. */
export interface Chip {
  readonly title: string;
  readonly text: string;
  /** Names of parameters to remove. */
  readonly names: readonly string[];
}

export function namesOf(filter: Filter): readonly string[] {
  return 'kind' in filter && filter.kind === 'period' ? [filter.from, filter.to] : [filter.name];
}

export function chipsOf(filters: readonly Filter[], query: URLSearchParams): Chip[] {
  return filters.flatMap((filter) => {
    const text = textOf(filter, query);
    return text === '' ? [] : [{ title: filter.title, text, names: namesOf(filter) }];
  });
}

/** Whether any filter has a value: a list without items then has none that match. */
export function isFiltered(filters: readonly Filter[], query: URLSearchParams): boolean {
  return filters.some((filter) => namesOf(filter).some((name) => query.has(name)));
}

/** The parameters that clear all filters. */
export function cleared(filters: readonly Filter[]): Record<string, null> {
  return Object.fromEntries(filters.flatMap(namesOf).map((name) => [name, null]));
}

/** The values of the filters, for a request: `names` are those that the API takes under the same name. */
export function filterQuery(query: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])));
}

/** The values with one more, or without it; null when none is left. */
export function toggled(query: URLSearchParams, name: string, value: string): string | null {
  const values = valuesOf(query, name);
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return next.length === 0 ? null : next.join(',');
}

function textOf(filter: Filter, query: URLSearchParams): string {
  if ('options' in filter) {
    const titles = new Map(filter.options.map(({ value, title }) => [value, title]));
    return valuesOf(query, filter.name)
      .map((value) => titles.get(value) ?? value)
      .join(', ');
  }
  if (filter.kind === 'scope') return valuesOf(query, filter.name).map(scopeText).join(', ');
  if (filter.kind === 'text') return query.get(filter.name) ?? '';
  const [from, to] = [query.get(filter.from), query.get(filter.to)];
  return [from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' ');
}
