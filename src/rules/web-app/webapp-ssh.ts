import { operatingSystemOf } from '../../domain/resources/hosting.ts';
import { notApplicable, unknown } from '../../domain/rules/rule.ts';
import { SITE } from '../checks/app-service/hosting.ts';
import { lackedByPlan } from '../checks/app-service/plan-features.ts';
import { isWindowsContainer } from '../checks/app-service/stack.ts';
import { onlyByPerson, PATCH_RISK } from '../checks/app-service/unpublished-properties.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(SITE, {
  id: 'webapp-ssh',
  title: 'SSH to the container is disabled',
  why: 'A shell in the container has access to everything that the app has, including its secrets, and its use is in no log of the app.',
  fix: 'Sets `sshEnabled` of the site to false.',
  risk: `Operators lose the SSH console of the portal. ${PATCH_RISK}`,
  differs:
    'The policies check every app. On Windows only apps in a container have an SSH shell, and it is not documented whether this setting applies to them, so only Linux apps are checked.',
  harm: 'invisible',
  severity: 'low',
  profile: 'strict',
  references: {
    'Azure Policy': ['25255ddf-ef4f-4283-975a-5590ad111bba'],
    'Azure Policy (slots)': ['a88d589f-2b09-4b50-8998-9a4e71d7b746'],
  },
  documents: ['resource', 'plan'],
  leaf: 'sshEnabled',
  value: false,
  // SSH is on where the property is not set, as on most apps, which are older than it.
  whenUnset: true,
  right: 'SSH to the container is off',
  wrong: 'SSH to the container is not switched off',
  azurerm: null,
  except(snapshot) {
    const lacked = lackedByPlan(snapshot, 'ssh');
    if (lacked) return lacked;
    return operatingSystemOf(snapshot) === 'windows' && !isWindowsContainer(snapshot)
      ? notApplicable('The app runs on Windows and in no container, so there is nothing that SSH reaches.')
      : null;
  },
  refine(found, snapshot) {
    const system = operatingSystemOf(snapshot);
    if (system === 'linux') return onlyByPerson(found);
    return unknown(
      system === null
        ? 'Whether the app runs on Linux was not said.'
        : 'Whether this switches off the shell of a container on Windows is not documented.',
    );
  },
});
