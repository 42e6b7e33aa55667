// Makes Azurite find rows, messages and texts by their keys. Azurite scans all of them, or keeps indices that it sorts again
// at each change, which is too slow for thousands of them. Its answers stay the same; only expired messages may stay up to a
// second longer.
const tables = require('azurite/dist/src/table/persistence/LokiTableMetadataStore.js').default.prototype;
const queues = require('azurite/dist/src/queue/persistence/LokiQueueMetadataStore.js').default.prototype;
const texts = require('azurite/dist/src/common/persistence/LokiExtentMetadataStore.js').default.prototype;

exports.makeAzuriteFast = () => {
  findRowsByKey();
  findMessagesByKey();
  // The texts of the messages that are gone are removed together, every minute.
  afterInit(texts, (store) => keepByKey(store.db.getCollection(store.EXTENTS_COLLECTION), ['id']));
};

const CLEAR_EVERY_MS = 1000;

function findRowsByKey() {
  const { getEntityCollection, queryTableEntities } = tables;
  const kept = new WeakMap();
  tables.getEntityCollection = function (...of) {
    const rows = getEntityCollection.apply(this, of);
    if (!kept.has(rows)) kept.set(rows, keepByKey(rows, ['PartitionKey', 'RowKey']));
    return rows;
  };
  tables.queryTableEntities = async function (context, account, table, options, ...after) {
    const rows = this.getEntityCollection(account, table, context);
    const PartitionKey = onlyPartitionIn(options.filter);
    // The query is synchronous, so no other query sees these rows only.
    if (PartitionKey !== undefined) {
      rows.chain = () => new Found(kept.get(rows).group({ PartitionKey }, rangeIn(options.filter)));
    }
    try {
      return queryTableEntities.call(this, context, account, table, options, ...after);
    } finally {
      delete rows.chain;
    }
  };
}

// The partition that all rows of a plain filter are in: conditions that are joined by `and`, the first of them about it.
function onlyPartitionIn(filter = '') {
  return / or /i.test(filter) ? undefined : /^PartitionKey eq '([^']*)'( and [^()]*)?$/.exec(filter)?.[1];
}

// The keys from the first two conditions behind the partition, when they are the ends of a range: comparing texts is much
// cheaper than Azurite's own filter, which decides about the rows that are left.
function rangeIn(filter = '') {
  const [, from, to] =
    /^PartitionKey eq '[^']*' and RowKey ge '([^']*)' and RowKey lt '([^']*)'( and |$)/.exec(filter) ?? [];
  return from === undefined ? undefined : { from, to };
}

function findMessagesByKey() {
  afterInit(queues, (store) => {
    const messages = store.db.getCollection(store.MESSAGES_COLLECTION);
    const { group } = keepByKey(messages, ['accountName', 'queueName', 'messageId']);
    const { chain } = messages;
    messages.chain = () => ({
      find(query) {
        const { accountName, queueName, timeNextVisible } = query;
        const asksForDue = accountName && queueName && timeNextVisible?.$lte && Object.keys(query).length === 3;
        if (!asksForDue) return chain.call(messages).find(query);
        const found = new Found(group({ accountName, queueName }));
        return found.where((message) => message.timeNextVisible <= timeNextVisible.$lte);
      },
    });
  });
  // At each read of a queue Azurite scans all messages for expired ones.
  const { clearExpiredMessages } = queues;
  const cleared = new Map();
  queues.clearExpiredMessages = async function (account, queue, context) {
    const key = `${account}/${queue}`;
    if (Date.now() - (cleared.get(key) ?? 0) < CLEAR_EVERY_MS) return;
    cleared.set(key, Date.now());
    await clearExpiredMessages.call(this, account, queue, context);
  };
}

// The documents of a LokiJS collection by these fields, the last of which tells apart what the others have in common.
// The collection answers from here when all of them are asked for, and has no other index any more.
function keepByKey(collection, fields) {
  const last = fields.at(-1);
  const groups = new Map();
  const groupOf = (one) => JSON.stringify(fields.slice(0, -1).map((field) => one[field]));
  const group = (one) => groups.get(groupOf(one)) ?? new Group();
  const keep = (one) => {
    if (!groups.has(groupOf(one))) groups.set(groupOf(one), new Group());
    group(one).set(one[last], one);
  };
  collection.data.forEach(keep);
  collection.on(['insert', 'update'], keep);
  collection.on('delete', (one) => {
    group(one).delete(one[last]);
    if (group(one).isEmpty()) groups.delete(groupOf(one));
  });
  collection.binaryIndices = {};
  const isKey = (query) =>
    Object.keys(query).length === fields.length && fields.every((field) => typeof query[field] === 'string');
  const { findOne, findAndRemove } = collection;
  collection.findOne = (query) =>
    isKey(query) ? (group(query).get(query[last]) ?? null) : findOne.call(collection, query);
  collection.findAndRemove = (query) => {
    if (!isKey(query)) return findAndRemove.call(collection, query);
    const one = collection.findOne(query);
    if (one) collection.remove(one);
  };
  return { group: (one, range) => group(one).values(range) };
}

// Documents by the last field, below its first characters, so that a range passes over the others.
class Group {
  parts = new Map();
  get(key) {
    return this.parts.get(partOf(key))?.get(key);
  }
  set(key, document) {
    if (!this.parts.has(partOf(key))) this.parts.set(partOf(key), new Map());
    this.parts.get(partOf(key)).set(key, document);
  }
  delete(key) {
    const part = this.parts.get(partOf(key));
    part?.delete(key);
    if (part?.size === 0) this.parts.delete(partOf(key));
  }
  isEmpty() {
    return this.parts.size === 0;
  }
  // All documents, or those with a key from `from` to before `to`.
  values(range) {
    const found = [];
    for (const [part, documents] of this.parts) {
      if (range !== undefined && (part < partOf(range.from) || part > partOf(range.to))) continue;
      for (const [key, document] of documents) {
        if (range === undefined || (key >= range.from && key < range.to)) found.push(document);
      }
    }
    return found;
  }
}

const PART_LENGTH = 3;
const partOf = (key) => key.slice(0, PART_LENGTH);

// What Azurite asks of documents that LokiJS has found.
class Found {
  constructor(documents) {
    this.documents = documents;
  }
  where(isWanted) {
    return new Found(this.documents.filter(isWanted));
  }
  sort(compare) {
    return new Found(this.documents.sort(compare));
  }
  compoundsort(fields) {
    return this.sort((a, b) => {
      const [field] = fields.find(([name]) => a[name] !== b[name]) ?? [];
      return field === undefined ? 0 : a[field] - b[field];
    });
  }
  limit(count) {
    return new Found(this.documents.slice(0, count));
  }
  data() {
    return this.documents;
  }
}

function afterInit(prototype, then) {
  const { init } = prototype;
  prototype.init = async function () {
    await init.call(this);
    then(this);
  };
}
