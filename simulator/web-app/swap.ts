// A swap of two slots of an app: what belongs to the code changes sides, what belongs to the slot stays
// (learn.microsoft.com/azure/app-service/deploy-staging-slots). Which members of config/web that are, is unverified.

import { ArmError, errors } from '../arm/errors.ts';
import type { StoredResource } from '../estate/estate-store.ts';
import type { Effect, Place } from '../estate/place.ts';
import { asObject, type JsonObject, member } from '../json/json.ts';
import { touched } from './writes.ts';

/** Of config/web: stacks and versions, the start of the app, its paths, and how it is debugged and watched. */
const SWAPPED = [
  'appCommandLine',
  'autoHealEnabled',
  'autoHealRules',
  'defaultDocuments',
  'documentRoot',
  'handlerMappings',
  'healthCheckPath',
  'http20Enabled',
  'javaContainer',
  'javaContainerVersion',
  'javaVersion',
  'linuxFxVersion',
  'managedPipelineMode',
  'netFrameworkVersion',
  'nodeVersion',
  'phpVersion',
  'powerShellVersion',
  'pythonVersion',
  'remoteDebuggingEnabled',
  'remoteDebuggingVersion',
  'use32BitWorkerProcess',
  'virtualApplications',
  'webSocketsEnabled',
  'windowsFxVersion',
];
const SETTINGS = { appsettings: 'appSettingNames', connectionstrings: 'connectionStringNames' };

/**
 * POST slotsswap with `{ targetSlot }`: `production`, or a slot of the same app. Here it is over at once; Azure answers 202.
 */
export function swapSlots(place: Place, body: unknown): Effect {
  const { estate, resource } = place;
  const site = resource.id.replace(/\/slots\/[^/]+$/i, '');
  const name = String(member(body, 'targetSlot') ?? 'production');
  const target = estate.find(name.toLowerCase() === 'production' ? site : `${site}/slots/${name}`);
  if (!target || target.id.toLowerCase() === resource.id.toLowerCase()) {
    throw new ArmError(errors.badRequest('BadRequest', `The slot '${name}' is none to swap with.`)); // wording unverified
  }
  const sticky = asObject(estate.find(site)?.documents.get('hidden/config/slotConfigNames'));
  return {
    status: 200,
    documents: takenFrom(target, resource, sticky),
    beside: { resource: target, documents: takenFrom(resource, target, sticky) },
    answer: undefined,
  };
}

/** What `to` has after the swap, of both. */
function takenFrom(from: StoredResource, to: StoredResource, sticky: JsonObject): Record<string, unknown> {
  const configuration = asObject(to.documents.get('config/web'));
  const [own, other] = [configuration, asObject(from.documents.get('config/web'))].map((one) =>
    asObject(one.properties),
  );
  const moved = Object.fromEntries(SWAPPED.map((name) => [name, other?.[name] ?? null]));
  const settings = Object.entries(SETTINGS).map(([name, names]) => {
    const document = `hidden/config/${name}`;
    return [document, settingsAfter(from.documents.get(document), to.documents.get(document), sticky[names])];
  });
  return {
    'config/web': { ...configuration, properties: { ...own, ...moved } },
    ...Object.fromEntries(settings),
    resource: touched(to.documents.get('resource')),
  };
}

function settingsAfter(from: unknown, to: unknown, sticky: unknown): JsonObject {
  const stays = (name: string) => Array.isArray(sticky) && sticky.includes(name);
  const come = Object.entries(asObject(from)).filter(([name]) => !stays(name));
  const stay = Object.entries(asObject(to)).filter(([name]) => stays(name));
  return Object.fromEntries([...come, ...stay]);
}
