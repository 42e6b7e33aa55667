/**
 * A protocol that an app does not use is one more way to reach it. The switch is for Windows only
 * (https://learn.microsoft.com/troubleshoot/azure/app-service/faqs-app-service-linux).
 */
import * as z from 'zod';
import { systemOf } from '../../domain/hosting.ts';
import { defineRule, notApplicable, notRead, unknown } from '../../domain/rule.ts';
import { bodyOf } from '../../domain/snapshot.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

const OFF: Setting = { document: 'config/web', path: '/properties/webSocketsEnabled', to: false };

export const rule = defineRule({
  id: 'webapp-websockets',
  version: 1,
  title: 'WebSockets are off unless needed',
  why: 'A WebSocket stays open past the checks that every request goes through, so an app that does not use any should take none.',
  fix: 'Sets `webSocketsEnabled` of the configuration to false.',
  risk: 'Apps with SignalR or WebSockets stop working, or fall back to polling.',
  differs:
    'Of the scanners only AzTS asks for it. It is here, in the strict profile, because the guide names it. On Linux WebSockets are always on and the setting does nothing, so apps there are left out.',
  severity: 'info',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({ AzTS: ['Azure_AppService_Config_Disable_Web_Sockets'] }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      if (systemOf(snapshot) === 'linux') {
        return notApplicable('The app runs on Linux, where WebSockets are always on, whatever the setting says.');
      }
      const judgement = judgeSwitch(properties, {
        document: 'config/web',
        name: 'webSocketsEnabled',
        wanted: false,
        otherwise: false,
        right: 'WebSockets are off',
        wrong: 'WebSockets are on',
      });
      if (judgement.verdict !== 'violation' || systemOf(snapshot) !== null) return judgement;
      return bodyOf(snapshot, 'resource')
        ? unknown('Whether the app runs on Windows was not said.')
        : notRead(snapshot, 'resource');
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, OFF), { websockets_enabled: false }),
});
