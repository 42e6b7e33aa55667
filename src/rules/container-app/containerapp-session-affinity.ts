import { unknown } from '../../domain/rules/rule.ts';
import { type Section, sectionOf } from '../checks/documents/sections.ts';
import { defineSwitch } from '../checks/documents/switch.ts';
import { HTTP_INGRESS } from '../checks/network/ingress.ts';

const STICKY_SESSIONS: Section = {
  ...HTTP_INGRESS,
  path: `${HTTP_INGRESS.path}/stickySessions`,
  judge: (snapshot, judge) =>
    HTTP_INGRESS.judge(snapshot, ({ stickySessions }) => {
      const sessions = sectionOf(stickySessions);
      return sessions ? judge(sessions) : unknown('The sticky sessions have a form that nobody knows.');
    }),
};

export const rule = defineSwitch(STICKY_SESSIONS, {
  id: 'containerapp-session-affinity',
  title: 'Sticky sessions are off',
  why: 'Sticky sessions keep a visitor on one replica. So the load is uneven, and sessions are lost when a replica ends.',
  fix: 'Sets the affinity of the sticky sessions to none.',
  risk: 'An app that keeps sessions in the memory of a replica loses them between requests.',
  harm: '4xx',
  severity: 'info',
  profile: 'strict',
  references: { PSRule: ['Azure.ContainerApp.DisableAffinity (AZR-000378)'], azqr: ['ca-011'] },
  leaf: 'affinity',
  value: 'none',
  whenUnset: 'none',
  right: (affinity) =>
    affinity === null
      ? 'Sticky sessions are off, as they are unless somebody asks for them.'
      : 'Sticky sessions are off.',
  wrong: () => 'Sticky sessions keep visitors on one replica.',
  unclear: 'The affinity of the sticky sessions is no text.',
  azurerm: null,
});
