/** The running local twin as a deployment: the checkup brings a scratch app of its own, and a person of the estate changes it. */
import { z } from 'zod';
import { parseResourceId } from '../../src/domain/resource.ts';
import { signInAs } from '../local-session.ts';
import { allLogsTo, people, webApp, workspaceId } from '../simulator/estate.ts';
import type { TwinAddress } from '../twin-address.ts';
import { control } from '../twin-control.ts';
import type { Deployment } from './deployment.ts';

const body = z.record(z.string(), z.json());

/** Adds the scratch app; `close` deletes it as a person would. Throws when the simulator does not answer. */
export async function twinDeployment(twin: TwinAddress): Promise<Deployment> {
  // A name of its own, so that what is remembered of the last checkup's app does not count.
  const seed = webApp({
    name: `doctor-${Date.now().toString(36)}`,
    author: people.katherine,
    diagnostics: { 'to-central': allLogsTo(workspaceId) },
  });
  const app = parseResourceId(seed.id);
  if (!app) throw new Error(`${seed.id} is no app`);
  await control(twin, 'POST', '/_simulator/resources', seed);
  const { id } = seed;
  const change = async (document: string, patch: unknown) => {
    await control(twin, 'POST', '/_simulator/change', { caller: people.katherine, id, document, patch });
  };
  let cookie: Promise<string> | undefined;
  return {
    url: twin.host,
    app,
    drift: true,
    async signedIn() {
      cookie ??= signInAs('reader', twin.host);
      return { cookie: await cookie };
    },
    changer: async () => people.katherine.objectId,
    async identityMay(_, action) {
      const query = new URLSearchParams({ action, scope: `/subscriptions/${app.subscriptionId}` });
      return z.boolean().parse(JSON.parse(await control(twin, 'GET', `/_simulator/allowed?${query}`)));
    },
    async read(document = 'resource') {
      const query = new URLSearchParams({ id, document });
      return body.parse(JSON.parse(await control(twin, 'GET', `/_simulator/document?${query}`)));
    },
    patch: (patch) => change('resource', patch),
    put: change,
    close: () => change('resource', null),
  };
}
