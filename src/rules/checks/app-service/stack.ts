/** The stack of a web app: from its configuration, the copy of it in the body of the site, and functionAppConfig. */

import { valueAt } from '../../../domain/changes/change.ts';
import { operatingSystemOf, siteOf } from '../../../domain/resources/hosting.ts';
import type { JsonObject } from '../../../domain/resources/json.ts';
import { isFunctionApp, kindsOf, type Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, unknown, unreadResult } from '../../../domain/rules/rule.ts';
import { objectsIn } from '../documents/arrays.ts';
import { lowerCase } from '../documents/leaves.ts';
import { type Runtime, runtimeOfFunctions, runtimeOfStack, runtimesOnWindows, stated } from './runtime-versions.ts';
import { webConfigOf } from './web-config.ts';

export type Stack =
  /** At least one runtime. */
  | { readonly is: 'code'; readonly runtimes: readonly Runtime[] }
  | { readonly is: 'container' | 'none' }
  | { readonly is: 'unknown'; readonly judgement: CheckResult };

const VERSIONS = [
  'linuxFxVersion',
  'windowsFxVersion',
  'netFrameworkVersion',
  'phpVersion',
  'pythonVersion',
  'nodeVersion',
  'javaVersion',
  'powerShellVersion',
];

const RUNTIME_NOT_READ: Stack = {
  is: 'unknown',
  judgement: unknown('Which runtime the app has stands only in its settings, which are not read.'),
};

/** The stack of an app that App Service hosts. */
export function stackOf(snapshot: Snapshot): Stack {
  const configuration = webConfigOf(snapshot);
  const invalid = VERSIONS.find((name) => typeof (configuration?.[name] ?? '') !== 'string');
  if (invalid !== undefined) return { is: 'unknown', judgement: unknown(`${invalid} is no text.`) };
  const named = namedStack(snapshot);
  if (named !== null) return codeOf(runtimeOfStack(named));
  const site = siteOf(snapshot);
  const ofFunctions = runtimeOfFunctions(site?.functionAppConfig);
  if (ofFunctions) return codeOf(ofFunctions);
  if (configuration && site) return unnamedStack(snapshot, configuration);
  return { is: 'unknown', judgement: unreadResult(snapshot, configuration ? 'resource' : 'config/web') };
}

/** The value of `linuxFxVersion` or `windowsFxVersion`, in the configuration or its copy in the site; null for none. */
function namedStack(snapshot: Snapshot): string | null {
  const { linuxFxVersion, windowsFxVersion } = webConfigOf(snapshot) ?? {};
  const repeated = objectsIn(valueAt(siteOf(snapshot) ?? {}, '/siteProperties/properties'));
  const named = (repeated ?? []).filter(({ name }) => ['linuxfxversion', 'windowsfxversion'].includes(lowerCase(name)));
  const values = [linuxFxVersion, windowsFxVersion, ...named.map(({ value }) => value)];
  return values.map(stated).find((value) => value !== null) ?? null;
}

/** Whether an app on Windows runs in a container: such plans use Hyper-V, which older bodies call Xenon. */
export function isWindowsContainer(snapshot: Snapshot): boolean {
  const { isXenon, hyperV } = siteOf(snapshot) ?? {};
  const kinds = kindsOf(snapshot);
  const named = isXenon === true || hyperV === true || kinds.includes('hyperv') || kinds.includes('xenon');
  return operatingSystemOf(snapshot) === 'windows' && (named || /^docker\|/i.test(namedStack(snapshot) ?? ''));
}

/** The stack by the single version properties, some of which the platform sets. */
function unnamedStack(snapshot: Snapshot, configuration: JsonObject): Stack {
  const functions = isFunctionApp(snapshot);
  if (operatingSystemOf(snapshot) === 'linux') return functions ? RUNTIME_NOT_READ : { is: 'none' };
  // The .NET version of a function app on Windows is that of its host.
  const runtimes = runtimesOnWindows(configuration).filter(({ stack }) => !functions || stack !== 'DOTNET');
  if (runtimes.length > 0) return { is: 'code', runtimes };
  // Every app on Windows has .NET Framework, and an app with Node.js names its version in a setting.
  const { netFrameworkVersion, phpVersion } = configuration;
  const some = [netFrameworkVersion, phpVersion].some((version) => stated(version) !== null);
  return functions || some ? RUNTIME_NOT_READ : { is: 'none' };
}

function codeOf(runtime: Runtime | null): Stack {
  return runtime ? { is: 'code', runtimes: [runtime] } : { is: 'container' };
}
