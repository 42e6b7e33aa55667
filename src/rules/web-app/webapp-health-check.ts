import type { JsonObject } from '../../domain/resources/json.ts';
import { isFunctionApp } from '../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, defineAdvice, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeWithPlan } from '../checks/app-service/plan-features.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../checks/app-service/web-config.ts';
import { type Setting, siteConfigSource } from '../declare/declarations.ts';

const PATH: Setting = { document: 'config/web', path: '/properties/healthCheckPath', to: '/healthz' };

export const rule = defineAdvice({
  id: 'webapp-health-check',
  title: 'Health check path is set',
  why: 'The platform requests this path from every instance, and sends no visitors to an instance that does not answer.',
  risk: 'Only the owner knows the path: a wrong path takes healthy instances out of service.',
  differs:
    'PSRule also asks for a path that is longer than `/`. The owner may want to use the start page, so it is compliant here.',
  severity: 'low',
  documents: WEB_CONFIG_DOCUMENTS,
  references: {
    PSRule: ['Azure.AppService.WebProbe (AZR-000079)', 'Azure.AppService.WebProbePath (AZR-000080)'],
    Checkov: ['CKV_AZURE_213'],
  },
  check: (snapshot) =>
    judgeWebConfig(snapshot, (properties) => {
      const judge = () => judgePath(properties);
      return isFunctionApp(snapshot) ? judgeWithPlan(snapshot, 'healthCheckOfFunctions', judge) : judge();
    }),
  source: () => siteConfigSource([PATH], { health_check_path: PATH.to, health_check_eviction_time_in_min: 5 }),
});

function judgePath({ healthCheckPath }: JsonObject): CheckResult {
  const path = healthCheckPath ?? '';
  if (typeof path !== 'string') return unknown('healthCheckPath is no path.');
  if (path.trim() !== '') return compliant('The platform asks a path of every instance whether it works.');
  return violation('No health check path is set: instances that no longer work keep getting requests.');
}
