/** The audit log with its real chains, signatures and anchors, each fact once by its id. */
import { type Anchor, nextAnchor } from '../../src/domain/anchor.ts';
import {
  type AuditEntry,
  type AuditFact,
  type AuditKey,
  chainEntry,
  chainOf,
  emptyHead,
  faultOf,
  headAfter,
  isSameFact,
  parseAuditKeys,
  publicKeyText,
  subjectKey,
} from '../../src/domain/audit.ts';
import { isWithin } from '../../src/domain/resource.ts';
import { seal, sealFault } from '../../src/domain/seal.ts';
import { type AuditLog, type AuditVerification, FactConflict } from '../../src/workflows/ports.ts';
import { fits, pageOf } from './memory-rows.ts';

const CHAINS = 4;
const { signing } = parseAuditKeys(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
const publicKeys = [{ keyId: signing.id, publicKey: publicKeyText(signing) }];

const isSound = (entry: AuditEntry) => sealFault(entry, [signing]) === null;

export function memoryAudit(entries: AuditEntry[]): AuditLog {
  const anchors: Anchor[] = [];
  const appendOne = (fact: AuditFact): AuditEntry => {
    const known = entries.find(({ id }) => id === fact.id);
    if (known && !isSameFact(fact, known)) throw new FactConflict(known);
    if (known) return known;
    const chain = chainOf(fact.resource?.id.toLowerCase() ?? 'service', CHAINS);
    const last = entries.findLast((entry) => entry.chain === chain);
    const entry = chainEntry(structuredClone(fact), last ? headAfter(last) : emptyHead(chain), signing);
    entries.push(entry);
    return entry;
  };
  const list: AuditLog['list'] = async (query, page) =>
    pageOf(
      entries
        .filter(
          (one) =>
            fits(query.kind, one.kind) &&
            fits(query.rule, one.rule ?? undefined) &&
            fits(query.actor, one.actor.objectId) &&
            fits(query.operationId, one.operationId ?? undefined) &&
            fits(query.approval, one.approvalId ?? undefined) &&
            (query.resource === undefined || (one.resource !== null && isWithin(one.resource.id, query.resource))) &&
            (query.from === undefined || one.at >= query.from) &&
            (query.to === undefined || one.at < query.to),
        )
        .reverse(),
      page,
    );
  return {
    append: async (facts) => facts.map(appendOne).map((entry) => structuredClone(entry)),
    get: async (id) => structuredClone(entries.find((one) => one.id === id && isSound(one)) ?? null),
    holds: async ({ id }) => entries.some((one) => one.id === id),
    about: async (subject) =>
      structuredClone(entries.filter((one) => one.id.startsWith(subjectKey(subject)) && isSound(one))),
    list,
    entries: list,
    index: async () => undefined,
    verify: async () => verification(entries, signing),
    anchor: async (now) => {
      const found = verification(entries, signing);
      const last = anchors.at(-1) ?? null;
      if (!found.valid || entries.length === (last?.entries ?? 0)) return { verification: found, anchor: null };
      const ends = [...new Map(entries.map((entry) => [entry.chain, headAfter(entry)])).values()];
      const anchor = nextAnchor(last, ends, { at: now.toISOString(), whole: true }, signing);
      anchors.push(anchor);
      return { verification: found, anchor };
    },
    newestAnchor: async () => anchors.at(-1) ?? null,
    sign: (statement) => seal(statement, signing),
    fault: (sealed) => sealFault(sealed, [signing]),
    publicKeys,
  };
}

function verification(entries: readonly AuditEntry[], key: AuditKey): AuditVerification {
  const heads = new Map<string, ReturnType<typeof emptyHead>>();
  const common = {
    complete: true,
    entries: entries.length,
    verifiedTo: entries.at(-1)?.at ?? null,
    publicKeys,
  };
  for (const entry of entries) {
    const reason = faultOf(entry, heads.get(entry.chain) ?? emptyHead(entry.chain), [key]);
    if (reason !== null) {
      return { ...common, valid: false, firstBad: { chain: entry.chain, seq: entry.seq, id: entry.id }, reason };
    }
    heads.set(entry.chain, headAfter(entry));
  }
  return { ...common, valid: true };
}
