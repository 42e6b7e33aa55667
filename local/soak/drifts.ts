/** What people and pipelines change: each drift gives a leaf another value than it has, be it wrong, right or of no concern. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { people, pipeline } from '../simulator/estate.ts';
import type { Caller, Simulator } from '../simulator/simulator.ts';
import type { SoakApp } from './apps.ts';
import type { Chance } from './chance.ts';

export interface Drift {
  readonly app: SoakApp;
  readonly caller: Caller;
  /** As the simulator names it, such as `diagnosticSettings/to-central`. */
  readonly document: string;
  readonly patch: unknown;
  /** The document is now wrong in a way that Plumbline puts right at once: one write is due. */
  readonly calls: boolean;
}

/** A drift of the app as it is now; null while nothing may be changed on it. `mayTouch`: whether a document may be. */
export function driftOf(
  app: SoakApp,
  simulator: Simulator,
  chance: Chance,
  mayTouch: (document: string) => boolean,
): Drift | null {
  const resource = body.parse(simulator.get(app.id));
  // Azure lets nobody change an app while it is at work on it.
  if ((resource.properties.provisioningState ?? 'Succeeded') !== 'Succeeded') return null;
  const leaves = app.kind === 'web' ? WEB_LEAVES : CONTAINER_LEAVES;
  const leaf = chance.next() < 0.15 ? null : chance.pick(leaves);
  const caller = chance.pick(CALLERS);
  if (leaf === null) {
    const tags = { tags: { release: String(Math.floor(chance.next() * 1e9)) } };
    return mayTouch('resource') ? { app, caller, document: 'resource', patch: tags, calls: false } : null;
  }
  if (!mayTouch(leaf.document)) return null;
  if (leaf.document === 'diagnosticSettings') return logsLost(app, caller, simulator);
  const now = leaf.valueIn(simulator.get(app.id, leaf.document));
  const { value, wrong } = chance.pick(
    [...leaf.wrong.map((value) => ({ value, wrong: true })), { value: leaf.right, wrong: false }].filter(
      ({ value }) => !isDeepStrictEqual(value, now),
    ),
  );
  const internal =
    app.kind === 'container' && ingress.parse(resource.properties.configuration).ingress.external !== true;
  const calls = wrong && leaf.safe && !internal && app.hands === 'written';
  return { app, caller, document: leaf.document, patch: leaf.patch(value), calls };
}

/** Somebody takes the diagnostic setting away that sends the logs. */
function logsLost(app: SoakApp, caller: Caller, simulator: Simulator): Drift | null {
  const [setting] = settings.parse(simulator.get(app.id, 'diagnosticSettings')).value;
  if (!setting) return null;
  return {
    app,
    caller,
    document: `diagnosticSettings/${setting.name}`,
    patch: null,
    calls: app.hands === 'written',
  };
}

interface Leaf {
  readonly document: string;
  readonly right: unknown;
  readonly wrong: readonly unknown[];
  /** What is wrong is fixed at once; otherwise a person is asked. */
  readonly safe: boolean;
  valueIn(document: unknown): unknown;
  patch(value: unknown): unknown;
}

const body = z.object({ properties: z.record(z.string(), z.unknown()) });
const settings = z.object({ value: z.array(z.object({ name: z.string() })) });
const ingress = z.object({ ingress: z.record(z.string(), z.unknown()) });

const CALLERS: readonly Caller[] = [people.ada, people.grace, people.katherine, pipeline];

function property(document: string, name: string, right: unknown, wrong: readonly unknown[], safe: boolean): Leaf {
  return {
    document,
    right,
    wrong,
    safe,
    valueIn: (found) => body.parse(found).properties[name],
    patch: (value) => ({ properties: { [name]: value } }),
  };
}

const cors = (origin: string) => ({ allowedOrigins: [origin], supportCredentials: false });

const WEB_LEAVES: readonly Leaf[] = [
  property('resource', 'httpsOnly', true, [false], true),
  property('config/web', 'minTlsVersion', '1.2', ['1.0', '1.1'], true),
  property('config/web', 'scmMinTlsVersion', '1.2', ['1.0', '1.1'], true),
  property('config/web', 'ftpsState', 'FtpsOnly', ['AllAllowed'], true),
  property('config/web', 'remoteDebuggingEnabled', false, [true], false),
  property('config/web', 'cors', cors('https://shop.contoso.example'), [cors('*')], false),
  property('basicPublishingCredentialsPolicies/scm', 'allow', false, [true], false),
  property('diagnosticSettings', '', null, [], true),
];

const CONTAINER_LEAVES: readonly Leaf[] = [
  {
    document: 'resource',
    right: false,
    wrong: [true],
    safe: true,
    valueIn: (found) => ingress.parse(body.parse(found).properties.configuration).ingress.allowInsecure,
    patch: (value) => ({ properties: { configuration: { ingress: { allowInsecure: value } } } }),
  },
];
