/** The service in numbers for Prometheus: what stands in the storage, and what all instances have counted together. */
import * as z from 'zod';
import { MODES } from '../domain/settings.ts';
import { type Measures, measure } from '../workflows/measure.ts';
import { defineCall } from './call.ts';
import { VERSION } from './version.ts';

/** The text format 0.0.4 of Prometheus. */
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

export const getMetrics = defineCall({
  name: 'getMetrics',
  method: 'GET',
  route: 'metrics',
  summary: 'The service in numbers, in the text format of Prometheus.',
  role: 'Plumbline.Reader',
  query: z.strictObject({}),
  statuses: [200],
  result: TEXT,
  refusals: [],
  async handle({ world, meters }) {
    return { body: metricsText(await measure(world, meters)) };
  },
});

/** What the names of samples end with. A summary has no quantiles here: those of several instances cannot be added up. */
const PARTS = { gauge: [''], counter: [''], summary: ['_sum', '_count'] } as const;

export interface Metric {
  readonly name: string;
  readonly type: keyof typeof PARTS;
  /** What it says, and its unit. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Each with the values of its labels, in their order; none when nothing is known. Of a summary its sum, then its count. */
  samples(measures: Measures): readonly (readonly [number, ...string[]])[];
}

export const METRICS: readonly Metric[] = [
  {
    name: 'plumbline_info',
    type: 'gauge',
    help: 'Always 1; the version that answers.',
    labels: ['version'],
    samples: () => [[1, VERSION]],
  },
  {
    name: 'plumbline_mode',
    type: 'gauge',
    help: '1 for the mode in force, 0 for the others; scopes may have lower ones.',
    labels: ['mode'],
    samples: ({ mode }) => MODES.map((one) => [one === mode ? 1 : 0, one]),
  },
  {
    name: 'plumbline_stopped',
    type: 'gauge',
    help: '1 while the stop switch is pulled, else 0.',
    labels: [],
    samples: ({ stopped }) => [[stopped ? 1 : 0]],
  },
  {
    name: 'plumbline_heartbeat_age_seconds',
    type: 'gauge',
    help: 'Seconds since housekeeping last ran, which it does every minute.',
    labels: [],
    samples: ({ heartbeatAgeSeconds }) => (heartbeatAgeSeconds === null ? [] : [[heartbeatAgeSeconds]]),
  },
  {
    name: 'plumbline_approvals_waiting',
    type: 'gauge',
    help: 'Approvals that wait for a person.',
    labels: [],
    samples: ({ approvals }) => [[approvals.waiting]],
  },
  {
    name: 'plumbline_approvals_oldest_age_seconds',
    type: 'gauge',
    help: 'Seconds that the oldest of them waits; 0 when none does.',
    labels: [],
    samples: ({ approvals }) => [[approvals.oldestSeconds]],
  },
  {
    name: 'plumbline_dead_letters',
    type: 'gauge',
    help: 'Messages that were given up and not released.',
    labels: [],
    samples: ({ deadLetters }) => [[deadLetters]],
  },
  {
    name: 'plumbline_queue_messages',
    type: 'gauge',
    help: 'Messages in a queue, about so many, those included that wait for their time.',
    labels: ['queue'],
    samples: ({ queues }) => queues.map(({ name, messages }) => [messages, name]),
  },
  {
    name: 'plumbline_queue_oldest_age_seconds',
    type: 'gauge',
    help: 'Seconds since the oldest message that could be taken now was put in the queue; 0 when there is none.',
    labels: ['queue'],
    samples: ({ queues }) => queues.map(({ name, oldestSeconds }) => [oldestSeconds, name]),
  },
  {
    name: 'plumbline_events_total',
    type: 'counter',
    help: 'Events by their outcome; received counts every delivery that is about a resource of ours, repeated ones too.',
    labels: ['outcome'],
    samples: ({ counted }) => samplesBelow(counted.counts, 'events '),
  },
  {
    name: 'plumbline_evaluations_total',
    type: 'counter',
    help: 'How often a resource was read and held against its rules.',
    labels: [],
    samples: ({ counted }) => [[counted.counts.evaluations ?? 0]],
  },
  {
    name: 'plumbline_fixes_total',
    type: 'counter',
    help: 'Outcomes of changes that Plumbline wrote or tried to write, by purpose (fix, rollback) and outcome.',
    labels: ['purpose', 'outcome'],
    samples: ({ counted }) => samplesBelow(counted.counts, 'fixes '),
  },
  {
    name: 'plumbline_fix_seconds',
    type: 'summary',
    help: 'Seconds from the receipt of an event to its applied fix, for the fixes that no person decided.',
    labels: [],
    samples: ({ counted }) => [[counted.counts['fix seconds'] ?? 0], [counted.counts['timed fixes'] ?? 0]],
  },
  {
    name: 'plumbline_throttled_total',
    type: 'counter',
    help: 'How often Azure asked a subscription to wait.',
    labels: [],
    samples: ({ counted }) => [[counted.counts.throttled ?? 0]],
  },
  {
    name: 'plumbline_arm_requests_left',
    type: 'gauge',
    help: 'Requests that Azure would still have taken when it last said so, within the last 15 minutes.',
    labels: ['subscription', 'limit'],
    samples: ({ counted }) =>
      Object.entries(counted.left).map(([name, { requests }]) => [requests, ...splitAtFirst(name)]),
  },
];

/** The whole answer. */
export function metricsText(measures: Measures): string {
  const families = METRICS.map(({ name, type, help, labels, samples }) => {
    const parts = PARTS[type];
    const lines = samples(measures).map(
      ([value, ...values], index) => `${name}${parts[index % parts.length]}${labelled(labels, values)} ${value}`,
    );
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
  });
  return `${families.flat().join('\n')}\n`;
}

/** Of the counts whose name begins so: the words behind it are the values of the labels. */
function samplesBelow(counts: Readonly<Record<string, number>>, beginning: string): [number, ...string[]][] {
  return Object.entries(counts)
    .filter(([name]) => name.startsWith(beginning))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => [count, ...name.slice(beginning.length).split(' ')]);
}

function splitAtFirst(name: string): [string, string] {
  const at = name.indexOf(' ');
  return [name.slice(0, at), name.slice(at + 1)];
}

function labelled(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, index) => `${name}="${escaped(values[index] ?? '')}"`).join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
