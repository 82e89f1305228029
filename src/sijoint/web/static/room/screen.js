// The live image: newest picture first, drawn sharp at a size that whole device pixels fill, and acknowledged when drawn.

const GREY = Uint32Array.from({ length: 256 }, (_, grey) => (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0);
const WHOLE_STEP = 16; // device pixels: a smaller image keeps a size that halves well
const LINE = 4; // CSS pixels left for the line round the image
const WORTH_WHOLE = 0.86; // a whole multiple is taken when it fills this share of the place

export class Screen {
  constructor(frame, canvas, onDrawn) {
    Object.assign(this, { frame, canvas, onDrawn });
    this.context = canvas.getContext("2d", { alpha: false });
    this.waiting = null;
    this.shown = null;
    this.size = { width: 0, height: 0 };
    new ResizeObserver(() => this.fit()).observe(frame.parentElement);
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => this.fit(), { once: true });
  }

  show(picture) {
    if (this.waiting === null) requestAnimationFrame(() => this.draw());
    this.waiting = picture;
  }

  draw() {
    const picture = this.waiting;
    this.waiting = null;
    if (picture.width !== this.size.width || picture.height !== this.size.height) this.resize(picture);
    const { words, image } = this;
    const { grey } = picture;
    for (let n = 0; n < grey.length; n += 1) words[n] = GREY[grey[n]];
    this.context.putImageData(image, 0, 0);
    this.shown = picture;
    this.canvas.dataset.sequence = picture.sequence;
    this.onDrawn(picture);
  }

  resize({ width, height }) {
    this.size = { width, height };
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = this.context.createImageData(width, height);
    this.words = new Uint32Array(this.image.data.buffer);
    this.fit();
  }

  fit() {
    const { width, height } = this.size;
    if (!width) return;
    const ratio = devicePixelRatio || 1;
    const room = this.frame.parentElement.getBoundingClientRect();
    const scale = Math.min(((room.width - LINE) * ratio) / width, ((room.height - LINE) * ratio) / height);
    const whole = Math.floor(scale);
    const across = whole >= 1 && whole / scale > WORTH_WHOLE
      ? whole * width
      : Math.max(WHOLE_STEP, Math.floor((scale * width) / WHOLE_STEP) * WHOLE_STEP);
    this.frame.style.width = `${across / ratio}px`;
    this.frame.style.height = `${(across * height) / width / ratio}px`;
    this.frame.classList.toggle("magnified", across > width);
  }

  // Column and row of the shown picture under a pointer.
  placeOf({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return {
      column: ((clientX - box.left) / box.width) * this.size.width - 0.5,
      row: ((clientY - box.top) / box.height) * this.size.height - 0.5,
    };
  }

  copyTo(canvas) {
    if (!this.shown) return false;
    canvas.width = this.size.width;
    canvas.height = this.size.height;
    canvas.getContext("2d", { alpha: false }).drawImage(this.canvas, 0, 0);
    return true;
  }
}
