/** The running development environment as a deployment: it gets a scratch app, and a user of the estate changes it. */
import { z } from 'zod';
import { callControlApi } from '../../dev/environment/control-api.ts';
import type { DevAddress } from '../../dev/environment/dev-address.ts';
import { signInAs } from '../../dev/sign-in/session.ts';
import { allLogsTo, people, webApp, workspaceId } from '../../simulator/estate.ts';
import { parseResourceId } from '../../src/domain/resources/resource.ts';
import type { Deployment } from './deployment.ts';

const body = z.record(z.string(), z.json());

/** Adds the scratch app; `close` deletes it as a user would. Throws when the simulator does not answer. */
export async function devDeployment(dev: DevAddress): Promise<Deployment> {
  // A new name, so that stored state of an earlier scratch app does not count.
  const seed = webApp({
    name: `doctor-${Date.now().toString(36)}`,
    author: people.katherine,
    diagnostics: { 'to-central': allLogsTo(workspaceId) },
  });
  const app = parseResourceId(seed.id);
  if (!app) throw new Error(`${seed.id} is no app`);
  await callControlApi(dev, 'POST', '/_simulator/resources', seed);
  const { id } = seed;
  const change = async (document: string, patch: unknown) => {
    await callControlApi(dev, 'POST', '/_simulator/change', { caller: people.katherine, id, document, patch });
  };
  let cookie: Promise<string> | undefined;
  return {
    url: dev.host,
    app,
    drift: true,
    async signedIn() {
      cookie ??= signInAs('reader', dev.host);
      return { cookie: await cookie };
    },
    changer: async () => people.katherine.objectId,
    async identityMay(_, action) {
      const query = new URLSearchParams({ action, scope: `/subscriptions/${app.subscriptionId}` });
      return z.boolean().parse(JSON.parse(await callControlApi(dev, 'GET', `/_simulator/allowed?${query}`)));
    },
    async read(document = 'resource') {
      const query = new URLSearchParams({ id, document });
      return body.parse(JSON.parse(await callControlApi(dev, 'GET', `/_simulator/document?${query}`)));
    },
    patch: (patch) => change('resource', patch),
    put: change,
    health: null,
    close: () => change('resource', null),
  };
}
