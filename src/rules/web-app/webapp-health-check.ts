/** Without a path to ask, the platform sends visitors to an instance that no longer works. */
import type { JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, type Judgement, unknown } from '../../domain/rule.ts';
import { isFunctionApp } from '../../domain/snapshot.ts';
import { judgeWithPlan } from '../plan-features.ts';
import { referencesOf } from '../references.ts';
import { type Setting, siteConfigSource } from '../sources.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

const PATH: Setting = { document: 'config/web', path: '/properties/healthCheckPath', to: '/healthz' };

export const rule = defineAdvice({
  id: 'webapp-health-check',
  version: 1,
  title: 'Health check path is set',
  why: 'The platform asks this path of every instance and stops sending visitors to one that does not answer.',
  risk: 'Only who knows the application knows the path: a wrong one takes healthy instances out of service.',
  differs:
    'PSRule also asks for a path that is longer than `/`. The start page may be what an owner wants to be asked for, so it is compliant here.',
  severity: 'low',
  profile: 'baseline',
  kind: 'web-app',
  documents: WEB_CONFIG_DOCUMENTS,
  references: referencesOf({
    PSRule: ['Azure.AppService.WebProbe (AZR-000079)', 'Azure.AppService.WebProbePath (AZR-000080)'],
    Checkov: ['CKV_AZURE_213'],
  }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      const judge = () => judgePath(properties);
      return isFunctionApp(snapshot) ? judgeWithPlan(snapshot, 'healthCheckOfFunctions', judge) : judge();
    });
  },
  source: () => siteConfigSource([PATH], { health_check_path: PATH.to, health_check_eviction_time_in_min: 5 }),
});

function judgePath({ healthCheckPath }: JsonObject): Judgement {
  const path = healthCheckPath ?? '';
  if (typeof path !== 'string') return unknown('healthCheckPath is no path.');
  if (path.trim() !== '') return compliant('The platform asks a path of every instance whether it works.');
  return {
    verdict: 'violation',
    reason: 'No health check path is set: instances that no longer work keep getting requests.',
    changes: [],
  };
}
