// A pressure gauge: the plunger's pressure is that of needle and tissue together.

const SVG = "http://www.w3.org/2000/svg";
const LEAST_KPA = 60; // the scale never ends lower
const FROM = -210, TO = 30; // degrees of the dial

export class Gauge {
  constructor(svg, number, of) {
    Object.assign(this, { svg, number, of });
    this.most = LEAST_KPA;
    svg.setAttribute("viewBox", "0 0 120 92");
    this.track = this.path("track");
    this.arc = this.path("arc");
    this.show(0, "no push yet");
  }

  path(kind) {
    const made = document.createElementNS(SVG, "path");
    made.setAttribute("class", kind);
    this.svg.append(made);
    return made;
  }

  show(kpa, words) {
    this.most = Math.max(this.most, Math.ceil(kpa / LEAST_KPA) * LEAST_KPA);
    this.track.setAttribute("d", arc(1));
    this.arc.setAttribute("d", arc(Math.min(1, kpa / this.most)));
    this.number.textContent = kpa ? kpa.toFixed(0) : "–";
    this.of.textContent = words;
  }
}

function arc(share) {
  const end = FROM + share * (TO - FROM);
  const at = (degrees) => [60 + 48 * Math.cos((degrees * Math.PI) / 180), 58 + 48 * Math.sin((degrees * Math.PI) / 180)].map((x) => x.toFixed(2)).join(" ");
  return `M${at(FROM)}A48 48 0 ${end - FROM > 180 ? 1 : 0} 1 ${at(end)}`;
}
