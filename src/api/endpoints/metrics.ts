/** Metrics for Prometheus: gauges from the storage, and the counters of all instances together. */
import { COUNTERS, samplesOf } from '../../domain/audit/counters.ts';
import { AGREEING_LOOKS } from '../../domain/estate/evidence.ts';
import { MODES } from '../../domain/resources/reasons.ts';
import { collectMetrics, type ServiceMetrics } from '../../workflows/housekeeping/collect-metrics.ts';
import { defineEndpoint } from '../framework/endpoint.ts';
import { VERSION } from '../framework/version.ts';

/** The text format 0.0.4 of Prometheus. */
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

export const getMetrics = defineEndpoint({
  name: 'getMetrics',
  method: 'GET',
  route: 'metrics',
  summary: 'The service in numbers, in the text format of Prometheus.',
  role: 'Plumbline.Reader',
  result: TEXT,
  async handle({ deps, meters }) {
    return { body: formatMetrics(await collectMetrics(deps, meters)) };
  },
});

/** The suffixes of sample names. A summary has no quantiles here: those of several instances cannot be added up. */
const PARTS = { gauge: [''], counter: [''], summary: ['_sum', '_count'] } as const;

export interface Metric {
  readonly name: string;
  readonly type: keyof typeof PARTS;
  /** The meaning, and the unit. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Each value with the values of its labels, in order; empty when nothing is known. A summary has its sum, then its count. */
  samples(measures: ServiceMetrics): readonly (readonly [number, ...string[]])[];
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
    name: 'plumbline_stopped_scopes',
    type: 'gauge',
    help: 'Scopes with a stop of their own, such as a subscription where many apps were worse after a fix.',
    labels: [],
    samples: ({ stoppedScopes }) => [[stoppedScopes]],
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
    name: 'plumbline_rollouts',
    type: 'gauge',
    help: 'Roll-outs of rules that are under way, and those that wait for an operator because an app fell ill.',
    labels: ['status'],
    samples: ({ rollouts }) => Object.entries(rollouts).map(([status, number]) => [number, status]),
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
    labels: Object.keys(COUNTERS.events),
    samples: ({ counters }) => samplesOf(counters, 'events'),
  },
  {
    name: 'plumbline_evaluations_total',
    type: 'counter',
    help: 'How often a resource was read and held against its rules.',
    labels: [],
    samples: ({ counters }) => [[counters.counts.evaluations ?? 0]],
  },
  {
    name: 'plumbline_fixes_total',
    type: 'counter',
    help: 'Outcomes of changes that Plumbline wrote or tried to write, by purpose (fix, rollback) and outcome.',
    labels: Object.keys(COUNTERS.fixes),
    samples: ({ counters }) => samplesOf(counters, 'fixes'),
  },
  {
    name: 'plumbline_fix_seconds',
    type: 'summary',
    help: 'Seconds from the receipt of an event to its applied fix, for the fixes that no person decided.',
    labels: [],
    samples: ({ counters }) => [[counters.counts['timeToFix sum'] ?? 0], [counters.counts['timeToFix count'] ?? 0]],
  },
  {
    name: 'plumbline_health_gates_total',
    type: 'counter',
    help: 'How apps were after fixes that disturbed them, by what was found at the end of the health gate.',
    labels: Object.keys(COUNTERS.healthGates),
    samples: ({ counters }) => samplesOf(counters, 'healthGates'),
  },
  {
    name: 'plumbline_throttled_total',
    type: 'counter',
    help: 'How often Azure asked a subscription to wait.',
    labels: [],
    samples: ({ counters }) => [[counters.counts.throttled ?? 0]],
  },
  {
    name: 'plumbline_lost_events_total',
    type: 'counter',
    help: 'Changes that Event Grid did not deliver and the Activity Log had.',
    labels: [],
    samples: ({ counters }) => [[counters.counts.lostEvents ?? 0]],
  },
  {
    name: 'plumbline_activity_log_requests_total',
    type: 'counter',
    help: 'Requests to the Activity Log for changes without an event, by what Azure answered.',
    labels: Object.keys(COUNTERS.activityLogRequests),
    samples: ({ counters }) => samplesOf(counters, 'activityLogRequests'),
  },
  {
    name: 'plumbline_swept_resources_total',
    type: 'counter',
    help: 'Resources in sweeps: skipped by their rows, queued to be read, missing in the listing, or in a partition whose rows could not be counted up.',
    labels: Object.keys(COUNTERS.sweptResources),
    samples: ({ counters }) => samplesOf(counters, 'sweptResources'),
  },
  {
    name: 'plumbline_distrusted_listings_total',
    type: 'counter',
    help: 'Sweeps whose listing was not believed, because too many known resources were missing.',
    labels: [],
    samples: ({ counters }) => [[counters.counts.distrustedListings ?? 0]],
  },
  {
    name: 'plumbline_compared_leaves_total',
    type: 'counter',
    help: 'Values of rows of Resource Graph that a reading was compared with, by the result.',
    labels: Object.keys(COUNTERS.comparedLeaves),
    samples: ({ counters }) => samplesOf(counters, 'comparedLeaves'),
  },
  {
    name: 'plumbline_row_leaf_agreed',
    type: 'gauge',
    help: `Looks in a row in which a value of rows of Resource Graph agreed with a reading; it counts from ${AGREEING_LOOKS} on.`,
    labels: ['type', 'leaf'],
    samples: ({ leaves }) => leaves.map(({ type, leaf, agreed }) => [agreed, type, leaf]),
  },
  {
    name: 'plumbline_row_leaf_differed_total',
    type: 'counter',
    help: 'Looks in which it did not agree, and no recent change explains that.',
    labels: ['type', 'leaf'],
    samples: ({ leaves }) => leaves.map(({ type, leaf, differed }) => [differed, type, leaf]),
  },
  {
    name: 'plumbline_arm_requests_left',
    type: 'gauge',
    help: 'Requests that Azure would still have taken when it last said so, within the last 15 minutes.',
    labels: ['subscription', 'limit'],
    samples: ({ counters }) =>
      Object.entries(counters.remaining).map(([name, { requests }]) => [requests, ...splitAtFirst(name)]),
  },
];

/** The complete answer. */
export function formatMetrics(measures: ServiceMetrics): string {
  const families = METRICS.map(({ name, type, help, labels, samples }) => {
    const parts = PARTS[type];
    const lines = samples(measures).map(
      ([value, ...values], index) => `${name}${parts[index % parts.length]}${formatLabels(labels, values)} ${value}`,
    );
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
  });
  return `${families.flat().join('\n')}\n`;
}

function splitAtFirst(name: string): [string, string] {
  const at = name.indexOf(' ');
  return [name.slice(0, at), name.slice(at + 1)];
}

function formatLabels(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  return `{${names.map((name, index) => `${name}="${escapeLabelValue(values[index] ?? '')}"`).join(',')}}`;
}

function escapeLabelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
