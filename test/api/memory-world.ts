/** A world in memory for the API's tests: the stores keep their contracts (versions, pages, each fact once), nothing more. */
import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import type { Approval } from '../../src/domain/approval.ts';
import {
  type AuditEntry,
  type AuditFact,
  chainEntry,
  emptyHead,
  headAfter,
  subjectKey,
} from '../../src/domain/audit.ts';
import type { Exemption } from '../../src/domain/exemption.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Resource } from '../../src/domain/resource.ts';
import { isWithin } from '../../src/domain/resource.ts';
import { compliant, defineRule } from '../../src/domain/rule.ts';
import { publicKeyText, seal, sealFault } from '../../src/domain/seal.ts';
import {
  type ApprovalQuery,
  type AuditLog,
  asOne,
  type DeadLetter,
  type Page,
  type PageRequest,
  type ResourceMemory,
  StaleVersion,
  type StoredEvent,
  type StoredSettings,
  type SweepPage,
  type WorkMessage,
  type World,
} from '../../src/workflows/ports.ts';
import { memoryActivity } from '../world/memory-activity.ts';
import { memoryDeadLetters } from '../world/memory-dead-letters.ts';
import { memoryScans, type StoredScan } from '../world/memory-estate.ts';
import { memoryExemptions } from '../world/memory-exemptions.ts';
import { headOf } from '../world/memory-rows.ts';

export const NOW = '2026-03-01T12:00:00.000Z';

export interface MemoryWorld extends World {
  readonly stored: {
    readonly approvals: Map<string, { value: Approval; version: number }>;
    readonly entries: AuditEntry[];
    readonly findings: Finding[];
    readonly events: StoredEvent[];
    readonly memories: Map<string, ResourceMemory>;
    settings: { value: StoredSettings; version: number } | null;
    readonly deadLetters: Map<string, DeadLetter>;
    readonly exemptions: Map<string, { value: Exemption; version: number }>;
    readonly sent: WorkMessage[];
    readonly swept: (SweepPage | WorkMessage)[];
    readonly scans: Map<string, StoredScan>;
    readonly logged: { level: string; fields: unknown; message: string }[];
  };
}

export function memoryWorld(): MemoryWorld {
  const stored: MemoryWorld['stored'] = {
    approvals: new Map(),
    entries: [],
    findings: [],
    events: [],
    memories: new Map(),
    settings: null,
    exemptions: new Map(),
    deadLetters: new Map(),
    sent: [],
    swept: [],
    scans: new Map(),
    logged: [],
  };
  const log = (level: string) => (fields: unknown, message: string) => {
    stored.logged.push({ level, fields, message });
  };
  const approvalsLike = (query: ApprovalQuery) =>
    [...stored.approvals.values()]
      .map(({ value }) => value)
      .filter(
        (one) =>
          fits(query.status, one.status) &&
          fits(query.rule, one.rule.id) &&
          (query.resource === undefined || isWithin(one.resource.id, query.resource)),
      );
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const unused = (): never => {
    throw new Error('the API does not use this');
  };
  const listEntries: AuditLog['list'] = async (query, page) =>
    pageOf(
      stored.entries
        .filter(
          (one) =>
            fits(query.kind, one.kind) &&
            fits(query.actor, one.actor.objectId) &&
            (query.from === undefined || one.at >= query.from) &&
            (query.to === undefined || one.at < query.to),
        )
        .reverse(),
      page,
    );
  return {
    stored,
    clock: { now: () => new Date(NOW), sleep: unused },
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    newId: () => 'an-id-of-ours',
    random: () => 0,
    rules: [tlsRule, debuggingRule],
    options: { mode: 'approve', settleSeconds: 30, selfId: null, workspaceId: null },
    arm: {
      read: unused,
      write: unused,
      operation: unused,
      identity: async () => ({ objectId: 'plumbline', appId: null }),
    },
    queue: {
      send: async (message) => {
        stored.sent.push(message);
      },
    },
    activity: memoryActivity(),
    estate: { list: unused },
    sweeps: {
      send: async (message) => {
        stored.swept.push(message);
      },
    },
    scans: memoryScans(stored.scans),
    leases: { acquire: unused },
    alarms: { set: async () => 'alarm', clear: async () => {}, due: unused },
    deadLetters: memoryDeadLetters(new Map(), stored.deadLetters),
    budgets: { claim: unused, leave: unused },
    notices: { tell: unused },
    guards: { read: unused, heartbeat: unused, beat: unused, throttle: unused },
    events: {
      receive: unused,
      conclude: unused,
      reopen: async () => {},
      waitingResources: unused,
      get: unused,
      find: async (id) => asOne(stored.events.filter(({ event }) => event.id === id)),
      waiting: async (resource) => eventsOf(stored.events, resource).filter(({ outcome }) => outcome === null),
      recent: async (resource, limit) => eventsOf(stored.events, resource).slice(0, limit),
    },
    memories: {
      save: unused,
      load: async ({ key }) => {
        const value = stored.memories.get(key);
        return value ? { value, version: '1' } : null;
      },
    },
    findings: {
      replace: unused,
      resources: unused,
      list: async (query, page) =>
        pageOf(
          stored.findings.filter(
            (one) =>
              fits(query.verdict, one.verdict) &&
              fits(query.rule, one.rule) &&
              (query.rules?.includes(one.rule) ?? true) &&
              fits(query.severity, one.severity) &&
              fits(query.decision, one.decision?.action) &&
              (query.resource === undefined || isWithin(one.resource.id, query.resource)),
          ),
          page,
        ),
    },
    approvals: {
      newId: () => 'an-approval-of-ours',
      claim: async (_, id) => id,
      get: async (id) => {
        const found = stored.approvals.get(id);
        return found ? { value: found.value, version: String(found.version) } : null;
      },
      save: async (approval, version) => {
        const before = stored.approvals.get(approval.id)?.version ?? null;
        if ((before === null ? null : String(before)) !== version) throw new StaleVersion();
        stored.approvals.set(approval.id, { value: approval, version: (before ?? 0) + 1 });
        return String((before ?? 0) + 1);
      },
      list: async (query, page) => pageOf(approvalsLike(query), page),
      heads: async (query) => ({ heads: approvalsLike(query).map(headOf), complete: true }),
    },
    audit: {
      append: async (facts: readonly AuditFact[]) =>
        facts.map((fact) => {
          const known = stored.entries.find(({ id }) => id === fact.id);
          if (known) return known;
          const last = stored.entries.at(-1);
          const entry = chainEntry(fact, last ? headAfter(last) : emptyHead('00'), { id: 'k1', privateKey, publicKey });
          stored.entries.push(entry);
          return entry;
        }),
      get: async (id) => stored.entries.find((one) => one.id === id) ?? null,
      holds: async ({ id }) => stored.entries.some((one) => one.id === id),
      about: async (subject) => stored.entries.filter(({ id }) => id.startsWith(subjectKey(subject))),
      list: listEntries,
      entries: listEntries,
      index: async () => undefined,
      verify: async () => ({
        valid: true,
        complete: true,
        entries: stored.entries.length,
        verifiedTo: stored.entries.at(-1)?.at ?? null,
        publicKeys: [{ keyId: 'k1', publicKey: 'AAAA' }],
      }),
      anchor: unused,
      newestAnchor: async () => null,
      sign: (statement) => seal(statement, { id: 'k1', privateKey, publicKey }),
      fault: (sealed) => sealFault(sealed, [{ id: 'k1', publicKey }]),
      publicKeys: [{ keyId: 'k1', publicKey: publicKeyText({ id: 'k1', publicKey }) }],
    },
    exemptions: memoryExemptions(stored.exemptions),
    settings: {
      load: async () =>
        stored.settings ? { value: stored.settings.value, version: String(stored.settings.version) } : null,
      save: async (value, version) => {
        const before = stored.settings?.version ?? null;
        if ((before === null ? null : String(before)) !== version) throw new StaleVersion();
        stored.settings = { value, version: (before ?? 0) + 1 };
        return String(stored.settings.version);
      },
    },
  };
}

const metadata = {
  version: 1,
  why: 'Old versions can be broken.',
  fix: 'Sets the version.',
  risk: 'Clients that know only TLS 1.0 or 1.1 can no longer connect.',
  severity: 'high',
  profile: 'baseline',
  kind: 'web-app',
  reversible: true,
  documents: ['config/web'],
  writes: ['config/web'],
  references: [{ source: 'MCSB', id: 'DP-3' }],
  check: () => compliant('fine'),
  source: () => ({ bicep: "minTlsVersion: '1.2'", terraform: 'minimum_tls_version = "1.2"' }),
} as const;

const tlsRule = defineRule({
  ...metadata,
  id: 'webapp-min-tls',
  title: 'Minimum TLS version is 1.2 or higher',
  tier: 'safe',
  parameters: z.strictObject({ minimum: z.enum(['1.2', '1.3']).default('1.2') }),
});

const debuggingRule = defineRule({
  ...metadata,
  id: 'webapp-remote-debugging',
  title: 'Remote debugging is off',
  tier: 'risky',
  parameters: z.strictObject({}),
});

function pageOf<T>(all: readonly T[], { limit, after }: PageRequest): Page<T> {
  const start = after === null ? 0 : Number(after);
  return { items: all.slice(start, start + limit), next: start + limit < all.length ? String(start + limit) : null };
}

function eventsOf(events: readonly StoredEvent[], { key }: Resource): StoredEvent[] {
  return events.filter(({ resource }) => resource?.toLowerCase() === key);
}

function fits<T>(wanted: T | undefined, found: T | undefined): boolean {
  return wanted === undefined || wanted === found;
}
