/**
 * What stands in a form before it is a value: texts as they were typed. A draft becomes a value, or problems that name the
 * place and what to do. The service checks again; a message here only comes sooner.
 */
import { type Field, isJson, type Json, type MapField, type Member, type TextField } from './field.ts';

export type Draft = string | boolean | null | readonly Draft[] | { readonly [name: string]: Draft };

/** What is wrong at a place: a JSON Pointer below the value. */
export interface DraftProblem {
  readonly pointer: string;
  readonly message: string;
}

export type Read = { readonly value: Json } | { readonly problems: readonly DraftProblem[] };

/** Names and values of a map, as rows. */
interface Row {
  readonly name: string;
  readonly value: Draft;
}

/** Lists of texts are edited as lines, other lists item by item. */
export function isLines(field: Field): boolean {
  return field.kind === 'list' && field.item.kind === 'text';
}

/** The draft that shows a value; undefined shows an empty field. */
export function draftOf(field: Field, value: Json | undefined = field.fallback): Draft {
  switch (field.kind) {
    case 'boolean':
      return value === true;
    case 'number':
      return typeof value === 'number' ? String(value) : '';
    case 'text':
      return typeof value === 'string' ? value : '';
    case 'choice':
      return typeof value === 'string' ? value : (field.values[0] ?? '');
    case 'list': {
      const items: readonly Json[] = Array.isArray(value) ? value : [];
      if (isLines(field)) return items.filter((one) => typeof one === 'string').join('\n');
      return items.map((one) => draftOf(field.item, one));
    }
    case 'map':
      return Object.entries(isObject(value) ? value : {}).map(([name, one]) => ({
        name,
        value: draftOf(field.value, one),
      }));
    case 'group':
      return groupDraft(field.members, isObject(value) ? value : {});
    case 'nullable':
      return value === null || value === undefined ? null : draftOf(field.inner, value);
    case 'json':
      return value === undefined ? '' : JSON.stringify(value, null, 2);
  }
}

/** A member that is optional and not there is null. */
function groupDraft(members: readonly Member[], values: { readonly [name: string]: Json }): Draft {
  return Object.fromEntries(
    members.map(({ name, isRequired, field }) => {
      const value = values[name] ?? field.fallback;
      return [name, value === undefined && !isRequired ? null : draftOf(field, value)];
    }),
  );
}

/** The value of a draft, or what is wrong with it. */
export function readDraft(field: Field, draft: Draft): Read {
  return read(field, draft, '');
}

function read(field: Field, draft: Draft, at: string): Read {
  switch (field.kind) {
    case 'boolean':
      return { value: draft === true };
    case 'number':
      return readNumber(field, textIn(draft).trim(), at);
    case 'text':
      return readText(field, textIn(draft).trim(), at);
    case 'choice':
      return field.values.includes(textIn(draft)) ? { value: textIn(draft) } : wrong(at, 'Choose one of the values.');
    case 'list':
      return readList(field, draft, at);
    case 'map':
      return readMap(field, draft, at);
    case 'group':
      return readGroup(field.members, draft, at);
    case 'nullable':
      return draft === null ? { value: null } : read(field.inner, draft, at);
    case 'json':
      return readJson(textIn(draft), at);
  }
}

function readNumber(
  { isWhole, minimum, maximum }: { isWhole: boolean; minimum: number; maximum: number },
  text: string,
  at: string,
): Read {
  const value = text === '' ? Number.NaN : Number(text);
  const isFine =
    Number.isFinite(value) && value >= minimum && value <= maximum && (!isWhole || Number.isInteger(value));
  if (isFine) return { value };
  const noun = isWhole ? 'a whole number' : 'a number';
  if (Number.isFinite(minimum) && Number.isFinite(maximum)) {
    return wrong(at, `Enter ${noun} from ${minimum} to ${maximum}.`);
  }
  if (Number.isFinite(minimum)) return wrong(at, `Enter ${noun} of ${minimum} or more.`);
  return wrong(at, Number.isFinite(maximum) ? `Enter ${noun} of ${maximum} or less.` : `Enter ${noun}.`);
}

function readText({ patterns, format, minLength, maxLength }: TextField, text: string, at: string): Read {
  if (text === '' && (minLength > 0 || patterns.length > 0)) return wrong(at, 'Enter a value.');
  if (text.length < minLength) return wrong(at, `Enter ${minLength} characters or more.`);
  if (text.length > maxLength) return wrong(at, `Enter ${maxLength} characters or fewer; these are ${text.length}.`);
  if (patterns.length > 0 && !patterns.some((one) => one.test(text))) {
    return wrong(at, `${JSON.stringify(text)} is not ${wordOf(format)}.`);
  }
  return { value: text };
}

/** The words for the formats that patterns of rules stand for. */
function wordOf(format = ''): string {
  if (format.includes('cidr')) return 'an address range in CIDR notation, such as 203.0.113.0/24';
  if (format === 'date') return 'a date, such as 2030-12-31';
  return 'in the form that is asked for';
}

function readList(field: Extract<Field, { kind: 'list' }>, draft: Draft, at: string): Read {
  const drafts: readonly Draft[] = isLines(field) ? linesOf(textIn(draft)) : listIn(draft);
  const all = collect(drafts.map((one, index) => read(field.item, one, `${at}/${index}`)));
  if ('problems' in all) return all;
  const { minItems, maxItems } = field;
  if (drafts.length < minItems) {
    return wrong(at, minItems === 1 ? 'Enter at least one value.' : `Enter at least ${minItems} values.`);
  }
  if (drafts.length > maxItems) return wrong(at, `Enter ${maxItems} values or fewer; these are ${drafts.length}.`);
  return { value: all.values };
}

function readMap(field: MapField, draft: Draft, at: string): Read {
  const rows = rowsOf(draft);
  const named = collect(
    rows.flatMap(({ name, value }, index) => [
      readName(field, rows, index, `${at}/${escaped(name.trim())}`),
      read(field.value, value, `${at}/${escaped(name.trim())}`),
    ]),
  );
  if ('problems' in named) return named;
  const pairs = rows.map(({ name }, index): [string, Json] => [name.trim(), named.values[2 * index + 1] ?? null]);
  return { value: Object.fromEntries(pairs) };
}

function readName(field: MapField, rows: readonly Row[], index: number, at: string): Read {
  const name = rows[index]?.name.trim() ?? '';
  const isTwice = rows.slice(0, index).some((one) => one.name.trim() === name);
  return isTwice ? wrong(at, `${JSON.stringify(name)} is there twice.`) : readText(field.name, name, at);
}

function readGroup(members: readonly Member[], draft: Draft, at: string): Read {
  const drafts = isObject(draft) ? draft : {};
  const given = members.filter(({ name, isRequired }) => isRequired || (drafts[name] ?? null) !== null);
  const all = collect(given.map(({ name, field }) => read(field, drafts[name] ?? '', `${at}/${escaped(name)}`)));
  if ('problems' in all) return all;
  return { value: Object.fromEntries(given.map(({ name }, index) => [name, all.values[index] ?? null])) };
}

function readJson(text: string, at: string): Read {
  try {
    const value: unknown = JSON.parse(text);
    if (isJson(value)) return { value };
  } catch {
    // The message below says it.
  }
  return wrong(at, 'Enter JSON.');
}

function collect(all: readonly Read[]): { readonly values: Json[] } | { readonly problems: DraftProblem[] } {
  const problems = all.flatMap((one) => ('problems' in one ? one.problems : []));
  return problems.length > 0 ? { problems } : { values: all.flatMap((one) => ('value' in one ? [one.value] : [])) };
}

/** The lines that are not empty. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** The rows of the draft of a map. */
export function rowsOf(draft: Draft): readonly Row[] {
  return listIn(draft).flatMap((row) => (isObject(row) ? [{ name: textIn(row.name), value: row.value ?? '' }] : []));
}

function wrong(pointer: string, message: string): Read {
  return { problems: [{ pointer, message }] };
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function textIn(draft: Draft | undefined): string {
  return typeof draft === 'string' ? draft : '';
}

export function listIn(draft: Draft): readonly Draft[] {
  return Array.isArray(draft) ? draft : [];
}

export function isObject<T extends Draft | Json>(value: T | undefined): value is T & { readonly [name: string]: T } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
