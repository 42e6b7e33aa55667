/** Function and logic apps are changed only by a person's decision; with it they are. */
import { expect, it } from 'vitest';
import { SHOP } from '../../fakes/azure/resources.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { decisionOf, factsIn, scene } from '../../fakes/scenarios/scene.ts';

it.each([
  ['functionapp,linux', 'function-app'],
  ['functionapp,workflowapp', 'logic-app'],
  ['workflowapp', 'logic-app'],
])('%s', async (kind, code) => {
  const { world, host } = scene({ app: { site: { httpsOnly: false }, beside: { kind } } });
  await deliverAndSettle(host, 'e', SHOP);
  expect(decisionOf(world, 'webapp-https-only')).toContain(code);
  expect(world.arm.requests).toEqual([]);
  await host.decide(decisionOn(world, 'approve'));
  await host.settle();
  expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-https-only']);
  expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
});
