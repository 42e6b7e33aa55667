/** How answers are printed: for people, or as JSON for programs. */
import type { Context, Output } from '../framework/context.ts';
import { printable } from '../framework/printable.ts';

export type OutputFormat = 'text' | 'json';

/** Prints the value as JSON, or what `text` makes of it. */
export function show<T>({ stdout }: Context, output: OutputFormat, value: T, text: (value: T) => string): undefined {
  stdout.write(output === 'json' ? `${JSON.stringify(value, null, 2)}\n` : text(value));
}

/** Lines of names and values below each other. Values of null and undefined are left out. */
export function pairs({ colors }: Output, lines: readonly (readonly [string, string | null | undefined])[]): string {
  const shown = lines.filter(([, value]) => value !== null && value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${colors.dim(name.padEnd(width))}  ${printable(value ?? '')}\n`).join('');
}

/** A number with its noun: `1 approval`, `3 approvals`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** The line below a list that does not show everything. */
export function moreLine(more: boolean): string {
  return more ? 'There are more; --limit shows more of them.\n' : '';
}
