// What the phone keeps: answers that have not arrived yet, and what it needs to ask while offline.
// It lies in this browser's own storage, which the phone encrypts with the rest of itself while it is locked.

const NAME = "sijoint-diary";
const ANSWERS = "answers";
const CARDS = "cards";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(ANSWERS, { keyPath: "id" });
      asked.result.createObjectStore(CARDS, { keyPath: "path" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function inStore(name, mode, act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const asked = act(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Keep an answer until it has arrived: `{id, path, fields, refused}`; resolves once it is on the phone's disk. */
export const keepAnswer = (answer) => inStore(ANSWERS, "readwrite", (store) => store.put(answer));
export const dropAnswer = (id) => inStore(ANSWERS, "readwrite", (store) => store.delete(id));

/** The answers of one diary that wait, in the order in which they were given. */
export async function waitingAnswers(path) {
  const every = await inStore(ANSWERS, "readonly", (store) => store.getAll());
  return every.filter((one) => one.path === path).sort((one, other) => one.given - other.given);
}

export const keepCard = (path, card) => inStore(CARDS, "readwrite", (store) => store.put({ path, card }));

export async function cardOf(path) {
  const found = await inStore(CARDS, "readonly", (store) => store.get(path));
  return found ? found.card : null;
}
