/**
 * What is seen of a session: zoom, loop, selected strip, open chain. Part of a link, not of the
 * mix.
 */

/**
 * @typedef {object} ViewState
 * @property {number} from_s left edge of the time line
 * @property {number|null} span_s its width; null is the whole song
 * @property {{start: number, end: number}|null} loop seconds
 * @property {string} selected key of a place
 * @property {{place: string, insert: number}|null} open chain that is open; insert -1 is none
 * @property {boolean} level true draws outlines at their true level
 */

/** View state of a mixer. Events: `change` with the names of what changed. */
export class ViewStore extends EventTarget {
  /** Creates a state, from a link where there is one. @param {URLSearchParams} [query] */
  constructor(query = new URLSearchParams()) {
    super();
    const pair = (/** @type {string} */ key) => {
      const found = query.get(key)?.split('-').map(Number);
      return found?.length === 2 && found.every(Number.isFinite) ? found : null;
    };
    const [zoom, loop, open] = [pair('zoom'), pair('loop'), query.get('open')?.match(/^(.*)~(-?\d+)$/)];
    /** @type {ViewState} */
    this.state = {
      from_s: zoom?.[0] ?? 0,
      span_s: zoom && zoom[1] > zoom[0] ? zoom[1] - zoom[0] : null,
      loop: loop && loop[1] > loop[0] ? { start: loop[0], end: loop[1] } : null,
      selected: query.get('strip') ?? open?.[1] ?? '',
      open: open ? { place: open[1], insert: Number(open[2]) } : null,
      level: query.get('waves') === 'level',
    };
  }

  /** Changes the state. @param {Partial<ViewState>} part */
  set(part) {
    Object.assign(this.state, part);
    this.dispatchEvent(new CustomEvent('change', { detail: Object.keys(part) }));
  }

  /** Returns the state for a link. @returns {URLSearchParams} */
  toQuery() {
    const { from_s, span_s, loop, selected, open, level } = this.state;
    const query = new URLSearchParams();
    const seconds = (/** @type {number} */ value) => String(Math.round(value * 1000) / 1000);
    if (span_s !== null) query.set('zoom', `${seconds(from_s)}-${seconds(from_s + span_s)}`);
    if (loop) query.set('loop', `${seconds(loop.start)}-${seconds(loop.end)}`);
    if (selected) query.set('strip', selected);
    if (open) query.set('open', `${open.place}~${open.insert}`);
    if (level) query.set('waves', 'level');
    return query;
  }
}
