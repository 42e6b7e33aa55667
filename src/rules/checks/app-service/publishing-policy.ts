/** Whether a site takes its publishing user and password, for FTP or for the SCM site. */
import { webAppOf } from '../../declare/declarations.ts';
import { declared, Expression } from '../../declare/printers.ts';
import { checkProperties, type Section } from '../documents/sections.ts';
import type { Switch } from '../documents/switch.ts';
import { hostedElsewhere } from './hosting.ts';

/** The policy of a site for one way to publish. */
export function publishingPolicy(name: 'ftp' | 'scm'): Section {
  const document = `basicPublishingCredentialsPolicies/${name}` as const;
  return {
    document,
    path: '/properties',
    documents: ['resource', document],
    judge: (snapshot, judge) => hostedElsewhere(snapshot) ?? checkProperties(snapshot, document, judge),
    declare: (_, attributes) =>
      declared({
        type: 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01',
        body: { parent: new Expression('site'), name, properties: { allow: false } },
        azurerm: attributes && webAppOf(attributes),
      }),
  };
}

/** The switch of a policy. A policy always exists and allows by default, so only an explicit false is right. */
export function publishingSwitch(name: 'FTP' | 'SCM'): Switch {
  return {
    leaf: 'allow',
    value: false,
    whenUnset: true,
    right: `Publishing to ${name} with a password is off`,
    wrong: () => `Anyone with the publishing password may publish (${name}).`,
  };
}
