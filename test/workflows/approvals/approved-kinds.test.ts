/** Function and logic apps are changed only after an approval. */
import { expect, it } from 'vitest';
import { SHOP } from '../../fakes/azure/resources.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, recordsIn, scene } from '../../fakes/scenarios/scene.ts';

it.each([
  ['functionapp,linux', 'function-app'],
  ['functionapp,workflowapp', 'logic-app'],
  ['workflowapp', 'logic-app'],
])('%s', async (kind, code) => {
  const { deps, host } = scene({ app: { site: { httpsOnly: false }, beside: { kind } } });
  await deliverAndSettle(host, 'e', SHOP);
  expect(decisionOf(deps, 'webapp-https-only')).toContain(code);
  expect(deps.arm.requests).toEqual([]);
  await host.decide(decisionOn(deps, 'approve'));
  await host.settle();
  expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied webapp-https-only']);
  expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
});
