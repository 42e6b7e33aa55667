/** Where built-in authentication is declared. azurerm has no resource for that of a container app. */
import type { Source } from '../domain/rule.ts';
import { Block, type Body, declared, Expression } from './source-lines.ts';

export function siteAuthSource(properties: Body, authSettings: Body): Source {
  return declared({
    type: 'Microsoft.Web/sites/config@2025-03-01',
    body: { parent: new Expression('site'), name: 'authsettingsV2', properties },
    azurerm: {
      resource: 'azurerm_linux_web_app',
      also: 'azurerm_windows_web_app',
      body: { auth_settings_v2: new Block(authSettings) },
    },
  });
}

/** `there`: whether the app has settings already, which these lines then add to. */
export function containerAuthSource(properties: Body, there: boolean): Source {
  return declared({
    type: 'Microsoft.App/containerApps/authConfigs@2026-07-01',
    name: 'auth',
    body: { parent: new Expression('app'), name: 'current', properties },
    azurerm: null,
    ...(there ? { updates: 'format("%s/authConfigs/current", azurerm_container_app.app.id)' } : {}),
  });
}
