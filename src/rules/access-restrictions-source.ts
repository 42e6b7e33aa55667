/** Access restrictions as azurerm declares them: a block for each rule, and an attribute for each kind of address. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { addressesIn } from './access-restrictions.ts';
import { Block, type Body } from './source-lines.ts';

/** The blocks `ip_restriction` of a list of rules. */
export function restrictionBlocks(rules: Json): Block[] {
  return Array.isArray(rules) ? rules.filter(isObject).map((rule) => new Block(blockOf(rule))) : [];
}

function blockOf({ name, priority, action, description, headers, ...from }: JsonObject): Body {
  return { ...given({ name, description, priority, action }), ...addressOf(from), ...headersOf(headers) };
}

function addressOf({ tag, vnetSubnetResourceId, ...from }: JsonObject): Body {
  const isTag = typeof tag === 'string' && tag.toLowerCase() === 'servicetag';
  return given({
    [isTag ? 'service_tag' : 'ip_address']: addressesIn(from).join(',') || null,
    virtual_network_subnet_id: vnetSubnetResourceId,
  });
}

/** `x-azure-fdid` is `x_azure_fdid` there. */
function headersOf(headers: Json | undefined): Body {
  if (!isObject(headers) || Object.keys(headers).length === 0) return {};
  const named = Object.entries(headers).map(([name, values]) => [name.toLowerCase().replaceAll('-', '_'), values]);
  return { headers: new Block(Object.fromEntries(named)) };
}

function given(members: { readonly [name: string]: Json | undefined }): Body {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value] as const],
    ),
  );
}
