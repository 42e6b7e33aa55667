import { stateOf } from '../../domain/resources/snapshot.ts';
import { defineRule, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { checkProperties } from '../checks/documents/sections.ts';
import { containerAuthSource, judgeAuthentication } from '../checks/identity/easy-auth.ts';
import { isExternal, judgeHttpIngress } from '../checks/network/ingress.ts';
import { publicAccessOfApp } from '../checks/network/reach.ts';
import type { Body } from '../declare/printers.ts';

/** Recommended where no provider is registered. */
const PROVIDER: Body = {
  globalValidation: { unauthenticatedClientAction: 'RedirectToLoginPage' },
  identityProviders: {
    azureActiveDirectory: {
      registration: { clientId: '<id of the app registration>', openIdIssuer: '<issuer of the tenant>' },
    },
  },
};

export const rule = defineRule({
  id: 'containerapp-auth',
  title: 'Built-in authentication is enabled',
  why: 'Authentication in front of the app refuses unknown callers before they reach its code, also when the code has no check.',
  fix: 'Writes the authentication settings unchanged, except for `platform.enabled`, which becomes true.',
  risk: 'Callers who are not signed in are redirected to the provider or refused; without a provider that would be every caller.',
  differs:
    'Azure Policy passes as soon as authentication is on. Here a provider must also be registered, because nobody can sign in without one, and apps that are not on the internet are excluded.',
  severity: 'low',
  documents: ['resource', 'environment', 'authConfigs/current'],
  writes: ['authConfigs/current'],
  references: {
    'Azure Policy': ['2b585559-a78e-4cc4-b1aa-fb169d2f6b96'],
    MCSB: ['IM-1'],
  },
  check: (snapshot) =>
    judgeHttpIngress(snapshot, (ingress) => {
      if (typeof (ingress.external ?? false) !== 'boolean')
        return unknown('Whether the ingress is external is not known.');
      if (!isExternal(ingress)) return notApplicable('The ingress is internal.');
      // Unknown public access is no reason to skip the check: authentication does not depend on it.
      const { is, why } = publicAccessOfApp(snapshot);
      if (is === 'closed') return notApplicable(`The app is not on the internet. ${why}`);
      if (stateOf(snapshot, 'authConfigs/current').status === 'missing') {
        return violation('Authentication has never been configured.');
      }
      return checkProperties(snapshot, 'authConfigs/current', (properties) =>
        judgeAuthentication('authConfigs/current', properties),
      );
    }),
  source(changes) {
    const there = changes.length > 0;
    return containerAuthSource({ platform: { enabled: true }, ...(there ? {} : PROVIDER) }, there);
  },
});
