/* The diary's graph: what was answered, when relief counts, what came late. The server hands over every number. */
const styles = getComputedStyle(document.documentElement);
const colour = (name) => styles.getPropertyValue(name).trim();
const HOUR = 60;
const DAY = 24 * HOUR;

function span(minutes) {
  if (minutes < 2 * HOUR) return `${Math.round(minutes)} min`;
  if (minutes < 2 * DAY) return `${Math.round((minutes / HOUR) * 10) / 10} h`;
  return `${Math.round(minutes / DAY)} d`;
}

/* Hours on a plain scale, days and months closer together: a square root keeps both readable. */
const place = (minutes) => Math.sign(minutes) * Math.sqrt(Math.abs(minutes));
const minutesAt = (x) => x * Math.abs(x);

function shade(told) {
  return (plot) => {
    const { ctx, bbox } = plot;
    const at = (minutes) => plot.valToPos(place(minutes), "x", true);
    ctx.save();
    if (told.window) {
      const [from, to] = told.window.map(at);
      ctx.fillStyle = colour("--accent-soft");
      ctx.fillRect(from, bbox.top, Math.max(Math.min(to, bbox.left + bbox.width) - from, 0), bbox.height);
    }
    if (told.threshold !== null) {
      const y = plot.valToPos(told.threshold, "y", true);
      ctx.strokeStyle = colour("--accent");
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  };
}

function marks(told) {
  return (plot) => {
    const { ctx, bbox } = plot;
    const size = devicePixelRatio;
    ctx.save();
    told.minutes.forEach((minutes, n) => {
      const x = plot.valToPos(place(minutes), "x", true);
      if (told.index[n] !== null) {
        ctx.beginPath();
        ctx.arc(x, plot.valToPos(told.index[n], "y", true), 4 * size, 0, 2 * Math.PI);
        ctx.fillStyle = told.late[n] ? colour("--panel") : colour("--accent");
        ctx.strokeStyle = colour("--accent");
        ctx.lineWidth = 2 * size;
        ctx.fill();
        ctx.stroke();
      }
      if (told.analgesic[n]) {
        const foot = bbox.top + bbox.height - 2 * size;
        ctx.fillStyle = colour("--ink");
        ctx.beginPath();
        ctx.moveTo(x - 5 * size, foot);
        ctx.lineTo(x + 5 * size, foot);
        ctx.lineTo(x, foot - 9 * size);
        ctx.fill();
      }
    });
    ctx.restore();
  };
}

/* Labels that would touch the one before are left out. */
function apart(plot, at) {
  let last = -Infinity;
  return at.map((one) => {
    const x = plot.valToPos(one, "x");
    if (x - last < 44) return null;
    last = x;
    return one;
  });
}

function draw(place_, told) {
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const ticks = [0, 30, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY, 84 * DAY, 182 * DAY, 365 * DAY];
  const end = Math.max(...told.minutes, told.window ? told.window[1] : 0) * 1.03;
  return new uPlot(
    {
      width: place_.clientWidth,
      height: 260,
      legend: { show: false },
      scales: { x: { time: false, range: [place(-15), place(end)] }, y: { range: [-0.3, 10.3] } },
      axes: [
        { ...axis, splits: () => ticks.filter((one) => one <= end).map(place), values: (_, at) => at.map((one) => (one === null ? null : span(minutesAt(one)))), space: 38,
          filter: apart },
        { ...axis, splits: () => [0, 2, 4, 6, 8, 10], size: 34 },
      ],
      series: [
        {},
        { label: "own worst movement", stroke: colour("--accent"), width: 2, spanGaps: true, points: { show: false } },
        { label: "at rest", stroke: colour("--muted"), width: 1.5, dash: [2, 4], spanGaps: true, points: { show: false } },
      ],
      hooks: { drawClear: [shade(told)], draw: [marks(told)] },
    },
    [told.minutes.map(place), told.index, told.rest],
    place_,
  );
}

for (const place_ of document.querySelectorAll("[data-diary]")) {
  const told = JSON.parse(place_.dataset.diary);
  const plot = draw(place_, told);
  new ResizeObserver(() => plot.setSize({ width: place_.clientWidth, height: 260 })).observe(place_);
}
