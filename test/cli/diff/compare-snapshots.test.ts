import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plantedSecrets, sampleEstate } from '../../../simulator/estate.ts';
import { startSimulator } from '../../../simulator/simulator.ts';
import { compareSnapshots } from '../../../src/cli/diff/compare-snapshots.ts';
import { applyChanges } from '../../../src/domain/changes/change.ts';
import { snapshotFileOf } from '../../../src/domain/changes/snapshot-file.ts';
import { DOCUMENTS } from '../../../src/domain/resources/documents.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { parseSnapshot, type Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { defaultRules } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { armOn } from '../../azure/azure.ts';

const now = new Date('2026-03-01T12:00:00Z');
const options = { rulesOf: (resource: Snapshot['resource']) => defaultRules(rules, resource, {}), now };
const example = parseSnapshot(JSON.parse(readFileSync('docs/examples/web-app.json', 'utf8')));

describe('two sets of snapshots', () => {
  it('differ by values at their paths and by verdicts', () => {
    const changed = applyChanges(example, [
      { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' },
    ]);
    const [difference, ...more] = compareSnapshots([example], [changed], options);
    expect(more).toEqual([]);
    expect(difference).toMatchObject({
      status: 'changed',
      changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
      documents: [],
      findings: [{ rule: 'webapp-min-tls', from: 'violation', to: 'compliant' }],
    });
    expect(compareSnapshots([changed], [example], options)[0]?.findings).toMatchObject([
      { rule: 'webapp-min-tls', from: 'compliant', to: 'violation' },
    ]);
  });

  it('that are the same, or differ in case of their id, do not differ', () => {
    const other = { ...example, resource: { ...example.resource, id: example.resource.id.toUpperCase() } };
    expect(compareSnapshots([example], [other], options)).toEqual([]);
  });

  it('name a resource that came or went, with what is wrong with it', () => {
    const [added] = compareSnapshots([], [example], options);
    const [removed] = compareSnapshots([example], [], options);
    expect(added).toMatchObject({ status: 'added', changes: [] });
    expect(removed).toMatchObject({ status: 'removed' });
    expect(added?.findings.length).toBeGreaterThan(0);
    expect(added?.findings.every(({ from, to }) => from === null && to === 'violation')).toBe(true);
  });

  it('name a document that was read once only', () => {
    const { 'config/web': _, ...documents } = example.documents;
    const [difference] = compareSnapshots([example], [{ ...example, documents }], options);
    expect(difference?.documents).toEqual([{ document: 'config/web', from: 'read', to: 'not read' }]);
  });
});

describe('a snapshot file of what was read', () => {
  it('gives the same findings as what was read, for every resource of the sample, and holds no secret', async () => {
    const estate = sampleEstate();
    const simulator = await startSimulator({ estate });
    const arm = armOn(simulator);
    const resources = estate.resources.flatMap(({ id }) => parseResourceId(id) ?? []);
    for (const resource of resources) {
      const names = DOCUMENTS.filter(({ kinds }) => kinds.includes(resource.kind)).map(({ name }) => name);
      const read = await arm.read(resource, names);
      const text = JSON.stringify(snapshotFileOf(read));
      for (const secret of plantedSecrets) expect(text).not.toContain(secret);
      const again = parseSnapshot(JSON.parse(text));
      expect(again.documents).toEqual(
        Object.fromEntries(
          Object.entries(read.documents).filter(([, state]) => ['read', 'missing'].includes(state.status)),
        ),
      );
      const findings = (snapshot: Snapshot) =>
        evaluate(snapshot, options.rulesOf(resource), now).map(({ rule, ...one }) => [rule.id, one]);
      const isWhole = Object.values(read.documents).every(({ status }) =>
        ['read', 'missing', 'not-read'].includes(status),
      );
      expect(isWhole).toBe(true);
      expect(findings(again)).toEqual(findings(read));
    }
    expect(resources.length).toBeGreaterThan(10);
    arm.close();
    await simulator.close();
  });
});
