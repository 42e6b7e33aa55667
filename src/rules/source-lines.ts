/**
 * The lines that fix a violation where the app is declared. Values come from documents, so they are written as literals of
 * each language, with everything escaped that would otherwise be read as an expression.
 */
import { isObject, type Json } from '../domain/json.ts';

/** Where azurerm declares a web app; function apps and slots have the same attributes in resources of their own. */
const TERRAFORM_SITES = 'azurerm_linux_web_app / azurerm_windows_web_app';

/** Properties of the site itself. */
export function siteSource(bicep: string, terraform: string) {
  return { bicep: `// Microsoft.Web/sites\n${bicep}`, terraform: `# ${TERRAFORM_SITES}\n${terraform}` };
}

/** Properties of the site's configuration. */
export function siteConfigSource(bicep: string, terraform: string) {
  return siteSource(`properties: { siteConfig: { ${bicep} } }`, `site_config {\n  ${terraform}\n}`);
}

/** A value in Bicep, on one line. */
export function bicepOf(value: Json): string {
  if (typeof value === 'string') {
    return `'${value
      .replace(/\\|'|\$(?=\{)/g, '\\$&')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')}'`;
  }
  if (Array.isArray(value)) return `[${value.map(bicepOf).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${/^[a-z_]\w*$/i.test(key) ? key : bicepOf(key)}: ${bicepOf(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** A string or a list of strings in Terraform. */
export function terraformOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(terraformOf).join(', ')}]`;
  return JSON.stringify(value).replace(/[$%](?=\{)/g, '$&$&');
}
