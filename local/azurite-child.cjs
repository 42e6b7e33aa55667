// Runs Azurite in a child process that ends with its parent, however the parent ends: losing the IPC channel is the signal.
// Azurite then writes what it holds; its last lines go to a pipe that nobody reads any more, which must not stop it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.once('disconnect', () => {
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(0);
  setTimeout(() => process.exit(0), 3000).unref();
});
letLongQueuesBeFast();
require('azurite/dist/src/azurite.js');

// At each look at a queue Azurite clears what has expired, and for that and for what it takes sorts every index of its
// messages anew; every minute it does the same for each text of a message that is gone. With some thousand messages it has no
// time for anything else. Without indices it walks through them, which is fast enough; and here what has expired may stay up
// to a second longer. What is answered stays the same.
function letLongQueuesBeFast() {
  const messages = require('azurite/dist/src/queue/persistence/LokiQueueMetadataStore.js').default.prototype;
  const texts = require('azurite/dist/src/common/persistence/LokiExtentMetadataStore.js').default.prototype;
  withoutIndices(messages, (store) => store.MESSAGES_COLLECTION);
  withoutIndices(texts, (store) => store.EXTENTS_COLLECTION);
  const { clearExpiredMessages } = messages;
  const cleared = new Map();
  messages.clearExpiredMessages = async function (account, queue, context) {
    const key = `${account}/${queue}`;
    if (Date.now() - (cleared.get(key) ?? 0) < 1000) return;
    cleared.set(key, Date.now());
    await clearExpiredMessages.call(this, account, queue, context);
  };
}

function withoutIndices(prototype, collectionOf) {
  const { init } = prototype;
  prototype.init = async function () {
    await init.call(this);
    this.db.getCollection(collectionOf(this)).binaryIndices = {};
  };
}
