// Runs Azurite in a child process that ends with its parent, however the parent ends: losing the IPC channel is the signal.
// Azurite then writes what it holds; its last lines go to a pipe without a reader, which must not stop it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.once('disconnect', () => {
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
  setTimeout(() => process.exit(0), 3000).unref();
});
require('./fast-azurite.cjs').makeAzuriteFast();
require('azurite/dist/src/azurite.js');
