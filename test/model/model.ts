/**
 * The expected state, derived from the actions of users and the writes of Azure: the value of each leaf, its changers,
 * the decisions, the exemptions. It has no messages, leases, retries or records.
 */
import type { Approval } from '../../src/domain/approvals/approval.ts';
import { type Json, sameJson } from '../../src/domain/resources/json.ts';
import type { Mode } from '../../src/domain/resources/reasons.ts';
import { isInScope } from '../../src/domain/resources/resource.ts';
import { APPS, isWrong, type Leaf, leavesOf } from './estate.ts';

export interface Deed {
  readonly kind: 'approve' | 'reject' | 'rollback';
  readonly by: string;
}

interface LeafNow {
  value: Json;
  /** The callers of events of the app since the leaf violates its rule. */
  readonly changers: Set<string>;
  /** The callers of all events of the app while the leaf violated its rule. */
  readonly announced: Set<string>;
  /** The rolled-back or rejected values of the leaf. */
  readonly rejected: Rejected[];
}

interface Rejected {
  readonly value: Json;
  /** Whether the author was a changer: then only a new approval is prevented. */
  readonly byChanger: boolean;
  /** The same, as far as it depends on a reconcile while the leaf met its rule. */
  readonly mayBeByChanger: boolean;
}

export type Expected = 'right' | 'exempt' | 'rejected' | 'asked' | 'fixed';

export class Model {
  mode: Mode = 'autofix';
  stopped = false;
  /** By approval. */
  readonly deeds = new Map<string, Deed>();
  readonly exemptions = new Map<string, { scope: string; rule: string; until: number }>();
  readonly #leaves = new Map<string, LeafNow>();

  constructor() {
    for (const app of APPS) {
      for (const { rule, right } of leavesOf(app)) {
        this.#leaves.set(`${app} ${rule}`, {
          ...{ value: right, changers: new Set(), announced: new Set(), rejected: [] },
        });
      }
    }
  }

  valueOf(app: string, leaf: Leaf): Json {
    return this.#at(app, leaf).value;
  }

  /** A write by anybody, Plumbline included. */
  wrote(app: string, leaf: Leaf, value: Json): void {
    const now = this.#at(app, leaf);
    now.value = value;
    if (!isWrong(leaf, value)) now.changers.clear();
  }

  /** Plumbline has an event of a change of the app. */
  announced(app: string, by: string): void {
    for (const leaf of leavesOf(app)) {
      const now = this.#at(app, leaf);
      if (!isWrong(leaf, now.value)) continue;
      now.changers.add(by);
      now.announced.add(by);
    }
  }

  mayApprove(app: string, leaf: Leaf, by: string): boolean {
    return !this.stopped && this.mode !== 'audit' && !this.#at(app, leaf).changers.has(by);
  }

  decided(approval: Approval, deed: Deed): void {
    this.deeds.set(approval.id, deed);
    const [change] = approval.changes;
    const leaf = leavesOf(approval.resource.id).find(({ rule }) => rule === approval.rule.id);
    if (deed.kind !== 'reject' || !leaf || !change) return;
    const { changers, announced, rejected } = this.#at(approval.resource.id, leaf);
    const [byChanger, mayBeByChanger] = [changers.has(deed.by), announced.has(deed.by)];
    rejected.push({ value: change.from, byChanger, mayBeByChanger });
  }

  isExempt(app: string, { rule }: Leaf, now: number): boolean {
    return [...this.exemptions.values()].some(
      (one) => one.rule === rule && isInScope(app, one.scope) && now < one.until,
    );
  }

  /** Why Plumbline must not write this now; null when it may. */
  objection(app: string, leaf: Leaf, from: Json, approvalId: string | null, now: number): string | null {
    const deed = approvalId === null ? undefined : this.deeds.get(approvalId);
    if (this.stopped) return 'the service is stopped';
    if (this.mode === 'audit') return 'mode audit writes nothing';
    if (!sameJson(from, this.valueOf(app, leaf))) return 'the value has moved';
    if (deed?.kind === 'rollback') return null;
    if (this.isExempt(app, leaf, now)) return 'it is exempt';
    if (deed?.kind === 'approve') return null;
    const { rejected } = this.#at(app, leaf);
    if (rejected.some(({ value, mayBeByChanger }) => sameJson(value, from) && !mayBeByChanger)) {
      return 'a person has rejected it';
    }
    return leaf.risky || this.mode === 'approve' ? 'nobody has approved it' : null;
  }

  /** The expected value of a leaf in mode autofix when all queues are empty. */
  expected(app: string, leaf: Leaf, now: number): Expected {
    const { value, rejected } = this.#at(app, leaf);
    if (!isWrong(leaf, value)) return 'right';
    if (this.isExempt(app, leaf, now)) return 'exempt';
    const left = rejected.filter((one) => sameJson(one.value, value));
    if (left.some(({ byChanger }) => leaf.risky || !byChanger)) return 'rejected';
    return leaf.risky ? 'asked' : 'fixed';
  }

  #at(app: string, { rule }: Leaf): LeafNow {
    const found = this.#leaves.get(`${app} ${rule}`);
    if (!found) throw new Error(`${app} has no leaf of ${rule}`);
    return found;
  }
}
