/** Formats the service's JSON log lines for people: each decision as one line. */
import { z } from 'zod';
import { printable } from '../src/cli/framework/printable.ts';

const change = z.object({ document: z.string(), path: z.string(), from: z.json(), to: z.json() });
const line = z.object({
  time: z.string(),
  level: z.string(),
  message: z.string(),
  kind: z.string().optional(),
  action: z.string().optional(),
  operation: z.string().optional(),
  changedBy: z.string().optional(),
  by: z.string().optional(),
  resource: z.string().optional(),
  rule: z.string().nullish(),
  reasons: z.array(z.string()).optional(),
  changes: z.array(change).optional(),
  /** Of a health gate or a roll-out: how it ended, and why; what it does, and in which stage. */
  status: z.union([z.string(), z.number()]).optional(),
  why: z.string().optional(),
  stage: z.number().optional(),
  error: z.union([z.string(), z.object({ message: z.string() })]).optional(),
});
type Line = z.infer<typeof line>;

/**
 * The formatted line, or null when it is left out. `names` are the names by object id. Lines that are not JSON come from the
 * host; only errors of them are shown.
 */
export function formatLogLine(text: string, names: ReadonlyMap<string, string> = new Map()): string | null {
  const entry = parse(text);
  if (!entry) return /fail|error|taken/i.test(text) ? printable(text) : null;
  const { kind, action, rule, resource, reasons, changes, level, message, error } = entry;
  const who = (id: string | undefined) => (id === undefined ? 'somebody' : (names.get(id) ?? id));
  const row = (what: string, detail: string) => columns(entry.time, what, nameOf(resource), rule ?? '', detail);
  if (level === 'error' || level === 'fatal') {
    return row('error', [message, typeof error === 'string' ? error : error?.message].filter(Boolean).join(': '));
  }
  if (kind !== undefined) {
    if (kind.endsWith('.intended')) return null;
    return row(kind.replace('.', ' '), (changes ?? []).map(formatChange).join(', ') || message);
  }
  if (action !== undefined) {
    // A fix and an approval have lines of their own.
    return action === 'fix' || action === 'queue' ? null : row(action, (reasons ?? []).join(', '));
  }
  if (message === 'event received') return row(message, `${entry.operation ?? ''} by ${who(entry.changedBy)}`);
  if (message === 'approval approved' || message === 'approval rejected') return row(message, `by ${who(entry.by)}`);
  if (message === 'health gate ended') return row('health gate', `${entry.status}: ${entry.why ?? ''}`);
  if (message === 'rollback ordered by a health gate') return row('health worse', 'the fix is rolled back');
  if (message === 'roll-out went on') return row('roll-out', `${entry.status}, stage ${entry.stage ?? 0}`);
  if (message === 'settings changed') return row(message, `by ${who(entry.by)}`);
  return message === 'resource gone' ? row(message, '') : null;
}

function parse(text: string): Line | null {
  try {
    return line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function columns(time: string, what: string, resource: string, rule: string, detail: string): string {
  const clock = new Date(time).toLocaleTimeString('en-GB');
  return printable(`${clock}  ${what.padEnd(19)} ${resource.padEnd(19)} ${rule.padEnd(29)} ${detail}`.trimEnd());
}

/** The last parts of an ARM id that tell resources apart: `app`, or `app/slot`. */
function nameOf(id: string | undefined): string {
  const parts = (id ?? '').split('/');
  const slot = parts.findIndex((part) => part.toLowerCase() === 'slots');
  return slot > 0 ? `${parts[slot - 1]}/${parts[slot + 1]}` : (parts.at(-1) ?? '');
}

/** The path of most properties says which document they are in. */
function formatChange({ document, path, from, to }: z.infer<typeof change>): string {
  const where = path.replace(/^\/(properties\/)?/, '');
  const named = document === 'resource' || document === 'config/web' ? where : `${document} ${where}`;
  return `${named}: ${short(from)} → ${short(to)}`;
}

function short(value: unknown): string {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const text = isObject
    ? `{ ${Object.keys(value).join(', ')} }`
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
