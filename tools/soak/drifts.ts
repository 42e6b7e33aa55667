/** What users and pipelines change: each drift gives a property another value, a violation or a compliant one, or changes a tag. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { people, pipeline } from '../../simulator/estate.ts';
import type { Caller, Simulator } from '../../simulator/simulator.ts';
import type { SoakApp } from './apps.ts';
import type { Random } from './random.ts';

export interface Drift {
  readonly app: SoakApp;
  readonly caller: Caller;
  /** As the simulator names it, such as `diagnosticSettings/to-central`. */
  readonly document: string;
  readonly patch: unknown;
  /** The document now has a violation that Plumbline fixes at once: one write is expected. */
  readonly expectsWrite: boolean;
}

/** A drift of the app as it is now; null while it cannot be changed. `mayTouch`: whether a document may be changed. */
export function driftOf(
  app: SoakApp,
  simulator: Simulator,
  random: Random,
  mayTouch: (document: string) => boolean,
): Drift | null {
  const resource = body.parse(simulator.get(app.id));
  // Azure refuses changes of an app while an operation runs on it.
  if ((resource.properties.provisioningState ?? 'Succeeded') !== 'Succeeded') return null;
  const targets = app.kind === 'web' ? WEB_TARGETS : CONTAINER_TARGETS;
  const target = random.next() < 0.15 ? null : random.pick(targets);
  const caller = random.pick(CALLERS);
  if (target === null) {
    const tags = { tags: { release: String(Math.floor(random.next() * 1e9)) } };
    return mayTouch('resource') ? { app, caller, document: 'resource', patch: tags, expectsWrite: false } : null;
  }
  if (!mayTouch(target.document)) return null;
  if (target.document === 'diagnosticSettings') return deletedSetting(app, caller, simulator);
  const now = target.valueIn(simulator.get(app.id, target.document));
  const { value, wrong } = random.pick(
    [...target.wrong.map((value) => ({ value, wrong: true })), { value: target.right, wrong: false }].filter(
      ({ value }) => !isDeepStrictEqual(value, now),
    ),
  );
  const internal =
    app.kind === 'container' && ingress.parse(resource.properties.configuration).ingress.external !== true;
  const expectsWrite = wrong && target.safe && !internal && app.handling === 'write';
  return { app, caller, document: target.document, patch: target.patch(value), expectsWrite };
}

/** A drift that deletes the diagnostic setting that sends the logs. */
function deletedSetting(app: SoakApp, caller: Caller, simulator: Simulator): Drift | null {
  const [setting] = settings.parse(simulator.get(app.id, 'diagnosticSettings')).value;
  if (!setting) return null;
  return {
    app,
    caller,
    document: `diagnosticSettings/${setting.name}`,
    patch: null,
    expectsWrite: app.handling === 'write',
  };
}

interface DriftTarget {
  readonly document: string;
  readonly right: unknown;
  readonly wrong: readonly unknown[];
  /** A violation is fixed at once; otherwise it needs an approval. */
  readonly safe: boolean;
  valueIn(document: unknown): unknown;
  patch(value: unknown): unknown;
}

const body = z.object({ properties: z.record(z.string(), z.unknown()) });
const settings = z.object({ value: z.array(z.object({ name: z.string() })) });
const ingress = z.object({ ingress: z.record(z.string(), z.unknown()) });

const CALLERS: readonly Caller[] = [people.ada, people.grace, people.katherine, pipeline];

function property(
  document: string,
  name: string,
  right: unknown,
  wrong: readonly unknown[],
  safe: boolean,
): DriftTarget {
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

const WEB_TARGETS: readonly DriftTarget[] = [
  property('resource', 'httpsOnly', true, [false], true),
  property('config/web', 'minTlsVersion', '1.2', ['1.0', '1.1'], true),
  property('config/web', 'scmMinTlsVersion', '1.2', ['1.0', '1.1'], true),
  property('config/web', 'ftpsState', 'FtpsOnly', ['AllAllowed'], true),
  property('config/web', 'remoteDebuggingEnabled', false, [true], false),
  property('config/web', 'cors', cors('https://shop.contoso.example'), [cors('*')], false),
  property('basicPublishingCredentialsPolicies/scm', 'allow', false, [true], false),
  property('diagnosticSettings', '', null, [], true),
];

const CONTAINER_TARGETS: readonly DriftTarget[] = [
  {
    document: 'resource',
    right: false,
    wrong: [true],
    safe: true,
    valueIn: (found) => ingress.parse(body.parse(found).properties.configuration).ingress.allowInsecure,
    patch: (value) => ({ properties: { configuration: { ingress: { allowInsecure: value } } } }),
  },
];
