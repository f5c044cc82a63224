/** Photographs that wait, by their digest, in a store that outlives the page. */
export interface Pictures {
  /** Keeps one. Fails when the phone has no room. */
  put(digest: string, photo: Blob): Promise<void>;
  get(digest: string): Promise<Blob | undefined>;
  drop(digests: readonly string[]): Promise<void>;
  /** Digests and sizes of all that are kept. */
  all(): Promise<ReadonlyMap<string, number>>;
}

/** What may wait on one phone. */
export const WAITING_BYTES_MAX = 200 * 1_024 * 1_024;

const DATABASE = "yiping";
const STORE = "photographs";

/** A photograph as it lies in the database: a browser may forget what a Blob was made of, bytes it keeps. */
interface Kept {
  readonly type: string;
  readonly bytes: ArrayBuffer;
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the store of this phone does not answer"));
  });
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answered(request);
}

/** Does something in one transaction, and waits until it is on disk. */
async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const database = await opened();
  try {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const whole = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("the store of this phone is full"));
    });
    const [result] = await Promise.all([work(transaction.objectStore(STORE)), whole]);
    return result;
  } finally {
    database.close();
  }
}

/** The photographs of this phone. */
export const picturesOfPhone: Pictures = {
  async put(digest, photo) {
    const kept: Kept = { type: photo.type, bytes: await photo.arrayBuffer() };
    await within("readwrite", (store) => answered(store.put(kept, digest)));
  },
  async get(digest) {
    const kept = await within("readonly", (store) => answered(store.get(digest) as IDBRequest<Kept | undefined>));
    return kept && new Blob([kept.bytes], { type: kept.type });
  },
  async drop(digests) {
    if (digests.length === 0) return;
    await within("readwrite", (store) => Promise.all(digests.map((digest) => answered(store.delete(digest)))));
  },
  async all() {
    const [keys, values] = await within("readonly", (store) =>
      Promise.all([answered(store.getAllKeys()), answered(store.getAll() as IDBRequest<Kept[]>)]),
    );
    return new Map(keys.map((key, place) => [String(key), values[place]?.bytes.byteLength ?? 0]));
  },
};

/** The same for as long as the page lives, for tests and where there is no store. */
export function picturesInMemory(): Pictures {
  const kept = new Map<string, Blob>();
  return {
    async put(digest, photo) {
      kept.set(digest, photo);
    },
    get: async (digest) => kept.get(digest),
    async drop(digests) {
      for (const digest of digests) kept.delete(digest);
    },
    all: async () => new Map([...kept].map(([digest, { size }]) => [digest, size])),
  };
}
