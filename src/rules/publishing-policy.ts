/** Whether a site takes its publishing user and password, for FTP or for the SCM site. */
import { compliant, type Judgement, judgeProperties, type Source, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { hostedElsewhere } from './hosting.ts';
import { declared, Expression } from './source-lines.ts';
import { truthOf } from './switch.ts';

/** The policy always exists and its default is to allow, so only an explicit false is right. */
export function judgePublishingPolicy(snapshot: Snapshot, which: 'ftp' | 'scm'): Judgement {
  const document = `basicPublishingCredentialsPolicies/${which}` as const;
  const elsewhere = hostedElsewhere(snapshot);
  if (elsewhere) return elsewhere;
  return judgeProperties(snapshot, document, ({ allow }) => {
    const allowed = truthOf(allow ?? true);
    if (allowed === null) return unknown('allow is neither true nor false.');
    if (!allowed) return compliant(`Publishing to ${which.toUpperCase()} with a password is off.`);
    return {
      verdict: 'violation',
      reason: `Anyone with the publishing password may publish (${which.toUpperCase()}).`,
      changes: [{ document, path: '/properties/allow', from: allow ?? null, to: false }],
    };
  });
}

export function publishingPolicySource(which: 'ftp' | 'scm', attribute: string): Source {
  return declared({
    type: 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01',
    body: { parent: new Expression('site'), name: which, properties: { allow: false } },
    azurerm: { resource: 'azurerm_linux_web_app', also: 'azurerm_windows_web_app', body: { [attribute]: false } },
  });
}
