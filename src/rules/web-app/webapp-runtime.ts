import * as z from 'zod';
import {
  type CheckResult,
  compliant,
  defineAdvice,
  notApplicable,
  unknown,
  violation,
} from '../../domain/rules/rule.ts';
import { hostedElsewhere } from '../checks/app-service/hosting.ts';
import { END_OF_SUPPORT, type Runtime, supportOf } from '../checks/app-service/runtime-versions.ts';
import { stackOf } from '../checks/app-service/stack.ts';
import { WEB_CONFIG_DOCUMENTS } from '../checks/app-service/web-config.ts';
import { type Setting, siteConfigSource } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const NODE: Setting = { document: 'config/web', path: '/properties/linuxFxVersion', to: 'NODE|24-lts' };

const parameters = z.object({
  endOfSupport: z
    .record(
      z.string().regex(/^[A-Z]{1,30}\|\d{1,9}(\.\d{1,9}){0,3}$/, 'must be a stack and a version, like NODE|22'),
      z.iso.date(),
    )
    .prefault({})
    .transform((given) => ({ ...END_OF_SUPPORT, ...given }))
    .describe(
      'The last day of support by stack and version, such as `NODE|22`. What is given is added to the built-in list of 2026-08-22, or takes the place of its dates.',
    ),
});

export const rule = defineAdvice({
  id: 'webapp-runtime',
  title: 'Runtime stack version is supported (.NET, PHP, Python, Java, Node)',
  why: 'A runtime without security fixes keeps every vulnerability that is found in it.',
  risk: 'Another version of the runtime is a change of code: the app has to be tested with it.',
  differs:
    'Azure Policy asks for one exact version, and others for the latest. Here every version passes that still gets security fixes, by a list with dates that operators can extend. PHP 5 on a Windows app is not checked: App Service sets it on apps of every stack.',
  severity: 'medium',
  documents: WEB_CONFIG_DOCUMENTS,
  parameters,
  references: {
    'Azure Policy': [
      '7261b898-8a84-4db8-9e04-18527132abb3',
      '7008174a-fd10-4ef0-817e-fc820a951d73',
      '496223c3-ad65-4ecd-878a-bae78737e9ed',
    ],
    'Azure Policy (slots)': [
      'f466b2a6-823d-470d-8ea5-b031e72d79ae',
      '9c014953-ef68-4a98-82af-fd0f6b2306c8',
      '46dad49f-8945-44d7-9bb1-2e1542f627d3',
    ],
    MCSB: ['PV-2'],
    'CIS Foundations 1.3, 1.4, 2.0': ['9.6', '9.7', '9.8'],
    'CIS Foundations 2.1': ['9.5', '9.6', '9.7'],
    'CIS Foundations 3.0': ['9.7', '9.8', '9.9'],
    PSRule: [
      'Azure.AppService.NETVersion (AZR-000075)',
      'Azure.AppService.PHPVersion (AZR-000076)',
      'Azure.AppService.NodeJsVersion (AZR-000428)',
    ],
    Prowler: [
      'app_ensure_php_version_is_latest',
      'app_ensure_python_version_is_latest',
      'app_ensure_java_version_is_latest',
    ],
    Checkov: ['CKV_AZURE_80', 'CKV_AZURE_81', 'CKV_AZURE_82', 'CKV_AZURE_83'],
  },
  check(snapshot, { endOfSupport }, now) {
    const elsewhere = hostedElsewhere(snapshot);
    if (elsewhere) return elsewhere;
    const stack = stackOf(snapshot);
    switch (stack.is) {
      case 'code':
        return judgeRuntimes(stack.runtimes, endOfSupport, now);
      case 'container':
        return notApplicable('The runtime is part of the container image.');
      case 'none':
        return notApplicable('The app has no runtime stack.');
      case 'unknown':
        return stack.judgement;
    }
  },
  source: () => siteConfigSource([NODE], { application_stack: new Block({ node_version: '24-lts' }) }),
});

function judgeRuntimes(runtimes: readonly Runtime[], ends: Readonly<Record<string, string>>, now: Date): CheckResult {
  const found = runtimes.map((runtime) => ({ runtime, support: supportOf(runtime, ends, now) }));
  const wrong = found.filter(({ support }) => support.status === 'ended' || support.status === 'older');
  if (wrong.length > 0) {
    const reasons = wrong.map(({ runtime, support }) =>
      'until' in support
        ? `${nameOf(runtime)} gets no security fixes since ${support.until}`
        : `${nameOf(runtime)} is older than what gets security fixes`,
    );
    return violation(`${reasons.join('; ')}.`);
  }
  const invalid = found.find(({ support }) => support.status === 'unknown');
  if (invalid) return unknown(`The list of ends of support does not tell of ${nameOf(invalid.runtime)}.`);
  return compliant(`${runtimes.map(nameOf).join(', ')} gets security fixes.`);
}

const NAMES: Readonly<Record<string, string>> = {
  DOTNET: '.NET',
  NODE: 'Node.js',
  PYTHON: 'Python',
  PHP: 'PHP',
  JAVA: 'Java',
  POWERSHELL: 'PowerShell',
};

function nameOf({ stack, version }: Runtime): string {
  const name = NAMES[stack] ?? 'this stack';
  return version ? `${name} ${version.join('.')}` : `${name} without a version`;
}
