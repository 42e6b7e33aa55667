import { describe, expect, test } from 'vitest';
import { people, pipeline } from '../../../simulator/estate.ts';
import * as posture from '../../../src/api/endpoints/findings/schemas.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const RULE = 'webapp-min-tls';
const oldTls = { properties: { minTlsVersion: '1.0' } };
const contested = rightWebApp('contested');
const frozen = rightWebApp('frozen');

const plumbline = usePlumbline({ resources: [contested, frozen] });
const operator = () => plumbline.as(staff.operator, 'Operator');
const decisionOn = async (id: string) => (await plumbline.findings(id)).get(RULE)?.decision;

/** The pipeline deploys its old template, and all its events are processed. */
async function pipelineRuns(): Promise<void> {
  await plumbline.change(pipeline, contested.id, 'config/web', oldTls);
  await plumbline.atRest(contested.id);
}

describe('guarantee 10: a pipeline reverts a fix three times', () => {
  test('the fourth change is queued instead, with the pipeline and the source line', async () => {
    for (const run of [1, 2, 3]) {
      await pipelineRuns();
      expect(plumbline.writes(contested.id), `run ${run}`).toHaveLength(run);
    }
    await pipelineRuns();
    expect(plumbline.writes(contested.id)).toHaveLength(3);
    const approval = await plumbline.pending(contested.id, RULE);
    expect(approval.changedBy).toMatchObject({ objectId: pipeline.objectId, type: 'app' });
    const [flapping] = approval.reasons.filter(({ code }) => code === 'flapping');
    expect(flapping?.text).toContain(pipeline.objectId);
    expect(flapping?.text).toContain(approval.source.bicep);
    expect(flapping?.text).toContain(approval.source.terraform);
    expect((await plumbline.as(staff.approver, 'Approver').approve(approval)).statusAndCode).toBe('202');
    await eventually('the approved write', () => plumbline.writes(contested.id).length === 4);
  });
});

describe('a frozen app', () => {
  test('is held, explain has the end and the decision without the freeze, and after lifting it is fixed without an event', async () => {
    const until = '2099-01-01T00:00:00.000Z';
    const scope = { scope: frozen.id, frozen: { until, reason: 'the big sale' } };
    await operator().putSettings({ mode: 'autofix', tagOptDown: true, scopes: [scope] });
    await plumbline.outcomeOf(await plumbline.change(people.ada, frozen.id, 'config/web', oldTls));
    expect(await decisionOn(frozen.id)).toMatchObject({ action: 'hold', until });
    const why = await operator().get(`/explain?resource=${frozen.id}`, posture.explainedResource);
    expect(why.findings.find(({ rule }) => rule === RULE)?.decision?.ceilings).toEqual([
      { code: 'frozen', at: 'hold', until, ifLifted: 'fix' },
    ]);
    await plumbline.housekeep();
    await plumbline.atRest(frozen.id);
    expect(plumbline.writes(frozen.id)).toEqual([]);

    await operator().putSettings({ mode: 'autofix', tagOptDown: true });
    await plumbline.housekeep();
    await eventually('the fix', () => plumbline.writes(frozen.id).length === 1);
    await plumbline.atRest(frozen.id);
  });

  test('an app with the tag approve is queued', async () => {
    const tags = { 'Plumbline-Mode': 'approve' };
    await plumbline.outcomeOf(await plumbline.change(people.ada, frozen.id, 'resource', { tags }));
    await plumbline.outcomeOf(await plumbline.change(people.ada, frozen.id, 'config/web', oldTls));
    const { reasons } = await plumbline.pending(frozen.id, RULE);
    expect(reasons.map(({ code }) => code)).toEqual(['tag-approve']);
  });
});
