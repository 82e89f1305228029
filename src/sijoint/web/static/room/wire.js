// The line to the room: commands out, each with an id of its own; words and pictures in; a lost line is found again.

import { readPicture } from "./picture.js";

const RETRY_MS = [300, 600, 1200, 2500, 5000];
const FOR_GOOD = new Set([4403, 4404, 4410, 4429, 4503]);

export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Wire {
  constructor(address) {
    this.address = address;
    this.hearers = new Map();
    this.unanswered = new Map(); // id -> text, told again on a new line: the same id is carried out once
    this.lastSequence = 0;
    this.tries = 0;
    this.closedFor = "";
  }

  on(kind, hear) {
    this.hearers.set(kind, [...(this.hearers.get(kind) ?? []), hear]);
    return this;
  }

  hear(kind, what) {
    for (const hear of this.hearers.get(kind) ?? []) hear(what);
  }

  open() {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.tries = 0;
      this.say({ kind: "hello", last_sequence: this.lastSequence });
      for (const text of this.unanswered.values()) socket.send(text);
      this.hear("line", { open: true, again: this.lostBefore === true });
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.words(JSON.parse(data)) : this.picture(data));
    socket.onclose = ({ code, reason }) => this.lost(socket, code, reason);
    this.socket = socket;
  }

  lost(socket, code, reason) {
    if (socket !== this.socket) return;
    this.lostBefore = true;
    const forGood = FOR_GOOD.has(code);
    this.hear("line", { open: false, forGood, sentence: reason });
    if (forGood) return;
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    setTimeout(() => this.open(), wait);
  }

  words(message) {
    if (message.command_id && (message.kind === "events" || message.kind === "refused")) {
      this.unanswered.delete(message.command_id);
    }
    this.hear(message.kind, message);
  }

  picture(data) {
    const picture = readPicture(data);
    if (!picture || picture.sequence <= this.lastSequence) return;
    this.lastSequence = picture.sequence;
    this.hear("picture", picture);
  }

  drawn(sequence) {
    this.say({ kind: "ack", sequence });
  }

  // Without a line a command waits; a hand on pedal or plunger does not: it is off when the line is back.
  command(kind, fields = {}) {
    const id = newId();
    const text = JSON.stringify({ kind, id, ...fields });
    if (kind !== "pedal" && kind !== "let go") this.unanswered.set(id, text);
    if (this.isOpen) this.socket.send(text);
    return id;
  }

  say(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }
}
