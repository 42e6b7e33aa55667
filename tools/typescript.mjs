// `node --import ./tools/typescript.mjs FILE.ts` runs TypeScript as it is, and keeps no cache of it outside the checkout.
process.env.TSX_DISABLE_CACHE = '1';
await import('tsx');
