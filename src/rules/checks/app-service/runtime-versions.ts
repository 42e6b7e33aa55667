/**
 * The runtimes in the configuration of an app, and until when each version gets security fixes. App Service follows the
 * dates of the communities: https://learn.microsoft.com/azure/app-service/language-support-policy
 */
import { DAY_MS } from '../../../domain/resources/durations.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';

export interface Runtime {
  /** `NODE`, `DOTNET`, …: the name in `END_OF_SUPPORT`. */
  readonly stack: string;
  /** Its numbers, major first; null where the configuration leaves the version to the platform. */
  readonly version: readonly number[] | null;
}

export type Support =
  | { readonly status: 'supported' | 'ended'; readonly until: string }
  | { readonly status: 'older' | 'unknown' };

/** The last day of support, by stack and version; as of 2026-08-22, from the pages of the projects (https://endoflife.date). */
export const END_OF_SUPPORT: Readonly<Record<string, string>> = {
  'DOTNET|6': '2024-11-12',
  'DOTNET|7': '2024-05-14',
  'DOTNET|8': '2026-11-10',
  'DOTNET|9': '2026-11-10',
  'DOTNET|10': '2028-11-14',
  'NODE|18': '2025-04-30',
  'NODE|20': '2026-04-30',
  'NODE|22': '2027-04-30',
  'NODE|24': '2028-04-30',
  'NODE|26': '2029-04-30',
  'PYTHON|3.8': '2024-10-07',
  'PYTHON|3.9': '2025-10-31',
  'PYTHON|3.10': '2026-10-31',
  'PYTHON|3.11': '2027-10-31',
  'PYTHON|3.12': '2028-10-31',
  'PYTHON|3.13': '2029-10-31',
  'PYTHON|3.14': '2030-10-31',
  // https://learn.microsoft.com/powershell/scripting/install/powershell-support-lifecycle, as of 2025-02-25.
  'POWERSHELL|7.0': '2022-12-03',
  'POWERSHELL|7.2': '2024-11-08',
  'POWERSHELL|7.4': '2026-11-10',
  'PHP|8.1': '2025-12-31',
  'PHP|8.2': '2026-12-31',
  'PHP|8.3': '2027-12-31',
  'PHP|8.4': '2028-12-31',
  'PHP|8.5': '2029-12-31',
  'JAVA|8': '2030-12-31',
  'JAVA|11': '2027-09-30',
  'JAVA|17': '2027-09-30',
  'JAVA|21': '2028-09-30',
  'JAVA|25': '2030-09-30',
};

/** Names before the bar of `linuxFxVersion` that are different in `END_OF_SUPPORT`. */
const STACKS: Readonly<Record<string, string>> = {
  DOTNETCORE: 'DOTNET',
  'DOTNET-ISOLATED': 'DOTNET',
  TOMCAT: 'JAVA',
  JBOSSEAP: 'JAVA',
  WILDFLY: 'JAVA',
};
const CONTAINERS = ['DOCKER', 'COMPOSE', 'KUBE', 'SITECONTAINERS'];

/** The runtime that `linuxFxVersion` or `windowsFxVersion` names; none for a container, whose runtime is in its image. */
export function runtimeOfStack(text: string): Runtime | null {
  const [name = '', rest = ''] = text.trim().split('|', 2);
  const upper = name.toUpperCase();
  if (CONTAINERS.includes(upper)) return null;
  const stack = STACKS[upper] ?? upper;
  if (stack !== 'JAVA') return { stack, version: numbersOf(rest) };
  // `TOMCAT|10.1-java17` is Java 17.
  const [, java] = /(?:java|jre|jdk)(\d+)$/i.exec(rest) ?? [];
  return { stack, version: java === undefined ? (upper === 'JAVA' ? javaOf(rest) : null) : [Number(java)] };
}

/** The runtime of a Flex Consumption app, which is a property of the site and not of its configuration. */
export function runtimeOfFunctions(functionAppConfig: Json | undefined): Runtime | null {
  const runtime = isObject(functionAppConfig) ? functionAppConfig.runtime : null;
  if (!isObject(runtime) || typeof runtime.name !== 'string' || typeof runtime.version !== 'string') return null;
  return runtimeOfStack(`${runtime.name}|${runtime.version}`);
}

/**
 * The version of PHP that App Service sets on every app on Windows, also on apps of .NET and Java and on function apps, so it
 * is no runtime of the app (https://github.com/Azure/azure-policy/issues/600).
 */
const SET_BY_PLATFORM = /^5\./;

/** The runtimes in the properties of an app on Windows. .NET Framework is part of Windows and does not count. */
export function runtimesOnWindows(properties: JsonObject): Runtime[] {
  const { phpVersion, pythonVersion, nodeVersion, javaVersion, powerShellVersion, netFrameworkVersion } = properties;
  const named: readonly (readonly [string, Json | undefined])[] = [
    ['PHP', SET_BY_PLATFORM.test(stated(phpVersion) ?? '') ? null : phpVersion],
    ['PYTHON', pythonVersion],
    ['NODE', nodeVersion],
    ['JAVA', javaVersion],
    ['POWERSHELL', powerShellVersion],
  ];
  const runtimes = named.flatMap(([stack, value]) => {
    const text = stated(value);
    return text === null ? [] : [{ stack, version: stack === 'JAVA' ? javaOf(text) : numbersOf(text) }];
  });
  const net = numbersOf(stated(netFrameworkVersion) ?? '');
  return net && (net[0] ?? 0) > 4 ? [...runtimes, { stack: 'DOTNET', version: net }] : runtimes;
}

/** The text of a property; null where it is empty or `off`. */
export function stated(value: Json | undefined): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' || text.toUpperCase() === 'OFF' ? null : text;
}

/** Whether a version gets security fixes, by its entry in the list or compared with the entries of its stack. */
export function supportOf({ stack, version }: Runtime, ends: Readonly<Record<string, string>>, now: Date): Support {
  const known = Object.entries(ends)
    .filter(([key]) => key.startsWith(`${stack}|`))
    .map(([key, until]) => ({ version: numbersOf(key.slice(stack.length + 1)) ?? [], until }));
  if (version === null) return { status: 'unknown' };
  const listed = known
    .filter((one) => one.version.length <= version.length && compare(one.version, version) === 0)
    .sort((a, b) => b.version.length - a.version.length)[0];
  if (listed) {
    const end = Date.parse(`${listed.until}T00:00:00Z`) + DAY_MS;
    return { status: now.getTime() < end ? 'supported' : 'ended', until: listed.until };
  }
  // `3` may be any of them, and a newer version may be newer than the list.
  if (known.some((one) => compare(one.version, version) === 0)) return { status: 'unknown' };
  return { status: known.some((one) => compare(one.version, version) > 0) ? 'older' : 'unknown' };
}

/** `~20`, `v8.0`, `20-lts`, `3.12`: the numbers at the start. */
function numbersOf(text: string): number[] | null {
  const [, numbers] = /^[~v]?(\d{1,9}(?:\.\d{1,9})*)/i.exec(text.trim()) ?? [];
  return numbers === undefined ? null : numbers.split('.').map(Number);
}

/** Java 8 and older are also written as 1.8. */
function javaOf(text: string): number[] | null {
  const numbers = numbersOf(text);
  return numbers && numbers[0] === 1 && numbers.length > 1 ? numbers.slice(1) : numbers;
}

/** Compares the numbers that both have. */
function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((number, index) => b[index] !== undefined && number !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
