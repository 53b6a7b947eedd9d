// Draws a moving map, given the JSON that sim/handout/movie.py makes. Plain canvas; asks for nothing.
//
//   import { mount } from "./movie.js";
//   const player = mount(element, movie);   // player.play(), .pause(), .seek(minutes), .stop(); also element.movie
//
// Times are minutes since the movie begins. Everything that is drawn is a function of the time alone.

const SHIP = { sea_empty: true, sea: true };
const OFFSETS = [[0, -1.35], [0, 1.35], [0.58, -0.8], [-0.58, -0.8], [0.58, 0.8], [-0.58, 0.8], [0.62, 0], [-0.62, 0]];
const TURN = 2 * Math.PI;
const FRAMES_KEPT = 1000;

// ---- numbers -------------------------------------------------------------------------------------------------------

/** Numbers written by movie_codec.column: seven bits a byte, the lowest first. */
export function numbers(text) {
  const raw = atob(text), found = [];
  for (let k = 0, value = 0, scale = 1; k < raw.length; k++) {
    const byte = raw.charCodeAt(k);
    value += (byte & 127) * scale;
    if (byte < 128) { found.push(value); value = 0; scale = 1; } else scale *= 128;
  }
  return found;
}

const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

/** Series of `samples` numbers written by movie_codec.levels, one after the other. */
export function levels(text, samples) {
  const told = numbers(text), found = [];
  let series = null, at = samples, level = 0;
  const put = (step) => {
    if (at === samples) { series = new Int32Array(samples); found.push(series); at = 0; level = 0; }
    level += step;
    series[at++] = level;
  };
  for (let k = 0; k < told.length; k++) {
    if (told[k]) put(signed(told[k]));
    else for (let left = told[++k]; left; left--) put(0);
  }
  return found;
}

/** Columns of legs; `until` is when each arrives, `longest` how long the longest takes. */
export function legsOf(packed) {
  const depart = Float64Array.from(numbers(packed.depart)), lasts = numbers(packed.lasts);
  for (let k = 0, sum = packed.first_min; k < depart.length; k++) depart[k] = sum += depart[k];
  const until = depart.map((from, k) => from + lasts[k]);
  const longest = lasts.reduce((a, b) => Math.max(a, b), 0);
  return { depart, until, longest, way: Int32Array.from(numbers(packed.way)), lots: Int32Array.from(numbers(packed.lots)) };
}

/** Positions of the legs that are underway at a time. */
export function underway(legs, time) {
  let low = 0, high = legs.depart.length;
  while (low < high) { const middle = (low + high) >> 1; if (legs.depart[middle] <= time) low = middle + 1; else high = middle; }
  const found = [];
  for (let k = low - 1; k >= 0 && legs.depart[k] >= time - legs.longest; k--) if (legs.until[k] > time) found.push(k);
  return found.reverse();
}

/** The step before a time, and how far it is on to the next. */
function between(movie, time) {
  const at = Math.min(Math.max(time / movie.step_min, 0), movie.samples - 1), low = Math.min(Math.floor(at), movie.samples - 2);
  return [low, at - low];
}

const level = (series, [low, share]) => series[low] + (series[low + 1] - series[low]) * share;
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

// ---- a view: a window of the map on canvases one over the other -------------------------------------------------------

class View {
  constructor(movie, scene, window, hole, shape) {
    Object.assign(this, { movie, scene, hole, shape, window });
    this.box = element("div", "movie-view");
    this.layers = ["ground", "live", "names"].map(() => this.box.appendChild(document.createElement("canvas")));
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    const [west, east, south, north] = this.window;
    this.box.style.height = `${height}px`;
    this.pens = this.layers.map((layer) => penOf(layer, width, height));
    const squeeze = Math.cos(((south + north) / 360) * Math.PI);
    const scale = Math.min(width / ((east - west) * squeeze), height / (north - south));
    this.x = (lon) => width / 2 + (lon - (west + east) / 2) * squeeze * scale;
    this.y = (lat) => height / 2 - (lat - (south + north) / 2) * scale;
    this.paths = this.movie.lines.map((line) => this.pathOf(line.points));
    this.drawGround();
    this.drawNames();
  }

  pathOf(points) {
    const x = points.map((point) => this.x(point[0])), y = points.map((point) => this.y(point[1])), along = [0];
    for (let k = 1; k < x.length; k++) along.push(along[k - 1] + Math.hypot(x[k] - x[k - 1], y[k] - y[k - 1]));
    return { x, y, along };
  }

  /** Where a carrier is that has gone a share of a way, and its direction; beside the line, to the right of it. */
  position(way, share, out) {
    const { x, y, along } = this.paths[way >> 1], back = way & 1, all = along[along.length - 1];
    const gone = all * (back ? 1 - share : share);
    let k = 1;
    while (k < along.length - 1 && along[k] < gone) k++;
    const length = along[k] - along[k - 1] || 1, part = (gone - along[k - 1]) / length, turn = back ? -1 : 1;
    out.dx = ((x[k] - x[k - 1]) / length) * turn;
    out.dy = ((y[k] - y[k - 1]) / length) * turn;
    out.x = x[k - 1] + (x[k] - x[k - 1]) * part - out.dy * 3;
    out.y = y[k - 1] + (y[k] - y[k - 1]) * part + out.dx * 3;
    return out;
  }

  drawGround() {
    const [pen] = this.pens, { colours } = this.movie.words, { land } = this.movie;
    pen.fillStyle = land.countries ? colours.water : colours.land;
    pen.fillRect(0, 0, this.width, this.height);
    for (const [layer, inside] of [["countries", colours.land], ["lakes", colours.water]]) {
      if (!land[layer]) continue;
      const shape = this.shapeOf(land[layer]);
      pen.fillStyle = inside;
      pen.fill(shape, "evenodd");
      if (layer === "countries") { pen.strokeStyle = colours.border; pen.lineWidth = 0.7; pen.stroke(shape); }
    }
    for (const line of this.scene.lines) {
      const { x, y } = this.paths[line], mode = this.movie.lines[line].mode;
      pen.strokeStyle = mode.startsWith("sea") ? colours.ship : colours.ink;
      pen.globalAlpha = mode === "rail" ? 0.55 : 0.35;
      pen.lineWidth = mode === "rail" ? 1.6 : 1.1;
      pen.setLineDash(mode.startsWith("sea") ? [2, 4] : mode === "rail" ? [] : [5, 3]);
      pen.beginPath();
      x.forEach((at, k) => pen.lineTo(at, y[k]));
      pen.stroke();
    }
    pen.globalAlpha = 1;
    pen.setLineDash([]);
    if (this.hole) this.frame(pen, this.hole, colours.ink);
  }

  shapeOf(packed) {
    const steps = numbers(packed.points), shape = new Path2D();
    let at = 0;
    for (const count of numbers(packed.rings)) {
      for (let k = 0, lon = 0, lat = 0; k < count; k++, at += 2) {
        lon += signed(steps[at]);
        lat += signed(steps[at + 1]);
        shape[k ? "lineTo" : "moveTo"](this.x(lon / 100), this.y(lat / 100));
      }
      shape.closePath();
    }
    return shape;
  }

  frame(pen, [west, east, south, north], colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    pen.strokeRect(this.x(west), this.y(north), this.x(east) - this.x(west), this.y(south) - this.y(north));
  }

  /** Whether a point lies in the part that another view enlarges. */
  inHole(lon, lat) {
    return this.hole && lon > this.hole[0] && lon < this.hole[1] && lat > this.hole[2] && lat < this.hole[3];
  }

  /** Whether a place is drawn in this view. */
  shows(place) {
    const x = this.x(place.lon), y = this.y(place.lat);
    return !this.inHole(place.lon, place.lat) && x > 0 && x < this.width && y > 0 && y < this.height;
  }

  nameSize() {
    return Math.max(11, Math.min(15, this.width / 65));
  }

  radius(number) {
    return Math.max(2.5, (Math.min(this.width, this.height * 1.6) / 16) * Math.sqrt(number / this.movie.peak));
  }

  /** Names by rank, none over another. */
  drawNames() {
    const pen = this.pens[2], { colours } = this.movie.words, size = this.nameSize();
    const places = this.movie.served.map((k) => this.movie.places[k]).filter((place) => this.shows(place)).sort((a, b) => a.rank - b.rank);
    const taken = this.hole ? [[this.x(this.hole[0]), this.y(this.hole[3]), this.x(this.hole[1]), this.y(this.hole[2])]] : [];
    const most = Math.round((this.width * this.height) / 16000);
    for (const place of places) {
      const x = this.x(place.lon), y = this.y(place.lat), r = this.radius(place.mean);
      if (r > 6) taken.push([x - r, y - r, x + r, y + r]);
    }
    this.named = [];
    pen.font = `600 ${size}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    for (const place of places) {
      const x = this.x(place.lon), y = this.y(place.lat), wide = pen.measureText(place.name).width + 6, high = size * 1.25;
      if (this.named.length >= most || this.named.some((other) => Math.hypot(other.x - x, other.y - y) < 8)) continue;
      const away = Math.max(0, this.radius(place.mean) - 6);
      for (const [across, down] of OFFSETS) {
        const middle = [x + across * (wide + 8) + Math.sign(across) * away, y + down * high + Math.sign(down) * away];
        const frame = [middle[0] - wide / 2, middle[1] - high / 2, middle[0] + wide / 2, middle[1] + high / 2];
        const free = frame[0] > 2 && frame[1] > 2 && frame[2] < this.width - 2 && frame[3] < this.height - 2
          && !taken.some((other) => frame[0] < other[2] && other[0] < frame[2] && frame[1] < other[3] && other[1] < frame[3]);
        if (!free) continue;
        taken.push(frame, [x - 4, y - 4, x + 4, y + 4]);
        this.named.push({ name: place.name, x, y, frame });
        this.mark(x, y, colours);
        pen.strokeStyle = "white";
        pen.lineWidth = 3.5;
        pen.globalAlpha = 0.85;
        pen.strokeText(place.name, ...middle);
        pen.globalAlpha = 1;
        pen.fillStyle = colours.ink;
        pen.fillText(place.name, ...middle);
        break;
      }
    }
    pen.fillStyle = colours.country;
    pen.font = `${size * 0.85}px system-ui, sans-serif`;
    for (const { words, lon, lat } of this.movie.countries) {
      const x = this.x(lon), y = this.y(lat), half = pen.measureText(words).width / 2 + 2;
      const frame = [x - half, y - size / 2, x + half, y + size / 2];
      const free = frame[0] > 0 && frame[1] > 0 && frame[2] < this.width && frame[3] < this.height
        && !taken.some((other) => frame[0] < other[2] && other[0] < frame[2] && frame[1] < other[3] && other[1] < frame[3]);
      if (free) pen.fillText(words, x, y);
    }
  }

  /** A dot at a named place, on the ground, so that what stands there covers it. */
  mark(x, y, colours) {
    const [ground] = this.pens;
    ground.fillStyle = "white";
    ground.strokeStyle = colours.ink;
    ground.lineWidth = 1;
    ground.beginPath();
    ground.arc(x, y, 2.4, 0, TURN);
    ground.fill();
    ground.stroke();
  }

  draw(time, state) {
    const pen = this.pens[1], { colours } = this.movie.words, { scene } = this;
    pen.clearRect(0, 0, this.width, this.height);
    const kinds = { rail: [], road: [], pipeline: [], sea: [], sea_empty: [] };
    for (const leg of state.underway) {
      const { legs } = scene, way = legs.way[leg];
      const at = this.position(way, (time - legs.depart[leg]) / (legs.until[leg] - legs.depart[leg]), {});
      if (at.x < -10 || at.y < -10 || at.x > this.width + 10 || at.y > this.height + 10) continue;
      const mode = this.movie.lines[way >> 1].mode;
      if (mode === "road" && this.hole && at.x > this.x(this.hole[0]) && at.x < this.x(this.hole[1]) && at.y > this.y(this.hole[3]) && at.y < this.y(this.hole[2])) continue;
      kinds[mode.startsWith("sea") ? (legs.lots[leg] ? "sea" : "sea_empty") : mode].push(at);
    }
    for (const place of state.places) if (this.shows(place.place)) this.drawQueue(pen, place);
    for (const [kind, all] of Object.entries(kinds)) drawCarriers(pen, kind, all, colours, this.hole ? 0.75 : 1.1);
    for (const { place, total } of state.places) {
      const radius = this.radius(total);
      if (radius > 13 && this.shows(place)) label(pen, `${Math.round(total)}`, this.x(place.lon), this.y(place.lat), Math.min(15, radius * 0.7));
    }
    for (const [place, number] of state.shut) {
      if (!this.shows(this.movie.places[place])) continue;
      const beside = number ? this.radius(number) * 0.75 : 0;
      drawShut(pen, this.x(this.movie.places[place].lon) + beside, this.y(this.movie.places[place].lat) - beside, colours);
    }
  }

  /** A disc as large as the number that waits, cut by cause. */
  drawQueue(pen, { place, parts, total }) {
    const x = this.x(place.lon), y = this.y(place.lat), radius = this.radius(total);
    let from = -TURN / 4;
    pen.globalAlpha = 0.9;
    for (const { colour, number } of parts) {
      const to = from + (TURN * number) / total;
      pen.fillStyle = colour;
      pen.beginPath();
      if (parts.length > 1) pen.moveTo(x, y);
      pen.arc(x, y, radius, from, to);
      pen.fill();
      from = to;
    }
    pen.globalAlpha = 1;
    pen.strokeStyle = "white";
    pen.lineWidth = 1;
    pen.beginPath();
    pen.arc(x, y, radius, 0, TURN);
    pen.stroke();
  }
}

function drawShut(pen, x, y, colours) {
  const r = 5.5;
  pen.lineCap = "round";
  for (const [colour, width] of [["white", 6], [colours.shut, 3.2]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(x - r, y - r); pen.lineTo(x + r, y + r);
    pen.moveTo(x + r, y - r); pen.lineTo(x - r, y + r);
    pen.stroke();
  }
  pen.lineCap = "butt";
}

function label(pen, words, x, y, size) {
  pen.font = `700 ${size}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.strokeStyle = "rgba(0, 0, 0, .55)";
  pen.lineWidth = 2.5;
  pen.strokeText(words, x, y);
  pen.fillStyle = "white";
  pen.fillText(words, x, y);
}

/** All carriers of a kind at once: a train is a bar along its line, a truck a dot, a ship a hull. */
function drawCarriers(pen, kind, all, colours, scale) {
  if (!all.length) return;
  pen.beginPath();
  for (const { x, y, dx, dy } of all) {
    if (SHIP[kind]) {
      const long = 7.5 * scale, wide = 3.4 * scale;
      const put = (ahead, aside, move) => pen[move ? "moveTo" : "lineTo"](x + dx * ahead - dy * aside, y + dy * ahead + dx * aside);
      put(long, 0, true); put(long * 0.35, wide); put(-long * 0.8, wide); put(-long * 0.8, -wide); put(long * 0.35, -wide);
      pen.closePath();
    } else {
      const half = (kind === "rail" ? 5.5 : 0.8) * scale;
      pen.moveTo(x - dx * half, y - dy * half);
      pen.lineTo(x + dx * half, y + dy * half);
    }
  }
  if (SHIP[kind]) {
    pen.lineWidth = 1.2;
    pen.strokeStyle = kind === "sea" ? "white" : colours.ship;
    pen.fillStyle = kind === "sea" ? colours.ship : "white";
    pen.fill();
    pen.stroke();
    return;
  }
  const thick = (kind === "rail" ? 4.6 : 3.6) * scale;
  pen.lineCap = "round";
  pen.strokeStyle = "white";
  pen.lineWidth = thick + 1.8;
  pen.stroke();
  pen.strokeStyle = { rail: colours.train, road: colours.truck }[kind] ?? colours.pipeline;
  pen.lineWidth = thick;
  pen.stroke();
  pen.lineCap = "butt";
}

// ---- a scene: what one scenario does --------------------------------------------------------------------------------

class Scene {
  constructor(movie, packed) {
    this.movie = movie;
    this.legs = legsOf(packed.legs);
    this.lines = [...new Set(this.legs.way.map((way) => way >> 1))];
    this.standing = levels(packed.standing, movie.samples);
    [this.underwayCount] = levels(packed.underway, movie.samples);
    [this.arrived] = levels(packed.arrived_t, movie.samples);
    this.series = packed.series;
    this.shut = packed.shut;
    this.closed = packed.closed;
    const { causes } = movie.words, of = new Map();
    this.waiting = new Float64Array(movie.samples);
    this.handled = new Float64Array(movie.samples);
    packed.series.forEach(([place, cause], k) => {
      const sum = causes[cause].waits ? this.waiting : this.handled;
      this.standing[k].forEach((number, at) => { sum[at] += number; });
      if (causes[cause].waits) of.set(place, [...(of.get(place) ?? []), { cause, k }]);
    });
    this.places = [...of];
    this.means = new Map(this.places.map(([place, parts]) => [place, parts.reduce((sum, { k }) => sum + this.standing[k].reduce((a, b) => a + b, 0), 0) / movie.samples]));
    this.peak = this.places.reduce((most, [, parts]) => {
      for (let at = 0; at < movie.samples; at++) most = Math.max(most, parts.reduce((sum, { k }) => sum + this.standing[k][at], 0));
      return most;
    }, 1);
  }

  /** What is to be drawn at a time. */
  at(time) {
    const where = between(this.movie, time), { causes } = this.movie.words, places = [], totals = new Map();
    for (const [number, all] of this.places) {
      const parts = all.map(({ cause, k }) => ({ colour: causes[cause].colour, number: level(this.standing[k], where) })).filter((part) => part.number > 0.02);
      const total = parts.reduce((sum, part) => sum + part.number, 0);
      if (total < 0.5) continue;
      totals.set(number, total);
      places.push({ place: this.movie.places[number], parts, total });
    }
    const shut = this.shut.filter(([, , from, to]) => from <= time && time < to);
    return {
      underway: underway(this.legs, time),
      places: places.sort((a, b) => b.total - a.total),
      shut: [...new Set(shut.map(([place]) => place))].map((place) => [place, totals.get(place) ?? 0]),
      closed: [...new Set(shut.map(([, words]) => this.closed[words]))],
      counts: {
        underway: Math.round(level(this.underwayCount, where)),
        waiting: Math.round(level(this.waiting, where)),
        handled: Math.round(level(this.handled, where)),
        arrived: Math.round(level(this.arrived, where)),
      },
    };
  }
}

// ---- the strip below: what waits over the whole time ------------------------------------------------------------------

class Strip {
  constructor(movie, scenes) {
    Object.assign(this, { movie, scenes });
    this.box = element("div", "movie-strip");
    this.layers = [0, 1].map(() => this.box.appendChild(document.createElement("canvas")));
  }

  resize(width, height = 84) {
    Object.assign(this, { width, height });
    this.box.style.height = `${height}px`;
    this.pens = this.layers.map((layer) => penOf(layer, width, height));
    this.drawChart();
  }

  drawChart() {
    const [pen] = this.pens, { colours, months, waiting } = this.movie.words, { width, height, movie } = this, foot = height - 18;
    pen.clearRect(0, 0, width, height);
    const across = (minutes) => (minutes / movie.lasts_min) * width;
    this.scenes.forEach((scene, nth) => {
      pen.fillStyle = colours.shut;
      pen.globalAlpha = 0.35;
      const high = 5, top = foot - (this.scenes.length - nth) * (high + 1);
      for (const [, , from, to] of scene.shut) pen.fillRect(across(from), top, Math.max(1, across(to) - across(from)), high);
    });
    pen.globalAlpha = 1;
    const most = Math.max(1, ...this.scenes.flatMap((scene) => [...scene.waiting]));
    this.scenes.forEach((scene, nth) => {
      pen.beginPath();
      scene.waiting.forEach((number, k) => pen.lineTo(across(k * movie.step_min), foot - 4 - (number / most) * (foot - 20)));
      pen.strokeStyle = colours.scenes[nth];
      pen.lineWidth = 1.8;
      pen.stroke();
    });
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = colours.muted;
    pen.textAlign = "left";
    pen.textBaseline = "top";
    pen.fillText(`${waiting}: 0 – ${Math.round(most).toLocaleString("en")}`, 4, 2);
    pen.strokeStyle = colours.faint;
    pen.lineWidth = 1;
    let last = -60;
    for (let day = 0; day * 1440 <= movie.lasts_min; day++) {
      const date = new Date((movie.begins_min + day * 1440) * 60000), short = movie.lasts_min < 70 * 1440, x = across(day * 1440);
      if ((short ? date.getUTCDay() !== 1 : date.getUTCDate() !== 1) || x - last < 44) continue;
      last = x;
      pen.beginPath(); pen.moveTo(x, 16); pen.lineTo(x, height); pen.stroke();
      const month = months[date.getUTCMonth()];
      pen.fillText(short ? `${date.getUTCDate()} ${month}` : date.getUTCMonth() ? month : `${month} ${date.getUTCFullYear()}`, x + 3, foot + 2);
    }
  }

  draw(time) {
    const pen = this.pens[1], x = (time / this.movie.lasts_min) * this.width;
    pen.clearRect(0, 0, this.width, this.height);
    pen.fillStyle = this.movie.words.colours.ink;
    pen.fillRect(x - 1, 14, 2, this.height - 14);
    pen.beginPath();
    pen.arc(x, 14, 5, 0, TURN);
    pen.fill();
  }
}

// ---- the page ---------------------------------------------------------------------------------------------------------

/* A canvas of this size on the page, sharp on dense screens, and what draws on it. */
function penOf(layer, width, height) {
  const dots = Math.min(globalThis.devicePixelRatio || 1, 2);
  layer.width = Math.round(width * dots);
  layer.height = Math.round(height * dots);
  const pen = layer.getContext("2d");
  pen.scale(dots, dots);
  return pen;
}

function element(tag, name, words) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (words !== undefined) made.textContent = words;
  return made;
}

function dateWords(movie, time) {
  const { days, months } = movie.words, date = new Date((movie.begins_min + Math.floor(time)) * 60000);
  const two = (number) => `${number}`.padStart(2, "0");
  return [`${days[date.getUTCDay()]} ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`, `${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`];
}

function legend(movie, scenes) {
  const { words } = movie, list = element("ul", "movie-legend");
  const put = (text, draw) => {
    const item = list.appendChild(element("li")), picture = item.appendChild(document.createElement("canvas"));
    [picture.width, picture.height] = [44, 32];
    const pen = picture.getContext("2d");
    pen.scale(2, 2);
    draw(pen);
    item.append(text);
  };
  const modes = new Set(scenes.flatMap((scene) => scene.lines).map((line) => movie.lines[line].mode.split("_")[0]));
  const empty = scenes.some((scene) => scene.legs.lots.includes(0));
  for (const kind of ["rail", "road", "pipeline", "sea", "sea_empty"])
    if (modes.has(kind) || (kind === "sea_empty" && modes.has("sea") && empty)) put(words[kind], (pen) => drawCarriers(pen, kind, [{ x: 11, y: 8, dx: 1, dy: 0 }], words.colours, 1));
  const seen = new Set(scenes.flatMap((scene) => scene.places.flatMap(([, parts]) => parts.map((part) => part.cause))));
  words.causes.forEach((cause, k) => {
    if (seen.has(k)) put(cause.words, (pen) => { pen.fillStyle = cause.colour; pen.beginPath(); pen.arc(11, 8, 6, 0, TURN); pen.fill(); });
  });
  if (scenes.some((scene) => scene.shut.length)) put(words.closed, (pen) => drawShut(pen, 11, 8, words.colours));
  return list;
}

/** Put the player into an element, in place of what is there. */
export function mount(root, movie) {
  root.movie?.stop();
  const { words } = movie, scenes = movie.scenes.map((packed) => new Scene(movie, packed)), frames = [];
  movie.peak = Math.max(...scenes.map((scene) => scene.peak));
  movie.places.forEach((place, k) => { place.mean = Math.max(...scenes.map((scene) => scene.means.get(k) ?? 0)); });
  let time = 0, playing = false, asked = 0, before = 0, speed = speedFor(movie);

  root.replaceChildren();
  root.classList.add("movie");
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", words.picture);
  const bar = root.appendChild(element("div", "movie-bar"));
  const button = bar.appendChild(element("button", "movie-play", words.play));
  const [day, hour] = ["movie-day", "movie-hour"].map((name) => bar.appendChild(element("span", name)));
  const choice = bar.appendChild(element("label", "movie-speed", `${words.speed} `)).appendChild(document.createElement("select"));
  words.speeds.forEach((one, k) => choice.add(new Option(one.words, k)));
  const full = bar.appendChild(element("button", "movie-full", words.full));
  full.hidden = !root.requestFullscreen;
  const stage = root.appendChild(element("div", scenes.length > 1 ? "movie-stage movie-pair" : "movie-stage"));
  const panels = scenes.map((scene, nth) => {
    const box = stage.appendChild(element("div", "movie-scene")), packed = movie.scenes[nth];
    const head = box.appendChild(element("p", "movie-title", packed.title));
    head.style.borderColor = words.colours.scenes[nth];
    const counts = box.appendChild(element("p", "movie-counts"));
    const maps = box.appendChild(element("div", "movie-maps"));
    const views = movie.views.map((window, k) => new View(movie, scene, window, k ? null : movie.views[1]));
    views.forEach((view) => maps.append(view.box));
    const shut = box.insertBefore(element("p", "movie-shut"), maps);
    return { box, scene, counts, views, shut };
  });
  const strip = new Strip(movie, scenes);
  root.append(strip.box);
  const slider = root.appendChild(document.createElement("input"));
  Object.assign(slider, { type: "range", min: 0, max: movie.lasts_min, step: Math.min(movie.step_min, 60), value: 0 });
  slider.setAttribute("aria-label", words.time);
  root.append(legend(movie, scenes));
  const told = movie.scenes.map((packed) => packed.told).concat(words.queue, fill(words.sampled, { n: movie.step_min / 60 }));
  if (movie.scenes[0].one_in > 1) told.push(fill(words.thinned, { n: movie.scenes[0].one_in }));
  root.append(element("p", "movie-notes", `${told.join(". ")} ${words.keys}`.replaceAll("..", ".")));

  function draw() {
    const begun = performance.now();
    const [date, clock] = dateWords(movie, time);
    day.textContent = date;
    hour.textContent = clock;
    if (document.activeElement !== slider) slider.value = time;
    slider.setAttribute("aria-valuetext", `${date} ${clock}`);
    for (const panel of panels) {
      const state = panel.scene.at(time), { counts } = state, number = (value) => value.toLocaleString("en");
      for (const view of panel.views) view.draw(time, state);
      const first = dateWords(movie, 0)[0].replace(/^\S+ /, "");
      panel.counts.textContent = `${number(counts.underway)} ${words.underway} · ${number(counts.waiting)} ${words.waiting} · ${number(counts.handled)} ${words.handled} · ${number(counts.arrived)} ${fill(words.arrived, { day: first })}`;
      const more = state.closed.length - 4, names = state.closed.slice(0, 4).join(", ");
      panel.shut.textContent = state.closed.length ? `${words.shut}: ${names}${more > 0 ? ` ${fill(words.shut_more, { n: more })}` : ""}` : "";
      panel.shut.title = state.closed.join(", ");
    }
    strip.draw(time);
    frames.push(performance.now() - begun);
    if (frames.length > FRAMES_KEPT) frames.shift();
  }

  function tick(now) {
    asked = 0;
    const passed = before ? Math.min(now - before, 100) : 0;
    before = now;
    time += (passed / 1000) * words.speeds[speed].min;
    if (time >= movie.lasts_min) { time = movie.lasts_min; pause(); }
    draw();
    if (playing) asked = requestAnimationFrame(tick);
  }

  function play() {
    if (playing) return;
    if (time >= movie.lasts_min) time = 0;
    playing = true;
    before = 0;
    button.textContent = words.pause;
    asked = requestAnimationFrame(tick);
  }

  function pause() {
    playing = false;
    cancelAnimationFrame(asked);
    button.textContent = words.play;
  }

  function seek(minutes) {
    time = Math.min(Math.max(minutes, 0), movie.lasts_min);
    draw();
  }

  function setSpeed(nth) {
    speed = Math.min(Math.max(nth, 0), words.speeds.length - 1);
    choice.value = speed;
  }

  function resize() {
    const wide = root.clientWidth, narrow = wide < 760, pair = scenes.length > 1 && !narrow, each = pair ? (wide - 12) / 2 : wide;
    for (const { box, views } of panels) {
      box.style.width = `${each}px`;
      const beside = !pair && !narrow && views.length > 1, first = beside ? Math.round(each * 0.6) : each;
      views.forEach((view, k) => {
        const width = k && beside ? each - first - 8 : first;
        view.box.style.width = `${width}px`;
        view.resize(width, views.length === 1 ? Math.min(Math.round(each / 2.1), 560) : Math.round(first / (k && !beside ? 2.1 : 2.3)));
      });
    }
    strip.resize(wide);
    draw();
  }

  function key(event) {
    const onControl = event.target !== root, step = event.shiftKey ? 1440 : words.speeds[speed].min / 8;
    const act = {
      " ": () => (playing ? pause() : play()), ArrowRight: () => seek(time + step), ArrowLeft: () => seek(time - step),
      Home: () => seek(0), End: () => seek(movie.lasts_min), "+": () => setSpeed(speed + 1), "-": () => setSpeed(speed - 1),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || (onControl && !"+-".includes(event.key))) return;
    event.preventDefault();
    act();
  }

  const seekAt = (event) => { const box = strip.box.getBoundingClientRect(); seek(((event.clientX - box.left) / box.width) * movie.lasts_min); };
  button.addEventListener("click", () => (playing ? pause() : play()));
  choice.addEventListener("change", () => setSpeed(+choice.value));
  slider.addEventListener("input", () => seek(+slider.value));
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
  strip.box.addEventListener("pointerdown", (event) => { strip.box.setPointerCapture(event.pointerId); seekAt(event); });
  strip.box.addEventListener("pointermove", (event) => { if (event.buttons) seekAt(event); });
  root.addEventListener("keydown", key);
  const watcher = new ResizeObserver(() => resize());
  setSpeed(speed);
  resize();
  watcher.observe(root);

  const stop = () => { pause(); watcher.disconnect(); root.removeEventListener("keydown", key); };
  root.movie = { play, pause, seek, setSpeed, stop, frames, scenes, views: panels.map((panel) => panel.views), now: () => time, playing: () => playing };
  return root.movie;
}

/** The speed that shows all of it in about three minutes. */
function speedFor(movie) {
  const wanted = (1.5 * movie.lasts_min) / 180;
  return Math.max(movie.words.speeds.findLastIndex((one) => one.min <= wanted), 0);
}
