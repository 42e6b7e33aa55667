/** What a web app runs, as far as its documents tell: its configuration, what its body repeats of it, and functionAppConfig. */
import { valueAt } from '../domain/change.ts';
import { siteOf, systemOf } from '../domain/hosting.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Judgement, notRead, unknown } from '../domain/rule.ts';
import { isFunctionApp, kindsOf, type Snapshot } from '../domain/snapshot.ts';
import { objectsIn } from './lists.ts';
import { type Runtime, runtimeOfFunctions, runtimeOfStack, runtimesOnWindows, stated } from './runtime-versions.ts';
import { lowerCase } from './text.ts';
import { webConfigOf } from './web-config.ts';

export type Stack =
  /** At least one runtime. */
  | { readonly is: 'code'; readonly runtimes: readonly Runtime[] }
  | { readonly is: 'container' | 'none' }
  | { readonly is: 'unknown'; readonly judgement: Judgement };

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

const HIDDEN: Stack = {
  is: 'unknown',
  judgement: unknown('Which runtime the app has stands only in its settings, which are not read.'),
};

/** The stack of an app that App Service hosts. */
export function stackOf(snapshot: Snapshot): Stack {
  const configuration = webConfigOf(snapshot);
  const strange = VERSIONS.find((name) => typeof (configuration?.[name] ?? '') !== 'string');
  if (strange !== undefined) return { is: 'unknown', judgement: unknown(`${strange} is no text.`) };
  const named = namedStack(snapshot);
  if (named !== null) return codeOf(runtimeOfStack(named));
  const site = siteOf(snapshot);
  const ofFunctions = runtimeOfFunctions(site?.functionAppConfig);
  if (ofFunctions) return codeOf(ofFunctions);
  if (configuration && site) return unnamedStack(snapshot, configuration);
  return { is: 'unknown', judgement: notRead(snapshot, configuration ? 'resource' : 'config/web') };
}

/** What `linuxFxVersion` or `windowsFxVersion` names, in the configuration or where the site repeats it; null for none. */
function namedStack(snapshot: Snapshot): string | null {
  const { linuxFxVersion, windowsFxVersion } = webConfigOf(snapshot) ?? {};
  const repeated = objectsIn(valueAt(siteOf(snapshot) ?? {}, '/siteProperties/properties'));
  const named = (repeated ?? []).filter(({ name }) => ['linuxfxversion', 'windowsfxversion'].includes(lowerCase(name)));
  const values = [linuxFxVersion, windowsFxVersion, ...named.map(({ value }) => value)];
  return values.map(stated).find((value) => value !== null) ?? null;
}

/** Whether an app on Windows runs in a container: such plans are made with Hyper-V, which older bodies call Xenon. */
export function isWindowsContainer(snapshot: Snapshot): boolean {
  const { isXenon, hyperV } = siteOf(snapshot) ?? {};
  const kinds = kindsOf(snapshot);
  const named = isXenon === true || hyperV === true || kinds.includes('hyperv') || kinds.includes('xenon');
  return systemOf(snapshot) === 'windows' && (named || /^docker\|/i.test(namedStack(snapshot) ?? ''));
}

/** Without a name the single versions tell, of which some were left there by the platform. */
function unnamedStack(snapshot: Snapshot, configuration: JsonObject): Stack {
  const functions = isFunctionApp(snapshot);
  if (systemOf(snapshot) === 'linux') return functions ? HIDDEN : { is: 'none' };
  // The .NET of a function app on Windows is its host's, whatever the functions are written in.
  const { netFrameworkVersion, ...others } = configuration;
  const runtimes = runtimesOnWindows(functions ? others : configuration);
  if (runtimes.length > 0) return { is: 'code', runtimes };
  // Every app on Windows has .NET Framework, and an app with Node.js names its version in a setting.
  const some = [netFrameworkVersion, configuration.phpVersion].some((version) => stated(version) !== null);
  return functions || some ? HIDDEN : { is: 'none' };
}

function codeOf(runtime: Runtime | null): Stack {
  return runtime ? { is: 'code', runtimes: [runtime] } : { is: 'container' };
}
