// Sending what waits on the phone. Each answer carries the id that the phone gave it, so that one which arrived without the
// phone hearing of it is known again by the server and kept once.

import { dropAnswer, keepAnswer, waitingAnswers } from "./phone_store.js";

const FOR_GOOD = new Set([400, 404, 409, 413, 422]); // sent again it would be refused again

/** Send all that waits for this diary. Answers `{receipts, refused, waiting, unlock}`; never throws for want of a network. */
export async function sendWaiting(path) {
  return alone(async () => {
    const told = { receipts: [], refused: [], waiting: 0, unlock: false };
    for (const answer of await waitingAnswers(path)) {
      if (answer.refused) {
        told.refused.push(answer);
        continue;
      }
      const sent = told.unlock ? { waits: true } : await sendOne(answer);
      if (sent.receipt) {
        await dropAnswer(answer.id);
        told.receipts.push({ id: answer.id, ...sent.receipt });
      } else if (sent.refused) {
        const kept = { ...answer, refused: sent.refused };
        await keepAnswer(kept);
        told.refused.push(kept);
      } else {
        told.waiting += 1;
        told.unlock ||= Boolean(sent.unlock);
      }
    }
    return told;
  });
}

async function sendOne(answer) {
  const body = new URLSearchParams(answer.fields);
  body.set("sent", new Date().toISOString());
  let response;
  try {
    response = await fetch(answer.path, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
  } catch {
    return { waits: true };
  }
  if (response.status === 401) return { waits: true, unlock: true };
  let said = null;
  try {
    said = await response.json();
  } catch {
    return { waits: true }; // a proxy's page, or cut off on the way: it will be asked again
  }
  if (response.ok && said.kept === answer.id) return { receipt: said };
  if (FOR_GOOD.has(response.status)) return { refused: said.refused || "This answer could not be taken." };
  return { waits: true };
}

/** Two tabs of one phone do not send at once; where the browser has no locks, the server's memory of ids is enough. */
function alone(act) {
  return navigator.locks ? navigator.locks.request("sijoint-diary-sending", act) : act();
}
