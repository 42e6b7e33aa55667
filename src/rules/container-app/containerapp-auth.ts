/** An app that answers everybody and has no built-in authentication leaves it to its own code to know who is asking. */
import * as z from 'zod';
import { defineRule, judgeProperties, notApplicable, unknown } from '../../domain/rule.ts';
import { stateOf } from '../../domain/snapshot.ts';
import { judgeAuthentication } from '../easy-auth.ts';
import { containerAuthSource } from '../easy-auth-source.ts';
import { isExternal, judgeHttpIngress } from '../ingress.ts';
import { publicWayOfApp } from '../reach.ts';
import { referencesOf } from '../references.ts';
import type { Body } from '../source-lines.ts';

/** Where no provider is registered, switching it on is not enough. */
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
  version: 1,
  title: 'Built-in authentication is enabled',
  why: 'Authentication in front of the app turns strangers away before they reach its code, whatever that forgets to check.',
  fix: 'Puts the authentication settings as they are, with `platform.enabled` true.',
  risk: 'Who calls the app without signing in is sent to the provider or refused; without a provider that would be everybody.',
  differs:
    'Azure Policy passes as soon as authentication is on. Here a provider must be registered as well, for nobody can sign in without one, and apps that are not on the internet are left out.',
  severity: 'low',
  tier: 'risky',
  profile: 'baseline',
  kind: 'container-app',
  reversible: true,
  documents: ['resource', 'environment', 'authConfigs/current'],
  writes: ['authConfigs/current'],
  parameters: z.object({}),
  references: referencesOf({
    'Azure Policy': ['2b585559-a78e-4cc4-b1aa-fb169d2f6b96'],
    MCSB: ['IM-1'],
  }),
  check(snapshot) {
    return judgeHttpIngress(snapshot, (ingress) => {
      if (typeof (ingress.external ?? false) !== 'boolean')
        return unknown('Whether the ingress is external is not known.');
      if (!isExternal(ingress)) return notApplicable('The ingress is internal.');
      // Where that is not known, authentication is judged all the same: it says nothing of the internet.
      const { is, why } = publicWayOfApp(snapshot);
      if (is === 'closed') return notApplicable(`The app is not on the internet. ${why}`);
      if (stateOf(snapshot, 'authConfigs/current').status === 'missing') {
        return { verdict: 'violation', reason: 'Authentication has never been configured.', changes: [] };
      }
      return judgeProperties(snapshot, 'authConfigs/current', (properties) =>
        judgeAuthentication('authConfigs/current', properties),
      );
    });
  },
  source(changes) {
    const there = changes.length > 0;
    return containerAuthSource({ platform: { enabled: true }, ...(there ? {} : PROVIDER) }, there);
  },
});
