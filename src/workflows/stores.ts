/** What Plumbline remembers, and the stores that keep it. Part of the ports: see ports.ts. */
import type { Approval, ApprovalStatus, Person } from '../domain/approval.ts';
import type { ApprovalHead } from '../domain/approval-group.ts';
import type { SealedFact, Trigger } from '../domain/audit.ts';
import type { ChangeMemory } from '../domain/ceilings.ts';
import type { Change } from '../domain/change.ts';
import type { ChangeEvent } from '../domain/event.ts';
import type { Exemption } from '../domain/exemption.ts';
import type { Finding } from '../domain/finding.ts';
import type { RuleHistory } from '../domain/history.ts';
import type { Action, Reason } from '../domain/reasons.ts';
import type { Resource, ResourceView } from '../domain/resource.ts';
import type { Severity, Verdict } from '../domain/rule.ts';
import type { Settings } from '../domain/settings.ts';
import type { DocumentView } from '../domain/snapshot.ts';
import type { WhoWrote } from '../domain/writers.ts';

export * from './audit-port.ts';
export * from './one-event.ts';

export type EventOutcome = 'ignored' | 'covered' | 'evaluated' | 'gone' | 'dead';

export interface StoredEvent {
  readonly event: ChangeEvent;
  /** The resource's id, or null when the event was about none. */
  readonly resource: string | null;
  /** By our clock, ISO. */
  readonly receivedAt: string;
  /** null while it waits. */
  readonly outcome: EventOutcome | null;
  readonly auditIds: readonly string[];
  readonly reasons: readonly Reason[];
}

export interface Conclusion {
  readonly outcome: EventOutcome;
  readonly auditIds: readonly string[];
  readonly reasons: readonly Reason[];
}

export interface Events {
  /** Stores an event for its resource; when it is known there already, returns what is stored. */
  receive(event: StoredEvent): Promise<StoredEvent>;
  get(resource: Resource, eventId: string): Promise<StoredEvent | null>;
  /** By its id alone: as one, for whatever resources it is stored. */
  find(eventId: string): Promise<StoredEvent | null>;
  /** The events of a resource that have no outcome yet. */
  waiting(resource: Resource): Promise<StoredEvent[]>;
  /** How many resources have such events: counted until there are more than so many, or too many rows to look through. */
  waitingResources(enough: number): Promise<{ readonly resources: number; readonly complete: boolean }>;
  /** The latest events of a resource, newest first. */
  recent(resource: Resource, limit: number): Promise<StoredEvent[]>;
  /** Gives events their outcome; one that has an outcome keeps it. */
  conclude(resource: Resource, eventIds: readonly string[], conclusion: Conclusion): Promise<void>;
  /** Takes back the outcome `dead`: the event waits again. Any other outcome stays. */
  reopen(resource: Resource, eventId: string): Promise<void>;
}

/** An intent in the log whose outcome is not there yet, or may still change. */
export interface OpenOperation {
  readonly operationId: string;
  readonly startedAt: string;
  readonly trigger: Trigger;
  readonly entries: readonly OpenEntry[];
  /** Long-running operations of Azure that this one waits for: URLs. */
  readonly waitingFor: readonly string[];
}

export interface OpenEntry {
  readonly rule: string;
  readonly ruleVersion: number;
  readonly purpose: 'fix' | 'rollback';
  readonly digest: string;
  readonly changes: readonly Change[];
  readonly approvalId: string | null;
  /** How often it was tried; the outcome of each try is a fact of its own. */
  readonly attempts: number;
  /**
   * open: no outcome yet. unknown: a later read decides. Blocked by Azure, or held, which is not sent because values or
   * settings moved at the last moment: a further attempt runs under this intent.
   */
  readonly state: 'open' | 'unknown' | 'blocked' | 'held';
}

/** All that is remembered of one resource between two reconciles; one row, saved under its version (the fence). */
export interface ResourceMemory extends WhoWrote {
  readonly resource: ResourceView;
  readonly gone: boolean;
  readonly evaluatedAt: string | null;
  /** When a look judged every rule, those included that only the sweep judges. */
  readonly completeAt: string | null;
  readonly trigger: Trigger | null;
  readonly documents: readonly DocumentView[];
  readonly findings: readonly Finding[];
  /** Nothing can be learned before (ISO): ARM is busy with the resource, or asked to wait. */
  readonly lookAgainAt: string | null;
  /** By rule: the time up to which a look last saw that the resource meets it (ISO); it stays while the rule is off. */
  readonly heldAt: Readonly<Record<string, string>>;
  /** By rule: when it was first found violated while nobody was known to have written the resource since it was met (ISO). */
  readonly unexplained: Readonly<Record<string, string>>;
  /** By rule: what held of these two when the last fix for it was written; who changed it then does not put it back. */
  readonly beforeFix: Readonly<Record<string, { readonly heldAt: string | null; readonly unexplained: boolean }>>;
  /** By rule: what became of its fixes. */
  readonly history: Readonly<Record<string, RuleHistory>>;
  readonly openApprovals: readonly string[];
  /** By digest: changes that a person rejected or nobody decided. */
  readonly declined: Readonly<Record<string, ChangeMemory>>;
  readonly operations: readonly OpenOperation[];
}

export interface Versioned<T> {
  readonly value: T;
  /** Opaque; a save under an old version throws StaleVersion. */
  readonly version: string;
}

export interface Memories {
  load(resource: Resource): Promise<Versioned<ResourceMemory> | null>;
  /** Saves under the version that was loaded (null: there was none); returns the new version. */
  save(resource: Resource, memory: ResourceMemory, version: string | null): Promise<string>;
}

/** The list of findings that people filter; made from the memories, which stay the truth. */
export interface FindingList {
  /** These are now all findings of the resource. */
  replace(resource: Resource, findings: readonly Finding[]): Promise<void>;
  list(query: FindingQuery, page: PageRequest): Promise<Page<Finding>>;
  /** Keys of the resources below a scope that have findings, from one (exclusive) to another (inclusive, null: all). */
  resources(scope: string, after: string, upTo: string | null): Promise<string[]>;
}

export interface Scan {
  readonly id: string;
  readonly scope: string;
  /** done: everything was listed, and everything found was looked at. */
  readonly status: 'running' | 'done';
  readonly found: number;
  readonly evaluated: number;
}

/** How far scans are. Each resource counts once, however often it is told. */
export interface Scans {
  begin(id: string, scope: string): Promise<void>;
  /** These are to be looked at. */
  found(id: string, resources: readonly string[]): Promise<void>;
  /** Nothing more will be found. */
  listed(id: string): Promise<void>;
  /** This one was looked at, or given up to the dead letters. */
  evaluated(id: string, resource: string): Promise<void>;
  get(id: string): Promise<Scan | null>;
}

export interface FindingQuery {
  readonly verdict?: Verdict;
  readonly resource?: string;
  readonly rule?: string;
  /** Only those of one of these rules. */
  readonly rules?: readonly string[];
  readonly severity?: Severity;
  readonly decision?: Action;
  /** Only those whose decision ends at no known time, or that were evaluated before this time (ISO). */
  readonly openEndedOrBefore?: string;
}

export interface PageRequest {
  readonly limit: number;
  /** Where the page before ended, as the store gave it. */
  readonly after: string | null;
}

/** May be short or empty while `next` is there. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface Approvals {
  get(id: string): Promise<Versioned<Approval> | null>;
  /** An id that sorts newest first. */
  newId(now: Date): string;
  /** Gives a thing of which there may be one approval its id: this one, or the one that it was given before. */
  claim(thing: string, id: string): Promise<string>;
  /** Saves under the version that was loaded (null: it is new). Throws StaleVersion when somebody else was faster. */
  save(approval: Approval, version: string | null): Promise<string>;
  list(query: ApprovalQuery, page: PageRequest): Promise<Page<Approval>>;
  /** As much of each as counting needs, in a bounded number of requests; not `complete` when there are more. */
  heads(query: ApprovalQuery): Promise<{ readonly heads: readonly ApprovalHead[]; readonly complete: boolean }>;
}

export interface ApprovalQuery {
  readonly status?: ApprovalStatus;
  readonly resource?: string;
  readonly rule?: string;
}

export interface StoredSettings {
  readonly settings: Settings;
  /** Counts the changes; 0 when nothing is stored. */
  readonly revision: number;
  readonly stoppedAt: string | null;
  readonly stoppedBy: Person | null;
  /** The facts of the last change, kept with it so that a crash cannot lose them before they are in the log. */
  readonly facts: readonly SealedFact[];
}

export interface SettingsStore {
  /** Always asks the store. */
  load(): Promise<Versioned<StoredSettings> | null>;
  save(stored: StoredSettings, version: string | null): Promise<string>;
}

export interface Exemptions {
  get(id: string): Promise<Versioned<Exemption> | null>;
  /** An id that sorts newest first. */
  newId(now: Date): string;
  /** Saves under the version that was loaded (null: it is new). Throws StaleVersion when somebody else was faster. */
  save(exemption: Exemption, version: string | null): Promise<string>;
  remove(id: string): Promise<void>;
  /** Those whose scope is the resource or above it, in force or not. */
  above(resource: Resource): Promise<Exemption[]>;
  list(page: PageRequest): Promise<Page<Exemption>>;
}

/** A message that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly at: string;
  readonly queue: string;
  /** An ARM id; null when the message names none. */
  readonly resource: string | null;
  /** As JSON. */
  readonly message: string;
  /** What was met at the last try; null when that could not be noted. */
  readonly error: string | null;
}

export interface DeadLetters {
  /** Remembers why a message failed, so that the reason is known if it is given up. */
  noteFailure(messageKey: string, error: string): Promise<void>;
  /** A message was handled after all: what was noted about it goes. */
  forgetFailure(messageKey: string): Promise<void>;
  /** Stores a message that was given up, with the last reason noted; storing it twice stores it once, until its release. */
  bury(
    messageKey: string,
    letter: { readonly queue: string; readonly message: string; readonly resource: string | null; readonly at: string },
  ): Promise<void>;
  list(page: PageRequest): Promise<Page<DeadLetter>>;
  /** How many there are; a few thousand at most. */
  count(): Promise<number>;
  /** null: there never was one. */
  get(id: string): Promise<DeadLetter | 'released' | null>;
  /** Takes a letter from the list; its message may be buried again. */
  release(id: string): Promise<void>;
}

/** Somebody else saved first: read again and decide again. */
export class StaleVersion extends Error {
  override readonly name = 'StaleVersion';
}

/** The storage could not be read or written; nothing may be concluded from what is missing. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}
