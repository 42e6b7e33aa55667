import { operatingSystemOf } from '../../domain/resources/hosting.ts';
import { bodyOf } from '../../domain/resources/snapshot.ts';
import { notApplicable, unknown, unreadResult } from '../../domain/rules/rule.ts';
import { WEB_CONFIG } from '../checks/app-service/web-config.ts';
import { defineSwitch } from '../checks/documents/switch.ts';

export const rule = defineSwitch(WEB_CONFIG, {
  id: 'webapp-websockets',
  title: 'WebSockets are off unless needed',
  why: 'An open WebSocket is not checked like each request, so an app that does not use WebSockets should not accept them.',
  fix: 'Sets `webSocketsEnabled` of the configuration to false.',
  risk: 'Apps with SignalR or WebSockets stop working, or fall back to polling.',
  differs:
    'Of the scanners only AzTS checks it. It is in the strict profile, because the guide names it. On Linux WebSockets are always on and the setting has no effect, so Linux apps are excluded.',
  harm: 'lost-traffic',
  severity: 'info',
  profile: 'strict',
  references: { AzTS: ['Azure_AppService_Config_Disable_Web_Sockets'] },
  leaf: 'webSocketsEnabled',
  value: false,
  whenUnset: false,
  right: 'WebSockets are off',
  wrong: 'WebSockets are on',
  azurerm: { websockets_enabled: false },
  // https://learn.microsoft.com/troubleshoot/azure/app-service/faqs-app-service-linux
  except: (snapshot) =>
    operatingSystemOf(snapshot) === 'linux'
      ? notApplicable('The app runs on Linux, where WebSockets are always on, whatever the setting says.')
      : null,
  refine(found, snapshot) {
    if (operatingSystemOf(snapshot) !== null) return found;
    return bodyOf(snapshot, 'resource')
      ? unknown('Whether the app runs on Windows was not said.')
      : unreadResult(snapshot, 'resource');
  },
});
