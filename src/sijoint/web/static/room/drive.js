// Another page of the same room, the planner, asks for a view; this page, which holds the line, drives the C-arm there.
// Asked: {left_deg, cephalad_deg} and, if the middle shall move too, isocentre_mm. Answered: {driven: true}.

export function driveFromOtherPages(room, gantry) {
  const channel = new BroadcastChannel(`sij-room-${room}`);
  channel.onmessage = ({ data }) => {
    const angles = [data?.left_deg, data?.cephalad_deg];
    if (!angles.every(Number.isFinite)) return;
    const middle = data.isocentre_mm;
    gantry.goTo({ left_deg: angles[0], cephalad_deg: angles[1], ...(Array.isArray(middle) && middle.length === 3 && middle.every(Number.isFinite) ? { isocentre_mm: middle } : {}) });
    channel.postMessage({ driven: true });
  };
}
