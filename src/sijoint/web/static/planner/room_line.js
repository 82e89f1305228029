// A word to the page of an open room in another window of this browser: that page holds the line and drives the C-arm.

const PATIENCE_MS = 1500;

export class RoomLine {
  constructor(room) {
    this.channel = room ? new BroadcastChannel(`sij-room-${room}`) : null;
  }

  // Resolves to a sentence: the room's page was told, or it is not there.
  move(left_deg, cephalad_deg, isocentre_mm) {
    return new Promise((resolve) => {
      const hear = ({ data }) => data?.driven && done("The room's C-arm goes there.");
      const late = setTimeout(() => done("The room's page does not answer: is it open in this browser?"), PATIENCE_MS);
      const done = (sentence) => {
        clearTimeout(late);
        this.channel.removeEventListener("message", hear);
        resolve(sentence);
      };
      this.channel.addEventListener("message", hear);
      this.channel.postMessage({ left_deg, cephalad_deg, isocentre_mm });
    });
  }
}
