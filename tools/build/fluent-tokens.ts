/** The design tokens of Fluent as custom properties, light and dark. Only those that the style sheets use are written. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Theme, webDarkTheme, webLightTheme } from '@fluentui/tokens';
import type { Plugin } from 'esbuild';

/** Answers `@import "fluent-tokens.css"`. Throws when a style sheet uses a variable that neither Fluent nor a sheet has. */
export function fluentTokens(folder: string): Plugin {
  return {
    name: 'fluent-tokens',
    setup(build) {
      build.onResolve({ filter: /^fluent-tokens\.css$/ }, ({ path: name }) => ({ path: name, namespace: 'tokens' }));
      build.onLoad({ filter: /.*/, namespace: 'tokens' }, () => ({ contents: tokensUsedBelow(folder), loader: 'css' }));
    },
  };
}

function tokensUsedBelow(folder: string): string {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(css|tsx)$/.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .join('\n');
  const own = new Set([...sources.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name));
  const used = new Set([...sources.matchAll(/var\((--[\w-]+)/g)].map(([, name = '']) => name));
  const lines = [...used].filter((name) => !own.has(name)).map((name) => `  ${name}: ${tokenValue(name.slice(2))};`);
  return `:root {\n${lines.sort().join('\n')}\n}`;
}

function tokenValue(name: string): string {
  if (!isToken(name)) throw new Error(`A style sheet uses --${name}, which is no token of Fluent.`);
  const [light, dark] = [webLightTheme[name], webDarkTheme[name]];
  return light === dark ? String(light) : `light-dark(${light}, ${dark})`;
}

function isToken(name: string): name is keyof Theme {
  return Object.hasOwn(webLightTheme, name);
}
