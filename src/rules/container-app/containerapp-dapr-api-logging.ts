/** Without its API log nobody sees which app called what through Dapr. */
import { isObject } from '../../domain/json.ts';
import { compliant, defineAdvice, unknown } from '../../domain/rule.ts';
import { judgeConfiguration } from '../app-configuration.ts';
import { referencesOf } from '../references.ts';
import { containerAppSource, type Setting } from '../sources.ts';
import { truthOf } from '../switch.ts';

const LOGGED: Setting = { document: 'resource', path: '/properties/configuration/dapr/enableApiLogging', to: true };

export const rule = defineAdvice({
  id: 'containerapp-dapr-api-logging',
  version: 1,
  title: 'Dapr API logging on for Dapr apps',
  why: 'The API log of the Dapr sidecar shows what an app asked of state stores, topics, secrets and other apps.',
  risk: 'Every call through Dapr becomes a line in the log, which costs where there are many.',
  differs: 'No other authority asks for it. It is the only trace of calls that pass through the sidecar.',
  severity: 'info',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource'],
  references: referencesOf({ MCSB: ['LT-3'] }),
  check(snapshot) {
    return judgeConfiguration(snapshot, ({ dapr = null }) => {
      if (dapr === null) return compliant('The app does not use Dapr.');
      if (!isObject(dapr)) return unknown('The Dapr configuration is no object.');
      const enabled = truthOf(dapr.enabled ?? false);
      const logging = truthOf(dapr.enableApiLogging ?? false);
      if (enabled === false) return compliant('Dapr is off.');
      if (logging) return compliant('Calls through Dapr are logged.');
      if (enabled === null || logging === null) return unknown('A switch of Dapr is neither true nor false.');
      return { verdict: 'violation', reason: 'Dapr is on, and calls through it are not logged.', changes: [] };
    });
  },
  source: () => containerAppSource([LOGGED], null),
});
