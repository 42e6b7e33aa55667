/** A protocol that an app does not use is one more way to reach it. */
import * as z from 'zod';
import { defineRule } from '../../domain/rule.ts';
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
  differs: 'Of the scanners only AzTS asks for it. It is here, in the strict profile, because the guide names it.',
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
    return judgeWebConfig(snapshot, (properties) =>
      judgeSwitch(properties, {
        document: 'config/web',
        name: 'webSocketsEnabled',
        wanted: false,
        otherwise: false,
        right: 'WebSockets are off',
        wrong: 'WebSockets are on',
      }),
    );
  },
  source: (changes) => siteConfigSource(settingsOf(changes, OFF), { websockets_enabled: false }),
});
