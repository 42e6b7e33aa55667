import { isObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeConfiguration } from '../checks/container-apps/app-configuration.ts';
import { truthOf } from '../checks/documents/leaves.ts';
import { containerAppSource, type Setting } from '../declare/declarations.ts';

const LOGGED: Setting = { document: 'resource', path: '/properties/configuration/dapr/enableApiLogging', to: true };

export const rule = defineAdvice({
  id: 'containerapp-dapr-api-logging',
  title: 'Dapr API logging on for Dapr apps',
  why: 'The API log of the Dapr sidecar shows the requests of an app to state stores, topics, secrets and other apps.',
  risk: 'Every call through Dapr becomes a line in the log, and many lines cost money.',
  differs: 'No other authority asks for it. It is the only trace of calls that pass through the sidecar.',
  severity: 'info',
  profile: 'strict',
  references: { MCSB: ['LT-3'] },
  check: (snapshot) =>
    judgeConfiguration(snapshot, ({ dapr = null }) => {
      if (dapr === null) return compliant('The app does not use Dapr.');
      if (!isObject(dapr)) return unknown('The Dapr configuration is no object.');
      const enabled = truthOf(dapr.enabled ?? false);
      const logging = truthOf(dapr.enableApiLogging ?? false);
      if (enabled === false) return compliant('Dapr is off.');
      if (logging) return compliant('Calls through Dapr are logged.');
      if (enabled === null || logging === null) return unknown('A switch of Dapr is neither true nor false.');
      return violation('Dapr is on, and calls through it are not logged.');
    }),
  source: () => containerAppSource([LOGGED], null),
});
