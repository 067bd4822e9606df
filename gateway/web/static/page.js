// Shows the gateway's state, asked for once a second. Everything from the floor is set as text, never as HTML.
const SIGNS = { FULL: "●", IN_USE: "◐", WAIT: "◔", EMPTY: "○", ORDERED: "▷", IN_PROCESS: "▷", IN_TRANSIT: "▷", RECEIVED_QC: "▷", ERROR: "✕" };
const byId = (id) => document.getElementById(id);

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function row(cells, className) {
  const line = element("tr", undefined, className);
  line.append(...cells.map((cell) => element("td", cell ?? "")));
  return line;
}

// How full a loop is, in words as well as in colour: one man in twelve cannot tell red from green.
function colourTile(told) {
  const tile = element("span", `${told.colour} ${told.full}/${told.cards}`, `colour c-${told.colour}`);
  tile.title = `${told.full} full, ${told.open} open of ${told.cards} cards` +
    (told.margin === null ? "" : `; ${told.margin} to spare until bins come back`);
  return tile;
}

function showCards(cards, colours) {
  const told = new Map(colours.map((one) => [one.loop, one]));
  const loops = new Map();
  for (const card of cards) loops.set(card.loop, [...(loops.get(card.loop) ?? []), card]);
  byId("cards").replaceChildren(...[...loops].map(([loop, members]) => {
    const line = element("div", undefined, "loop");
    line.append(element("b", loop));
    if (told.has(loop)) line.append(colourTile(told.get(loop)));
    for (const card of members) {
      const tile = element("span", `${SIGNS[card.state] ?? "?"} ${card.card} `, `tile s-${card.state}`);
      tile.append(element("small", `#${card.cycle}${card.life === "ACTIVE" ? "" : ` ${card.life}`}`));
      tile.title = `${card.state}, cycle ${card.cycle}, ${card.quantity} left`;
      line.append(tile);
    }
    return line;
  }));
}

function showSync(state) {
  const waiting = Object.values(state.streams ?? {}).reduce((sum, stream) => sum + stream.unsettled, 0);
  const sync = state.sync ?? {};
  const link = sync.is_connected ? (sync.erp_online === false ? "ERP offline" : "connected") : "no link: storing";
  byId("sync").textContent = `${link} · ${waiting} waiting for the ERP`;
  byId("sync").className = sync.is_connected && sync.erp_online !== false ? "good" : "";
}

// The last word to each station, in its own language, with a sign beside the colour.
const MARKS = { ok: "✓", already: "≈", ask: "?", refused: "✕", failed: "✕" };

function showStations(stations) {
  byId("stations").replaceChildren(...stations.map((told) => {
    const line = element("li", undefined, `v-${told.status}`);
    const text = element("span", `${MARKS[told.status] ?? ""} ${told.text || told.code}`);
    text.lang = told.language;
    line.append(element("b", told.station), text);
    return line;
  }));
}

// A task and the commands that solve it, to be copied into a terminal on the gateway.
function taskLine(task) {
  const line = element("li", `${task.code}: ${task.text} (card ${task.card || "–"}, ${task.count}×)`);
  line.append(...(task.solve ?? []).map((command) => element("code", command)));
  return line;
}

function show(state) {
  showStations(state.stations ?? []);
  byId("who").textContent = state.gateway ? `${state.gateway} · ${state.site} · ${state.head} events` : "";
  showSync(state);
  showCards(state.cards ?? [], state.loops ?? []);
  byId("last").replaceChildren(...(state.last ?? []).map((event) => row(
    [event.w?.slice(11, 19), event.t.replaceAll("_", " ") + (event.code ? ` (${event.code})` : ""), event.card, event.sta],
    event.t === "scan_refused" ? "refused" : event.t === "scan_failed" ? "failed" : "")));
  byId("streams").replaceChildren(...Object.entries(state.streams ?? {}).map(
    ([name, stream]) => row([name, stream.head, stream.settled, stream.unsettled])));
  const tasks = (state.resolve ?? []).map(taskLine);
  byId("resolve").replaceChildren(...(tasks.length ? tasks : [element("li", "nothing")]));
  byId("warnings").replaceChildren(...(state.warnings ?? []).map((one) => element("li", `${one.code}: ${one.text}`)));
}

async function refresh() {
  try {
    const answer = await fetch("/api/v1/state", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(answer.statusText);
    show(await answer.json());
  } catch {
    byId("sync").textContent = "the gateway does not answer";
    byId("sync").className = "bad";
  } finally {
    setTimeout(refresh, 1000);
  }
}

refresh();
