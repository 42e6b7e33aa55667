import { expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { rightWebApp } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada } = people;
const [ill, healthy] = [rightWebApp('ill', {}), rightWebApp('healthy', {})];
const plumbline = usePlumbline({
  resources: [ill, healthy],
  pauses: { gateMinuteSeconds: 0.5 },
  simulator: { metricsSeed: 1 },
});
const oldTls = { properties: { minTlsVersion: '1.0' } };

const linesOf = (message: string, id: string) =>
  plumbline.lines.filter((line) => line.includes(message) && line.includes(id));

test('guarantee 15: an app that does not come up after a fix gets its old value back, once, and a person decides', async () => {
  plumbline.simulator.addOutage({
    id: ill.id,
    document: 'config/web',
    property: 'properties.minTlsVersion',
    course: 'at-once',
  });
  await plumbline.change(ada, ill.id, 'config/web', oldTls);
  await eventually('the end of the gate', () => linesOf('health gate ended', ill.id).length > 0, 60);
  await eventually('the rollback', () => plumbline.writes(ill.id).length === 2, 30);
  await plumbline.atRest(ill.id);

  expect(plumbline.writes(ill.id)).toEqual(['PATCH config/web', 'PATCH config/web']);
  const config = plumbline.simulator.get(ill.id, 'config/web');
  expect(config).toMatchObject({ properties: { minTlsVersion: '1.0' } });
  expect(plumbline.simulator.get(ill.id)).toMatchObject({ properties: { availabilityState: 'Normal' } });
  const kinds = (await plumbline.audit(ill.id)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => ['health.worse', 'rollback.applied'].includes(kind))).toEqual([
    'health.worse',
    'rollback.applied',
  ]);
  const finding = (await plumbline.findings(ill.id)).get('webapp-min-tls');
  expect(finding).toMatchObject({ verdict: 'violation', decision: { action: 'queue' } });
  expect(finding?.decision?.reasons.map(({ code }) => code)).toContain('health-gate');
  expect(linesOf('health gate ended', ill.id)).toHaveLength(1);
});

test('guarantee 15: a healthy app costs at most two looks and four requests for metrics', async () => {
  await plumbline.change(ada, healthy.id, 'config/web', oldTls);
  await eventually('the fix', () => plumbline.writes(healthy.id).length === 1, 30);
  await plumbline.atRest(healthy.id);
  const before = plumbline.reads(healthy.id, 'resource');
  await eventually('the end of the gate', () => linesOf('health gate ended', healthy.id).length > 0, 60);

  expect(plumbline.reads(healthy.id, 'resource') - before).toBeLessThanOrEqual(2);
  const metrics = plumbline.reads(healthy.id, 'metrics');
  expect(metrics).toBeGreaterThanOrEqual(1);
  expect(metrics).toBeLessThanOrEqual(4);
  expect(plumbline.writes(healthy.id)).toEqual(['PATCH config/web']);
});
