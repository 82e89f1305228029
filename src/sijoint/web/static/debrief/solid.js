// The picture in three dimensions: bones, the hip bone as glass, the cleft, needles, contrast and what is at risk. It turns.

import { Layer } from "./raster.js";

const COLOURS = {
  bone: [222, 211, 188], glass: [222, 211, 188], cleft: [56, 189, 248],
  foramen: [240, 133, 95], nerve: [242, 209, 60], vessel: [239, 71, 111], bowel: [185, 138, 94], notch: [92, 201, 139],
};
const GROUND = [10, 15, 18];
const GLASS_SHARE = 0.26;
const VIEWS = { behind: [0, 0], side: [75, 5], below: [25, -55] };

export class Solid {
  constructor(figure, meshes, side) {
    this.canvas = figure.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    const { width, height } = this.canvas;
    this.image = this.pen.createImageData(width, height);
    [this.opaque, this.glass] = [new Layer(width, height), new Layer(width, height)];
    this.meshes = meshes;
    this.outward = side === "left" ? 1 : -1;
    this.lines = []; // {points, colour, radius, dots}
    [this.left, this.up, this.zoom] = [this.outward * 35, 8, 1];
    const joint = meshes.find((part) => part.role === "cleft") ?? meshes[0];
    this.middle = middleOf(joint.vertices);
    this.half = 105; // mm above the middle at zoom 1
    this.listen(figure);
  }

  listen(figure) {
    for (const button of figure.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        if (button.dataset.view) {
          const [left, up] = VIEWS[button.dataset.view];
          [this.left, this.up] = [left * this.outward, up];
        }
        if (button.dataset.turn) this.turn(...button.dataset.turn.split(" ").map(Number));
        if (button.dataset.zoom) this.nearer(Number(button.dataset.zoom));
        this.draw();
      });
    }
    this.canvas.addEventListener("pointerdown", (event) => this.canvas.setPointerCapture(event.pointerId));
    this.canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      this.turn(-0.5 * event.movementX, 0.5 * event.movementY);
      this.draw();
    });
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.nearer(event.deltaY < 0 ? 1.12 : 0.89);
      this.draw();
    }, { passive: false });
    this.canvas.addEventListener("keydown", (event) => {
      const turns = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, 8], ArrowDown: [0, -8] };
      const zooms = { "+": 1.2, "=": 1.2, "-": 0.83 };
      if (turns[event.key]) this.turn(...turns[event.key]);
      else if (zooms[event.key]) this.nearer(zooms[event.key]);
      else return;
      event.preventDefault();
      this.draw();
    });
  }

  turn(left, up) {
    this.left = (this.left + left) % 360;
    this.up = Math.max(-89, Math.min(89, this.up + up));
  }

  nearer(times) {
    this.zoom = Math.max(0.5, Math.min(8, this.zoom * times));
  }

  show(lines) {
    this.lines = lines;
    this.draw();
  }

  draw() {
    cancelAnimationFrame(this.due);
    this.due = requestAnimationFrame(() => this.render());
  }

  get axes() {
    const [l, u] = [(this.left * Math.PI) / 180, (this.up * Math.PI) / 180];
    const towards = [Math.sin(l) * Math.cos(u), Math.cos(l) * Math.cos(u), Math.sin(u)];
    const right = [-Math.cos(l), Math.sin(l), 0];
    const above = [
      towards[1] * right[2] - towards[2] * right[1],
      towards[2] * right[0] - towards[0] * right[2],
      towards[0] * right[1] - towards[1] * right[0],
    ];
    return [right, above, towards];
  }

  render() {
    const { width, height } = this.canvas;
    const axes = this.axes;
    const scale = (height / 2 / this.half) * this.zoom;
    const place = (points) => {
      const out = new Float32Array(points.length);
      for (let n = 0; n < points.length; n += 3) {
        const [x, y, z] = [points[n] - this.middle[0], points[n + 1] - this.middle[1], points[n + 2] - this.middle[2]];
        const along = axes.map((axis) => x * axis[0] + y * axis[1] + z * axis[2]);
        out[n] = width / 2 + along[0] * scale;
        out[n + 1] = height / 2 - along[1] * scale;
        out[n + 2] = along[2];
      }
      return out;
    };
    this.opaque.clear();
    this.glass.clear();
    for (const part of this.meshes) {
      const placed = place(part.vertices);
      if (part.role === "dots") {
        for (let n = 0; n < placed.length; n += 3) {
          this.opaque.dot(placed[n], placed[n + 1], placed[n + 2], Math.max(1.4, 0.9 * scale), COLOURS[part.kind] ?? [200, 200, 200]);
        }
      } else {
        const layer = part.role === "glass" ? this.glass : this.opaque;
        layer.triangles(part.faces, placed, lit(part.normals, axes), COLOURS[part.role]);
      }
    }
    for (const line of this.lines) this.drawLine(line, place, scale);
    this.blend();
    this.letters(axes);
  }

  drawLine({ points, colour, radius, dots }, place, scale) {
    const placed = place(points.flat());
    const thick = Math.max(1.3, radius * scale);
    const at = (n) => [placed[3 * n], placed[3 * n + 1], placed[3 * n + 2]];
    for (let n = 0; n < points.length; n += 1) {
      if (dots || points.length === 1) this.opaque.dot(...at(n), thick, colour);
      else if (n) this.opaque.line(at(n - 1), at(n), thick, colour);
    }
  }

  blend() {
    const { data } = this.image;
    for (let n = 0; n < this.opaque.depth.length; n += 1) {
      const solid = this.opaque.depth[n];
      const glass = this.glass.depth[n] > solid ? GLASS_SHARE : 0;
      for (let k = 0; k < 3; k += 1) {
        const behind = solid === -Infinity ? GROUND[k] : this.opaque.colour[3 * n + k];
        data[4 * n + k] = glass ? behind + glass * (this.glass.colour[3 * n + k] - behind) : behind;
      }
      data[4 * n + 3] = 255;
    }
    this.pen.putImageData(this.image, 0, 0);
  }

  letters([right, above]) {
    const { width, height } = this.canvas;
    const names = [["L", "R"], ["P", "A"], ["H", "F"]];
    const name = (axis, sign) => {
      const most = [0, 1, 2].reduce((best, n) => (Math.abs(axis[n]) > Math.abs(axis[best]) ? n : best), 0);
      return names[most][sign * axis[most] > 0 ? 0 : 1];
    };
    this.pen.font = "600 16px system-ui, sans-serif";
    this.pen.fillStyle = "#f5bd62";
    this.pen.textAlign = "center";
    this.pen.textBaseline = "middle";
    this.pen.fillText(name(right, -1), 14, height / 2);
    this.pen.fillText(name(right, 1), width - 14, height / 2);
    this.pen.fillText(name(above, 1), width / 2, 14);
    this.pen.fillText(name(above, -1), width / 2, height - 14);
  }
}

// A soft key light from above left, a fill from the right; a sheet is lit from both sides.
function lit(normals, axes) {
  const out = new Float32Array(normals.length / 3);
  for (let n = 0; n < normals.length; n += 3) {
    let [x, y, z] = axes.map((axis) => normals[n] * axis[0] + normals[n + 1] * axis[1] + normals[n + 2] * axis[2]);
    if (z < 0) [x, y, z] = [-x, -y, -z];
    const key = Math.max(0, -0.35 * x + 0.55 * y + 0.76 * z);
    const fill = Math.max(0, 0.7 * x - 0.1 * y + 0.7 * z);
    out[n / 3] = Math.min(1, 0.2 + 0.62 * key + 0.16 * fill - 0.12 * (1 - z) ** 3);
  }
  return out;
}

function middleOf(vertices) {
  const sum = [0, 0, 0];
  for (let n = 0; n < vertices.length; n += 1) sum[n % 3] += vertices[n];
  return sum.map((value) => (3 * value) / vertices.length);
}
