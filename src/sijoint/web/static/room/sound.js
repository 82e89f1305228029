// What the hand feels, to hear: a tone that rises with resistance, a pop for a give, a thud for bone, a tick while X-rays are on.
// Silent until the first gesture, as browsers ask, and whenever it is muted.

const EVERY_S = 0.06; // between two figures of resistance
const LOWEST_HZ = 110, HZ_PER_N = 55;

export class Sound {
  constructor(button) {
    this.button = button;
    this.muted = localStorage.getItem("sij-room-muted") === "yes";
    this.show();
    button.addEventListener("click", () => this.mute(!this.muted));
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.wake(), { passive: true });
  }

  mute(muted) {
    this.muted = muted;
    localStorage.setItem("sij-room-muted", muted ? "yes" : "no");
    this.show();
    if (muted) this.xrays(false);
  }

  show() {
    this.button.setAttribute("aria-pressed", String(!this.muted));
    this.button.textContent = this.muted ? "Sound off" : "Sound on";
  }

  wake() {
    this.context ??= typeof AudioContext === "undefined" ? null : new AudioContext();
    if (this.context?.state === "suspended") this.context.resume();
  }

  get ready() {
    return !this.muted && this.context?.state === "running";
  }

  needle({ how, resistance_n: newtons, felt, depth_mm: depth }) {
    if (!this.ready || how !== "advance") return;
    const start = this.context.currentTime + 0.02, end = start + EVERY_S * Math.max(1, newtons.length);
    const { tone, gain } = this.voice("triangle", start, end + 0.08);
    gain.gain.setValueAtTime(0.0001, start);
    newtons.forEach((n, k) => {
      tone.frequency.linearRampToValueAtTime(LOWEST_HZ + HZ_PER_N * n, start + EVERY_S * (k + 1));
      gain.gain.linearRampToValueAtTime(Math.min(0.12, 0.012 + 0.02 * n), start + EVERY_S * (k + 1));
    });
    gain.gain.exponentialRampToValueAtTime(0.0001, end + 0.08);
    const from = depth - 0.5 * newtons.length;
    for (const one of felt) this.felt(one.what, start + (Math.max(0, one.depth_mm - from) / 0.5) * EVERY_S);
  }

  felt(what, at) {
    if (what === "give") this.sweep("sine", at, 0.11, [620, 180], 0.3);
    else if (what === "bone") this.sweep("square", at, 0.18, [95, 55], 0.22);
    else if (what === "scrape") this.sweep("sawtooth", at, 0.16, [240, 300], 0.06);
    else this.sweep("sine", at, 0.05, [320, 260], 0.06);
  }

  sweep(shape, at, seconds, [from, to], loud) {
    const { tone, gain } = this.voice(shape, at, at + seconds);
    tone.frequency.setValueAtTime(from, at);
    tone.frequency.exponentialRampToValueAtTime(to, at + seconds);
    gain.gain.setValueAtTime(loud, at);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
  }

  voice(shape, start, end) {
    const tone = new OscillatorNode(this.context, { type: shape, frequency: LOWEST_HZ });
    const gain = new GainNode(this.context, { gain: 0 });
    tone.connect(gain).connect(this.context.destination);
    tone.start(start);
    tone.stop(end + 0.05);
    return { tone, gain };
  }

  xrays(on) {
    clearInterval(this.ticking);
    if (!on || !this.ready) return;
    const tick = () => this.ready && this.sweep("sine", this.context.currentTime, 0.03, [1250, 1150], 0.025);
    tick();
    this.ticking = setInterval(tick, 1000);
  }
}
