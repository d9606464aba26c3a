import { same } from '../logic/merge.js';
import { Undo } from './undo.js';

/** @typedef {import('../logic/session.js').SessionDocument} SessionDocument */

/**
 * The session document as it is edited. Events: `change` with `{before, after, from}`, where `from`
 * is "user", "undo" or "server".
 */
export class DocumentStore extends EventTarget {
  /** Creates a store. @param {SessionDocument} document @param {string} session */
  constructor(document, session) {
    super();
    /** @type {SessionDocument} */
    this.current = document;
    this.undo = new Undo(session);
  }

  /**
   * Changes the document by one's own hand.
   * @param {string} label name of the step
   * @param {(draft: SessionDocument) => void} edit
   * @param {string|null} [gesture] changes of one gesture are one step
   */
  change(label, edit, gesture = null) {
    const before = this.current;
    const draft = structuredClone(before);
    edit(draft);
    if (same(before, draft)) return;
    this.current = draft;
    this.undo.note(label, before, draft, gesture);
    this.announce(before, 'user');
  }

  /** Ends a gesture: the next change is a step of its own. */
  endGesture() {
    this.undo.endGesture();
  }

  /** Takes the last own step back. */
  undoStep() {
    this.jump(this.undo.back(this.current));
  }

  /** Does the step again that was taken back. */
  redoStep() {
    this.jump(this.undo.forth(this.current));
  }

  /** @param {SessionDocument|null} document */
  jump(document) {
    if (!document) return;
    const before = this.current;
    this.current = document;
    this.announce(before, 'undo');
  }

  /**
   * Takes a document from elsewhere, which is no step of one's own.
   * @param {SessionDocument} document
   */
  replace(document) {
    if (same(document, this.current)) return;
    const before = this.current;
    this.current = document;
    this.announce(before, 'server');
  }

  /** @param {SessionDocument} before @param {'user'|'undo'|'server'} from */
  announce(before, from) {
    this.dispatchEvent(new CustomEvent('change', { detail: { before, after: this.current, from } }));
  }
}
