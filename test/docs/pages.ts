/** The parsed pages of the documentation: their commands, each with the shown output, and their links. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Page {
  /** From the root of the repository, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/** A block of shell commands; `shows` is the text block right after it, if there is one. */
export interface Commands {
  readonly line: number;
  readonly commands: string;
  readonly shows: readonly string[];
}

export function pages(): Page[] {
  const top = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
  const files = [...top, ...pagesBelow('docs')];
  return files.filter((file) => file.endsWith('.md')).map(page);
}

function pagesBelow(folder: string): string[] {
  const names = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names.map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/'))).sort();
}

export function page(file: string): Page {
  return { file, text: readFileSync(path.join(ROOT, file), 'utf8').replaceAll('\r\n', '\n') };
}

/** The fenced `sh` blocks of a page, in order. */
export function commandsIn({ text }: Page): Commands[] {
  const block = /^```sh\n(?<commands>[\s\S]*?)^```\n(?:\s*^```text\n(?<shows>[\s\S]*?)^```\n)?/gm;
  return [...text.matchAll(block)].map((found) => ({
    line: text.slice(0, found.index).split('\n').length,
    commands: found.groups?.commands ?? '',
    shows: (found.groups?.shows ?? '').split('\n').filter((line) => line.trim() !== '' && line.trim() !== '…'),
  }));
}

/**
 * The commands of `plumbline` in the blocks of a page, without `plumbline` itself, and without what a shell does with their
 * output. Also those of blocks that no test runs as they are.
 */
export function commandsOf({ text }: Page): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|console)\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'));
  return lines.flatMap((line) => {
    const shown = /^(?:npx plumbline|npm run --silent plumbline --|plumbline) (.*)$/.exec(line)?.[1];
    return shown === undefined ? [] : [shown.replace(/ (?:>|\|\||&&|\| (?!plumbline)).*$/, '').trim()];
  });
}

/** A page without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

/**
 * Whether a line of output is the line on a page: `…` stands for anything, and parts that differ in each run (times,
 * ids, hashes, ports) are compared by their form.
 */
export function isShownIn(shown: string, output: string): boolean {
  const pattern = shown
    .trim()
    .split(VARYING)
    .map((part, index) => (index % 2 === 0 ? escaped(part) : formOf(part)))
    .join('');
  return new RegExp(pattern).test(output);
}

const VARYING =
  /(…|\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d\d:\d\d:\d\d\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32,64}\b|\ba[0-9a-z]{9}[0-9a-f]{12}\b|127\.0\.0\.1:7071|localhost:\d+)/;

function formOf(part: string): string {
  if (part === '…') return '.*';
  if (part.startsWith('127.')) return '127\\.0\\.0\\.1:\\d+';
  if (part.startsWith('localhost:')) return 'localhost:\\d+';
  return escaped(part).replace(/[0-9a-z]/g, '[0-9a-z]');
}

/** Several blanks are one: the widths of columns may differ. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
}
