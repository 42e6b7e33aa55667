/** Function and logic apps are changed only by a person's decision; with it they are. */
import { expect, it } from 'vitest';
import { SHOP } from '../world/apps.ts';
import { decisionOf, factsIn, scene } from '../world/scene.ts';
import { approvals, decisionOn, eventAndRest } from '../world/ways.ts';

it.each([
  ['functionapp,linux', 'function-app'],
  ['functionapp,workflowapp', 'logic-app'],
  ['workflowapp', 'logic-app'],
])('%s', async (kind, code) => {
  const { world, host } = scene({ app: { site: { httpsOnly: false }, beside: { kind } } });
  await eventAndRest(host, 'e', SHOP);
  expect(decisionOf(world, 'webapp-https-only')).toContain(code);
  expect(world.arm.requests).toEqual([]);
  await host.decide(decisionOn(world, 'approve'));
  await host.settle();
  expect(factsIn(world, 'fix.applied')).toEqual(['fix.applied webapp-https-only']);
  expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
});
