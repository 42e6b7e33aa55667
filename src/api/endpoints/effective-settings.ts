/** The settings that apply to a scope. */
import * as z from 'zod';
import { resourceScope } from '../../domain/resources/resource.ts';
import { effectiveSettings, effectiveSettingsOf } from '../../domain/rules/effective-settings.ts';
import { loadSettings } from '../../workflows/settings/change-settings.ts';
import { defineEndpoint } from '../framework/endpoint.ts';

export const getEffectiveSettings = defineEndpoint({
  name: 'getEffectiveSettings',
  method: 'GET',
  route: 'settings/effective',
  summary: 'Each setting as it applies to a resource or a scope, and where it comes from.',
  role: 'Plumbline.Reader',
  query: z.strictObject({ resource: resourceScope }),
  result: effectiveSettings,
  async handle({ deps, query: { resource } }) {
    const { settings, revision } = await loadSettings(deps);
    const body = effectiveSettingsOf(resource, {
      ...{ settings, isStored: revision > 0, rules: deps.rules, now: deps.clock.now() },
      defaults: { workspaceId: deps.options.workspaceId },
      environment: { workspaceId: 'PLUMBLINE_WORKSPACE_ID' },
    });
    return { body };
  },
});
