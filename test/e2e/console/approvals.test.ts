import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { people } from '../../../simulator/estate.ts';
import type { Caller } from '../../../simulator/simulator.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import { staff } from '../fixtures/callers.ts';
import { useConsole } from '../fixtures/console.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { grace } = people;
const debugging = { web: { remoteDebuggingEnabled: true } };
const moving = rightWebApp('moving', { web: { cors: { allowedOrigins: ['*'], supportCredentials: false } } });
const rejected = rightWebApp('rejected', debugging);
const own = Array.from({ length: 5 }, (_, index) => rightWebApp(`own-${index}`, debugging));
const others = Array.from({ length: 43 }, (_, index) => rightWebApp(`other-${index}`, debugging));
const contested = rightWebApp('contested', debugging);
const all = [moving, rejected, ...own, ...others];

const plumbline = usePlumbline({ resources: [...all, contested] });
const console = useConsole(plumbline);
const page = z.object({ items: z.array(approvalAnswer.omit({ plan: true, source: true })) });
const pending = async () =>
  (await plumbline.as(staff.approver, 'Approver').get('/approvals?status=pending&view=brief&limit=200', page)).items;

const decisions = z.object({ decision: z.string(), items: z.array(z.object({ id: z.string(), digest: z.string() })) });

/** The decisions that a page sends. */
function sentBy(opened: Page): z.infer<typeof decisions>[] {
  const sent: z.infer<typeof decisions>[] = [];
  opened.on('request', (request) => {
    if (request.url().endsWith('/api/approvals/decisions')) sent.push(decisions.parse(request.postDataJSON()));
  });
  return sent;
}

const isOf = (seed: { readonly id: string }) => (approval: { readonly resource: { readonly id: string } }) =>
  approval.resource.id.toLowerCase() === seed.id.toLowerCase();

beforeAll(async () => {
  const change = (by: Caller, { id }: { readonly id: string }) => plumbline.change(by, id, 'resource', touched);
  for (const seed of [...others, moving, rejected]) await change(grace, seed);
  for (const seed of own) await change(staff.approver, seed);
  await eventually('50 approvals', async () => (await pending()).length === all.length, 90);
});

test('fifty are selected, what is not mine is left out, what moved or was decided meanwhile is refused', async () => {
  const opened = await console.open(staff.approver, ['Approver'], '#/approvals');
  const sent = sentBy(opened);
  await opened.getByText('50 approvals', { exact: true }).waitFor();
  const before = await pending();
  await opened.keyboard.press('*');
  await opened.keyboard.press('a');
  const dialog = opened.getByRole('dialog', { name: 'Approve 45 changes' });
  await dialog.getByText('Left out: 5 changes.').waitFor();
  await dialog.getByText(/remoteDebuggingEnabled true → false on 44 apps/).waitFor();

  const isMoving = isOf(moving);
  const first = before.find(isMoving);
  await plumbline.change(grace, moving.id, 'config/web', {
    properties: { cors: { allowedOrigins: ['*', 'https://new.example'] } },
  });
  await eventually('the approval is superseded', async () => (await pending()).find(isMoving)?.id !== first?.id);
  const early = before.find(isOf(rejected));
  const comment = { comment: 'needed until Friday' };
  await plumbline.as(staff.otherApprover, 'Approver').ask('POST', `/approvals/${early?.id}/reject`, { body: comment });

  await dialog.getByRole('button', { name: 'Approve 45' }).click();
  await dialog.getByText('Enter 45 to confirm.').waitFor();
  expect(sent).toEqual([]);
  await dialog.getByLabel('Type 45 to confirm').fill('45');
  await dialog.getByRole('button', { name: 'Approve 45' }).click();
  await opened
    .getByRole('article', { name: 'Approve 45' })
    .getByText(/2 refused/)
    .waitFor();
  await opened.reload();
  const job = opened.getByRole('article', { name: 'Approve 45' });
  await job.getByText('43 of 45 applied · 2 refused', { exact: true }).waitFor({ timeout: 90_000 });
  await job.getByRole('button', { name: 'Show items' }).click();
  await job
    .getByRole('listitem')
    .filter({ hasText: 'on moving' })
    .getByText(/changed after this approval was shown/)
    .waitFor();
  await job
    .getByRole('listitem')
    .filter({ hasText: 'on rejected' })
    .getByText(/annie\.easley\S* decided/)
    .waitFor();

  // Exactly what the dialog showed, with the digests that it showed.
  const shown = before.filter(({ mayDecide }) => mayDecide.allowed).map(({ id, digest }) => ({ id, digest }));
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(sent.map(({ decision }) => decision)).toEqual(['approve']);
  expect(sent.flatMap(({ items }) => items).sort(byId)).toEqual(shown.sort(byId));
  // What came after the dialog, and what was left out, is not decided.
  expect((await pending()).map(({ resource }) => resource.name).sort()).toEqual(['moving', ...own.map(nameOf)].sort());
  for (const seed of [moving, rejected, ...own]) expect(plumbline.writes(seed.id)).toEqual([]);
});

test('of two people who decide the same at once, one decides and the other is told who did', async () => {
  await plumbline.change(grace, contested.id, 'resource', touched);
  await plumbline.pending(contested.id, 'webapp-remote-debugging');
  const pages = [
    await console.open(staff.approver, ['Approver'], '#/approvals?q=contested'),
    await console.open(staff.otherApprover, ['Approver'], '#/approvals?q=contested'),
  ];
  for (const opened of pages) {
    await opened.getByRole('row', { name: /on contested/ }).waitFor();
    await opened.keyboard.press('j');
    await opened.keyboard.press('a');
    await opened.getByRole('dialog', { name: 'Approve 1 change' }).waitFor();
  }
  await Promise.all(pages.map((opened) => opened.getByRole('button', { name: 'Approve 1' }).click()));
  const texts = await Promise.all(
    pages.map(async (opened) => {
      const job = opened.getByRole('article', { name: 'Approve 1' });
      await job.getByText(/1 of 1 applied|1 refused/).waitFor({ timeout: 60_000 });
      await job.getByRole('button', { name: 'Show items' }).click();
      return job.getByRole('listitem').innerText();
    }),
  );
  const refused = texts.filter((text) => text.includes('decided this approval'));
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatch(/mary\.jackson|annie\.easley/);
  expect(plumbline.writes(contested.id)).toEqual(['PATCH config/web']);
});

function nameOf({ id }: { readonly id: string }): string {
  return id.split('/').at(-1) ?? '';
}
