// Shows the floor, asked for once a second. Everything is set as text, never as HTML.
const SIGNS = { FULL: "●", IN_USE: "◐", WAIT: "◔", EMPTY: "○", ORDERED: "▷", IN_PROCESS: "▷", IN_TRANSIT: "▷", ERROR: "✕" };
const SHOWN_TASKS = 4, SHOWN_SCANS = 6;
const COUNTED = {
  emptied: "bins emptied", filled: "filled", again: "said twice", strange: "strange", received: "pallets", counted: "counts", shift: "shift changes",
  killed: "kills", handover: "handovers",
};
const byId = (id) => document.getElementById(id);

function element(tag, text, className, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const list = (className, items) => element("ul", null, className, ...items.map((text) => element("li", text)));
const row = (cells, className) => element("tr", null, className, ...cells.map((cell) => element("td", cell ?? "")));

// In words as well as in colour: one man in twelve cannot tell red from green.
function loopLine(told, cards) {
  const bins = cards.map((card) => {
    const bin = element("span", SIGNS[card.state] ?? "?", `bin s-${card.state}`);
    bin.title = `${card.card}: ${card.state}, cycle ${card.cycle}`;
    return bin;
  });
  return element("div", null, "loop", element("b", told.loop), element("span", "", `colour ${told.colour}`),
    element("span", told.colour, "word"), ...bins);
}

function linkBadge(gateway) {
  if (gateway.link) return element("span", `link ${gateway.link}`, `badge ${gateway.link === "cut" ? "bad" : "warn"}`);
  const isUp = gateway.sync?.is_connected;
  return element("span", isUp ? "link up" : "no link: storing", `badge ${isUp ? "good" : "warn"}`);
}

function gatewayPart(gateway) {
  const link = element("a", gateway.id);
  link.href = gateway.url;
  const alive = gateway.is_answering ? [] : [element("span", "restarting", "badge bad")];
  const waiting = Object.values(gateway.streams ?? {}).reduce((sum, stream) => sum + stream.unsettled, 0);
  const head = element("h2", null, "", link, element("span", gateway.carrier, "badge"), linkBadge(gateway), ...alive,
    element("span", `${waiting} wait for the ERP`, `badge ${waiting ? "warn" : ""}`),
    element("span", `${gateway.head ?? 0} events stored`, "badge"));
  const loops = (gateway.loops ?? []).map((told) =>
    loopLine(told, (gateway.cards ?? []).filter((card) => card.loop === told.loop)));
  const parts = [head, ...loops];
  const warnings = (gateway.warnings ?? []).map((one) => one.text);
  if (warnings.length) parts.push(element("h3", "Warnings"), list("warnings", warnings));
  const tasks = (gateway.resolve ?? []).map((task) => task.text);
  if (tasks.length) {
    const more = tasks.length > SHOWN_TASKS ? [`and ${tasks.length - SHOWN_TASKS} more`] : [];
    parts.push(element("h3", "To resolve"), list("tasks", [...tasks.slice(0, SHOWN_TASKS), ...more]));
  }
  const scans = (gateway.last ?? []).slice(0, SHOWN_SCANS).map((event) => row(
    [event.w?.slice(11, 19), event.t.replaceAll("_", " ") + (event.code ? ` (${event.code})` : ""), event.card, event.sta],
    event.t === "scan_refused" ? "refused" : ""));
  parts.push(element("h3", "Last scans"), element("table", null, "", element("tbody", null, "", ...scans)));
  return parts;
}

// A need of a reorder rule, rule/<site>/<item>/<place>/<rule>/<episode>, has no bins.
function needOf(key) {
  const [, , , place, rule, episode] = key.split("/").map(decodeURIComponent);
  return `rule ${rule} at ${place}, need ${episode}`;
}

function showErp(state) {
  const erp = state.erp, orders = erp.orders ?? {}, outcomes = erp.outcomes ?? {};
  byId("erp-state").replaceChildren(
    element("span", erp.is_running ? "takes events" : "restarting", `badge ${erp.is_running ? "good" : "bad"}`),
    element("span", state.is_broker_running ? "broker up" : "broker down", `badge ${state.is_broker_running ? "good" : "bad"}`));
  byId("outcomes").textContent = `${orders.open ?? 0} orders open, ${orders.closed ?? 0} delivered · ` +
    Object.entries(outcomes).map(([name, count]) => `${count} ${name}`).join(", ");
  byId("calls").replaceChildren(...(erp.calls ?? []).map((call) =>
    element("li", `${call.call} called to ${call.station}: ${call.state}`)));
  byId("orders").replaceChildren(...(erp.last ?? []).map((order) => row(
    [order.doc, `${order.qty} ${order.uom} ${order.item}`, JSON.parse(order.cards).map(([card, cycle]) => `${card} #${cycle}`).join(", ") || needOf(order.key),
      order.gateway, order.state], order.state === "open" ? "" : "faded")));
}

const SAYS = {
  emptied: (one) => [`${one.card} emptied (${one.by})${one.gateway ? ` at ${one.gateway}` : ""}`],
  filled: (one) => [`${one.card} filled${one.told === "forgotten" ? ", the scan forgotten" : ""}${one.gateway ? ` at ${one.gateway}` : ""}`],
  shipped: (one) => [`${one.card} sent off`],
  again: (one) => [`${one.card} said twice (${one.by})${one.gateway ? ` at ${one.gateway}` : ""}`],
  strange: (one) => [`strange: ${one.kind}${one.kind.endsWith("press") ? "" : " code"}`],
  redelivered: (one) => [`an old press of ${one.card} came again (${one.by})`],
  killed: (one) => [`${one.side} killed`, "trouble"],
  link: (one) => [`link of ${one.gateway} ${one.trouble}`, one.trouble === "healed" ? "scene" : "trouble"],
  handover: (one) => [`${one.cards.join(" and ")} handed over between two gateways that did not hear each other`, "scene"],
  call: (one) => [`${one.call} ${one.what} at ${one.station}`, "scene"],
  received: (one) => [`pallet ${one.sscc} received${ { door: " through the door", hand: " by hand, as the door stayed red" }[one.by] ?? "" }`, one.by === "hand" ? "trouble" : undefined],
  left: (one) => [`pallet ${one.sscc} left through the door`],
  "stopped at the door": (one) => [`pallet ${one.sscc} was brought back: the door stayed red`, "trouble"],
  "turned back": (one) => [`pallet ${one.sscc} came up to the door and turned back`, "scene"],
  "received again": (one) => [`pallet ${one.sscc} scanned again`],
  strayed: (one) => [`${one.quantity} ${one.item} taken from ${one.place} without a word`, "trouble"],
  delivered: (one) => [`${one.quantity} ${one.item} of ${one.doc} delivered to ${one.place}`, "scene"],
  counted: (one) => [`${one.quantity} ${one.item} counted at ${one.place}${one.rounds > 1 ? `, ${one.rounds} times` : ""}`, "scene"],
  badge: (one) => [one.person ? `${one.person} signs in at ${one.device}` : `sign-out at ${one.device}`],
  shift: (one) => [`${one.comes} takes over from ${one.leaves} at ${one.device}`, "scene"],
};

function factLine(one) {
  const [text, className] = SAYS[one.fact]?.(one) ?? [one.fact];
  return element("li", null, className, element("time", `${one.at.toFixed(1)} s`), element("span", text));
}

function show(state) {
  const [left, right] = state.gateways;
  for (const [id, gateway] of [["left", left], ["right", right]]) {
    if (!gateway) continue;
    byId(id).replaceChildren(...gatewayPart(gateway));
    byId(id).classList.toggle("away", !gateway.is_answering);
  }
  showErp(state);
  byId("lights").replaceChildren(...Object.entries(state.lights).map(([name, colour]) =>
    element("span", null, "lamp", element("i", "", colour), element("span", `${name} ${colour}`))));
  byId("numbers").textContent = Object.entries(COUNTED).filter(([name]) => state.numbers[name])
    .map(([name, words]) => `${state.numbers[name]} ${words}`).join(" · ");
  byId("facts").replaceChildren(...state.facts.map(factLine));
}

async function refresh() {
  try {
    const answer = await fetch("/api/state", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(answer.statusText);
    show(await answer.json());
    document.body.classList.remove("faded");
  } catch {
    document.body.classList.add("faded");
  } finally {
    setTimeout(refresh, 1000);
  }
}

refresh();
