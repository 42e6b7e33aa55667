/** Whether a site takes its publishing user and password, for FTP or for the SCM site. */
import { compliant, type Judgement, judgeProperties, type Source } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';

/** The policy always exists and its default is to allow, so only an explicit false is right. */
export function judgePublishingPolicy(snapshot: Snapshot, which: 'ftp' | 'scm'): Judgement {
  const document = `basicPublishingCredentialsPolicies/${which}` as const;
  return judgeProperties(snapshot, document, ({ allow }) => {
    if (allow === false) return compliant(`Publishing to ${which.toUpperCase()} with a password is off.`);
    return {
      verdict: 'violation',
      reason: `Anyone with the publishing password may publish (${which.toUpperCase()}).`,
      changes: [{ document, path: '/properties/allow', from: allow ?? null, to: false }],
    };
  });
}

export function publishingPolicySource(which: 'ftp' | 'scm', terraformAttribute: string): Source {
  return {
    bicep: [
      `resource ${which}Publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {`,
      '  parent: site',
      `  name: '${which}'`,
      '  properties: { allow: false }',
      '}',
    ].join('\n'),
    terraform: `# azurerm_linux_web_app / azurerm_windows_web_app\n${terraformAttribute} = false`,
  };
}
