import { Throttle } from './commands.js';
import { Player } from './player.js';
import { openSocket, reasonFor } from './socket.js';
import { Supply } from './supply.js';
import { commands, readSound, readText } from './protocol.js';
import { Audible } from './audible.js';

/** @typedef {import('./protocol.js').Command} Command */
/** @typedef {'closed'|'opening'|'open'|'lost'|'refused'} LiveState */

const WAITS_MS = [1000, 2000, 4000, 8000, 15000];

/**
 * A session that plays: socket, player, and readings at the time at which they are audible. Events:
 * `state`, `ready`, `refused`, `warning`, `gaps`, `latency`, `playing`.
 */
export class Live extends EventTarget {
  /** Creates a closed one. @param {string} session */
  constructor(session) {
    super();
    this.session = session;
    this.player = new Player();
    this.player.onReport = (report) => this.onReport(report);
    this.audible = new Audible(this);
    this.throttle = new Throttle((command) => this.send(command));
    /** @type {LiveState} */
    this.state = 'closed';
    this.reason = '';
    this.closed = false;
    /** @type {import('./protocol.js').Ready|null} */
    this.ready = null;
    /** @type {WebSocket|null} */
    this.socket = null;
    this.playing = false;
    /** True from a play until the end: between pauses the engine only waits for credit. */
    this.running = false;
    /** Frame at which the mix has ended, or null. @type {number|null} */
    this.endsAt = null;
    /** What the engine does before it is ready, in words. */
    this.preparing = '';
    this.turn = 0;
    this.nextId = 1;
    this.supply = new Supply();
    /** Identifier of a seek that is not yet acknowledged: sound until then is of the old place. */
    this.seeking = 0;
    /** First frame of the current place. */
    this.from = 0;
    /** @type {Map<number, {at: number, command: string, playing: boolean}>} */
    this.sentAt = new Map();
    /**
     * Time from a movement to its sound, in milliseconds; null until measured.
     * @type {number|null}
     */
    this.latency_ms = null;
    this.gaps = 0;
    /** Position that a new engine begins at, in seconds. */
    this.resumeAt = 0;
    /** @type {{start: number, end: number}|null} */
    this.loop = null;
    this.wanted = { spectrum: true, scope: true };
  }

  /** @param {LiveState} state @param {string} [reason] */
  setState(state, reason = '') {
    this.state = state;
    this.reason = reason;
    this.dispatchEvent(new Event('state'));
  }

  /** @param {string} type @param {any} [detail] */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Opens the socket. */
  open() {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.setState('opening');
    const socket = openSocket(this.session, {
      text: (data) => this.onText(data),
      sound: (data) => this.onSound(data),
      close: () => this.onClose(socket),
    });
    this.socket = socket;
  }

  /**
   * Closes the socket and opens another, at the same position: the session's structure has changed.
   */
  reopen() {
    this.resumeAt = this.audible.position;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.player.clear();
    this.audible.reset(this.resumeAt);
    this.ready = null;
    this.open();
  }

  /** @param {WebSocket} socket */
  async onClose(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    this.resumeAt = this.audible.position;
    this.ready = null;
    this.running = false;
    this.player.hold(true);
    this.player.clear();
    this.playing = false;
    this.emit('playing');
    if (this.closed) return;
    const reason = await reasonFor(this.session);
    // The view may have been left meanwhile.
    if (this.closed || this.socket) return;
    this.setState(reason === null ? 'lost' : 'refused', reason ?? '');
    this.timer = setTimeout(() => this.open(), WAITS_MS[Math.min(this.turn++, WAITS_MS.length - 1)]);
  }

  /**
   * Sends a command; with an identifier, so that its sound can be timed.
   * @param {Command} command
   * @returns {number} its identifier
   */
  send(command) {
    if (this.socket?.readyState !== WebSocket.OPEN) return 0;
    const timed = command.command !== 'credit' && command.command !== 'readings';
    const id = timed ? this.nextId++ : 0;
    if (timed) this.sentAt.set(id, { at: performance.now(), command: command.command, playing: this.playing });
    this.socket.send(JSON.stringify(timed ? { ...command, id } : command));
    return id;
  }

  /** Sends a change of the mix, at most 60 a second for each dial. @param {Command} command */
  change(command) {
    this.throttle.push(command);
  }

  /** @param {string} data */
  onText(data) {
    const message = readText(data);
    if (!message) return;
    if (message.event === 'ready') this.onReady(message);
    else if (message.event === 'accepted') this.onAccepted(message);
    else if (message.event === 'refused') this.onRefused(message);
    else if (message.event === 'warning') this.emit('warning', message.message);
    else if (message.event === 'ended') this.endsAt = message.frame;
    else if (message.event === 'preparing') this.onPreparing(message);
    else if (message.event === 'gap') this.onGap(message.frames);
    else this.audible.take(message);
  }

  /** @param {import('./protocol.js').Ready} ready */
  onReady(ready) {
    Object.assign(this, { ready, turn: 0, seeking: 0, from: 0 });
    this.supply.reset();
    Object.assign(this, { running: false, endsAt: null, preparing: '' });
    this.sentAt.clear();
    this.audible.reset(this.resumeAt);
    this.setState('open');
    this.emit('ready');
    for (const warning of ready.warnings) this.emit('warning', warning);
    this.requestReadings();
    if (this.loop) this.setLoop(this.loop);
    if (this.resumeAt > 0) this.seek(this.resumeAt);
    if (this.playing) this.play();
  }

  /** @param {import('./protocol.js').Accepted} accepted */
  onAccepted({ id, frame }) {
    const sent = id === null ? undefined : this.sentAt.get(id);
    if (id === null || !sent) return;
    this.sentAt.delete(id);
    if (id === this.seeking) {
      this.seeking = 0;
      this.from = frame;
    }
    if (sent.playing && !['play', 'pause', 'seek', 'loop'].includes(sent.command)) this.audible.expect(frame, sent.at);
  }

  /** @param {import('./protocol.js').Refused} refused */
  onRefused({ id, message }) {
    if (id === this.seeking) this.seeking = 0;
    const command = id === null ? '' : this.sentAt.get(id)?.command;
    if (id !== null) this.sentAt.delete(id);
    // Before the first render no gain can follow from a target: the panel states that already.
    if (command !== 'target' || this.ready?.gain.from === 'render') this.emit('refused', message);
  }

  /** Ends playing where the last sound has been played; the engine stands at the beginning. */
  onEnded() {
    Object.assign(this, { playing: false, running: false, endsAt: null });
    this.player.hold(true);
    this.player.clear();
    this.audible.reset(0);
    this.emit('playing');
  }

  /** @param {import('./protocol.js').Preparing} preparing */
  onPreparing({ phase, fraction }) {
    this.preparing = `${phase.replaceAll('_', ' ')} ${Math.round(fraction * 100)} %`;
    this.dispatchEvent(new Event('state'));
  }

  /** Counts sound that the server left out, for the client was too slow. @param {number} frames */
  onGap(frames) {
    this.supply.arrived(frames);
    this.noteGap();
  }

  /** @param {ArrayBuffer} data */
  onSound(data) {
    if (!this.ready) return;
    const { frame, samples } = readSound(data, this.ready.format);
    const count = samples.length / 2;
    this.supply.arrived(count);
    // Sound of the old place, sent before the seek was carried out.
    if (this.seeking || frame + count <= this.from) return;
    this.supply.queued += count;
    this.player.push(frame, samples);
  }

  /** @param {import('./player.js').Report} report */
  onReport(report) {
    this.supply.queued = report.buffered;
    if (this.endsAt !== null && report.buffered < 128) {
      this.onEnded();
      return;
    }
    if (report.gaps > this.gaps) this.noteGap();
    this.gaps = report.gaps;
    this.credit();
    if (this.playing) this.emit('peak', report.peak);
  }

  /** Notes a gap; three within ten seconds are announced. */
  noteGap() {
    if (!this.playing || this.seeking) return;
    const count = this.supply.noteGap();
    if (count >= 3) this.emit('gaps', count);
  }

  /** Grants as many frames as there is room for. */
  credit() {
    if (!this.ready || !this.playing || this.endsAt !== null) return;
    const frames = this.supply.grant(this.ready.rate, Math.min(this.ready.blockFrames, 1024));
    if (frames) this.send(commands.credit(frames));
  }

  /** Plays; from a press, for the sound needs one. */
  async play() {
    this.playing = true;
    this.emit('playing');
    if (!this.ready) {
      this.open();
      return;
    }
    await this.player.open(this.ready.rate);
    this.player.hold(false);
    this.throttle.hold(false);
    if (!this.running) this.send(commands.play());
    this.running = true;
    this.credit();
  }

  /** Pauses: without credit the engine stands, and what has arrived stays for the next play. */
  pause() {
    this.playing = false;
    this.player.hold(true);
    this.throttle.hold(this.running);
    this.emit('playing');
  }

  /** Moves to a position. @param {number} seconds */
  seek(seconds) {
    if (!this.ready) {
      this.resumeAt = seconds;
      this.audible.reset(seconds);
      return;
    }
    const end = this.ready.duration_s ?? Infinity;
    const to = Math.max(0, Math.min(seconds, end));
    this.player.clear();
    this.supply.reset();
    this.endsAt = null;
    this.seeking = this.send(commands.seek(Math.round(to * this.ready.rate)));
    this.audible.reset(to);
  }

  /** Sets or clears the loop. @param {{start: number, end: number}|null} range seconds */
  setLoop(range) {
    this.loop = range;
    const rate = this.ready?.rate;
    if (!rate) return;
    this.send(commands.loop(range && { start: Math.round(range.start * rate), end: Math.round(range.end * rate) }));
  }

  /**
   * Requests the readings that can be seen.
   * @param {{spectrum: boolean, scope: boolean}} [wanted]
   */
  requestReadings(wanted = this.wanted) {
    this.wanted = wanted;
    const hidden = document.hidden;
    this.send(commands.readings(hidden ? 0 : 30, wanted.spectrum && !hidden, wanted.scope && !hidden));
  }

  /** Closes everything. */
  close() {
    this.closed = true;
    this.state = 'closed';
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.playing = false;
    this.player.close();
  }
}
