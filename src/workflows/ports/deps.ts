/** All dependencies of the workflows. azure/ and storage/ implement them; tests use fakes. */
import type { AnyRule } from '../../domain/rules/rule.ts';
import type { Approvals } from './approvals.ts';
import type { AuditLog } from './audit.ts';
import type { ActivityLog, ActivityProgressStore, Arm, Estate } from './azure.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Events } from './events.ts';
import type { Findings, Scans } from './findings.ts';
import type { Budgets, Guards, Rollouts } from './guards.ts';
import type { AppHealth, HealthGates } from './health-gates.ts';
import type { History, Revisions } from './history.ts';
import type { Counts, Metrics } from './metrics.ts';
import type { Previews } from './previews.ts';
import type { Resources } from './resource-states.ts';
import type { Clock, Log, Notifications, Options } from './runtime.ts';
import type { Exemptions, SettingsStore } from './settings.ts';
import type { EvidenceStore, SweepMarks, Sweeps } from './sweeps.ts';
import type { SweepQueue, Wakeups, WorkQueue } from './work.ts';

/** The ports that one storage account implements. */
export interface StoragePorts {
  readonly queue: WorkQueue;
  readonly sweeps: SweepQueue;
  readonly previews: Previews;
  readonly scans: Scans;
  readonly sweepRuns: Sweeps;
  readonly sweepMarks: SweepMarks;
  readonly evidence: EvidenceStore;
  readonly wakeups: Wakeups;
  readonly events: Events;
  readonly resources: Resources;
  readonly findings: Findings;
  readonly approvals: Approvals;
  readonly audit: AuditLog;
  readonly settings: SettingsStore;
  readonly exemptions: Exemptions;
  readonly deadLetters: DeadLetters;
  readonly budgets: Budgets;
  readonly guards: Guards;
  readonly rollouts: Rollouts;
  readonly counts: Counts;
  readonly revisions: Revisions;
  readonly history: History;
  readonly activityProgress: ActivityProgressStore;
  readonly healthGates: HealthGates;
}

export interface Ports extends StoragePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  newId(): string;
  /** From 0 to below 1. */
  random(): number;
  readonly arm: Arm;
  readonly estate: Estate;
  readonly activityLog: ActivityLog;
  readonly health: AppHealth;
  readonly notifications: Notifications;
}

/**
 * What sweeps and scans use instead of the ports of events: their own throttling, so that what Azure refuses to them slows
 * no event down, and a pace. `reserve`: the seconds before so many reads may begin in this process.
 */
export interface SweepPorts extends Pick<Ports, 'arm' | 'activityLog' | 'guards'> {
  readonly pace: { reserve(subscriptionId: string, reads: number): number };
}

/** Everything that a workflow needs. */
export interface Deps extends Ports {
  /** Null in tests and tools: sweeps use the ports of events. */
  readonly sweeping: SweepPorts | null;
  readonly rules: readonly AnyRule[];
  readonly options: Options;
}
