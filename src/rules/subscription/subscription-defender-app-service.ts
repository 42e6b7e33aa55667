import { defineAdvice } from '../../domain/rules/rule.ts';
import { judgePlans, plansSource } from '../checks/governance/defender-plans.ts';

export const rule = defineAdvice({
  id: 'subscription-defender-app-service',
  title: 'Defender for App Service plan is on',
  why: 'Defender for App Service searches the logs of all web apps of a subscription for known attacks, and finds names that point to deleted apps.',
  risk: 'It is bought for the whole subscription, with a price per instance of every plan, so a person has to decide it.',
  severity: 'high',
  profile: 'strict',
  documents: ['subscription/pricings/AppServices'],
  references: {
    'Azure Policy': ['2913021d-f2fd-4f3d-b958-22354e2bdbcb'],
    'Azure Policy (fix)': ['b40e7bcd-a1e5-47fe-b9cf-2f534d0bfb7d'],
    MCSB: ['LT-1', 'LT-2', 'IR-3', 'IR-5'],
    'CIS Foundations 2.0, 2.1': ['2.1.2'],
    'CIS Foundations 3.0': ['3.1.6.1'],
    'CIS Foundations 4.0': ['9.1.6.1'],
    'CIS Foundations 5.0, 6.0': ['8.1.6.1'],
    PSRule: ['Azure.Defender.AppServices (AZR-000295)'],
    Prowler: ['defender_ensure_defender_for_app_services_is_on'],
  },
  check: (snapshot) => judgePlans(snapshot, ['AppServices']),
  source: () => plansSource(['AppServices']),
});
