/** Turns the service's JSON log lines into what a person wants to read of them: each decision as one line. */
import { z } from 'zod';

const change = z.object({ document: z.string(), path: z.string(), from: z.json(), to: z.json() });
const line = z.object({
  time: z.string(),
  level: z.string(),
  message: z.string(),
  kind: z.string().optional(),
  action: z.string().optional(),
  resource: z.string().optional(),
  rule: z.string().nullish(),
  reasons: z.array(z.string()).optional(),
  changes: z.array(change).optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** null when there is nothing to tell. Lines that are no JSON come from the host and are told only when they report trouble. */
export function readableLine(text: string): string | null {
  const parsed = parse(text);
  if (!parsed) return /fail|error|taken/i.test(text) ? text : null;
  const { kind, action, rule, resource, reasons, changes, level, message, error } = parsed;
  if (level === 'error' || level === 'fatal')
    return row(parsed.time, 'error', name(resource), message, error?.message ?? '');
  if (kind !== undefined && !kind.endsWith('.intended')) {
    return row(
      parsed.time,
      kind.replace('.', ' '),
      name(resource),
      rule ?? '',
      (changes ?? []).map(leaf).join(', ') || message,
    );
  }
  if (action !== undefined && action !== 'fix' && action !== 'queue') {
    return row(parsed.time, action, name(resource), rule ?? '', (reasons ?? []).join(', '));
  }
  if (message === 'event received' || message === 'resource gone')
    return row(parsed.time, message, name(resource), '', '');
  return null;
}

function parse(text: string): z.infer<typeof line> | null {
  try {
    return line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function row(time: string, what: string, resource: string, rule: string, detail: string): string {
  const clock = new Date(time).toLocaleTimeString('en-GB');
  return `${clock}  ${what.padEnd(20)} ${resource.padEnd(22)} ${rule.padEnd(27)} ${detail}`.trimEnd();
}

/** The last parts of an ARM id that tell resources apart: `app`, or `app/slot`. */
function name(id: string | undefined): string {
  const parts = (id ?? '').split('/');
  const slot = parts.findIndex((part) => part.toLowerCase() === 'slots');
  return slot > 0 ? `${parts[slot - 1]}/${parts[slot + 1]}` : (parts.at(-1) ?? '');
}

function leaf({ path, from, to }: z.infer<typeof change>): string {
  return `${path.replace('/properties/', '')}: ${short(from)} → ${short(to)}`;
}

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
