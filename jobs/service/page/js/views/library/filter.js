import { fill, h, icon } from '../../dom.js';
import { ALL_KEYS } from '../../logic/keys.js';
import { ALL, SORTS, TYPES } from '../../logic/library.js';

/** @typedef {import('../../logic/library.js').Search} Search */
/** @typedef {{words: string, text: string, clear: Partial<Search>, note?: string}} Pill */

/** Time without a key after which words count, in milliseconds. */
const REST_MS = 250;

/** Fields of the search. */
export class Filter {
  /** Creates the fields. @param {(part: Partial<Search>) => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.text = h('input', { type: 'search', placeholder: 'name, song, tag', oninput: () => this.rest('text') });
    this.key = h(
      'select',
      { onchange: () => onChange({ key: this.key.value }) },
      h('option', { value: '' }, 'any key'),
      ALL_KEYS.map(({ name, code }) => h('option', { value: name }, `${name} (${code})`)),
    );
    this.related = h('input', {
      type: 'checkbox',
      onchange: () => onChange({ related: this.related.checked }),
    });
    const bound = (/** @type {'least'|'most'} */ name, /** @type {string} */ label, /** @type {string} */ hint) =>
      h('input', {
        type: 'number',
        min: 1,
        max: 999,
        step: 'any',
        class: 'bpm',
        placeholder: hint,
        'aria-label': `BPM, at ${label}`,
        oninput: () => this.rest(name),
      });
    this.least = bound('least', 'least', '60');
    this.most = bound('most', 'most', '180');
    this.types = ['', ...TYPES].map((type) =>
      h('input', { type: 'radio', name: 'stem-type', value: type, onchange: () => onChange({ type }) }),
    );
    this.favourite = h('input', {
      type: 'checkbox',
      onchange: () => onChange({ favourite: this.favourite.checked }),
    });
    this.sort = h('select', { id: 'stem-order', onchange: () => onChange({ sort: this.sort.value, down: false }) });
    this.turn = h(
      'button',
      { type: 'button', class: 'btn icon', 'aria-pressed': 'false', title: 'The other way round' },
      '⇅',
    );
    this.turn.setAttribute('aria-label', 'Order the other way round');
    this.turn.addEventListener('click', () =>
      onChange({ down: this.turn.getAttribute('aria-pressed') !== 'true', ...(this.sort.value ? {} : { sort: 'created' }) }),
    );
    this.pills = h('div', { class: 'pills' });
    this.element = h(
      'section',
      { class: 'card find', 'aria-label': 'Search' },
      h('label', { class: 'field words' }, 'Words', this.text),
      h('label', { class: 'field' }, 'Key', this.key),
      h('label', { class: 'check' }, this.related, 'related keys too'),
      h(
        'div',
        { class: 'field', role: 'group', 'aria-label': 'Tempo in BPM' },
        h('span', null, 'BPM'),
        h('span', { class: 'row tight bounds' }, this.least, h('span', null, 'to'), this.most),
      ),
      h(
        'fieldset',
        { class: 'seg' },
        h('legend', { class: 'sr' }, 'Type'),
        this.types.map((input) => h('label', null, input, input.value || 'all')),
      ),
      h(
        'div',
        { class: 'second' },
        this.pills,
        h('label', { class: 'check' }, this.favourite, 'favourites'),
        h('span', { class: 'row tight push' }, h('label', { class: 'small muted', htmlFor: 'stem-order' }, 'Order'), this.sort, this.turn),
      ),
    );
  }

  /** Takes a field once its keys rest. @param {'text'|'least'|'most'} name */
  rest(name) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const value = this[name].value;
      if (name === 'text') this.onChange({ text: value });
      else this.onChange({ [name]: Number(value) > 0 ? Number(value) : null });
    }, REST_MS);
  }

  /** Shows a search; the field in use is left alone. @param {Search} search */
  show(search) {
    const put = (/** @type {HTMLInputElement} */ field, /** @type {string} */ value) => {
      if (document.activeElement !== field) field.value = value;
    };
    put(this.text, search.text);
    put(this.least, String(search.least ?? ''));
    put(this.most, String(search.most ?? ''));
    this.key.value = search.key;
    this.related.checked = search.related;
    this.related.disabled = !search.key;
    for (const input of this.types) input.checked = input.value === search.type;
    this.favourite.checked = search.favourite;
    const own = search.like ? 'most alike' : search.session || search.fits ? 'best fit' : null;
    const options = own ? [['', own], ...SORTS] : SORTS;
    fill(
      this.sort,
      options.map(([name, words]) => h('option', { value: name }, words)),
    );
    this.sort.value = search.sort || (own ? '' : 'created');
    this.turn.setAttribute('aria-pressed', String(search.down));
    this.turn.disabled = Boolean(own) && !search.sort;
  }

  /**
   * Shows what else narrows the search, each with a button that takes it away.
   * @param {Pill[]} pills
   */
  showPills(pills) {
    this.pills.hidden = !pills.length;
    fill(
      this.pills,
      pills.map(({ words, text, clear, note }) => [
        h('span', { class: 'small muted' }, words),
        h(
          'span',
          { class: 'pill on' },
          text,
          h(
            'button',
            {
              type: 'button',
              class: 'btn quiet off',
              'aria-label': `Take away: ${words} ${text}`,
              onclick: () => {
                this.onChange(clear);
                this.text.focus();
              },
            },
            icon('close', 11),
          ),
        ),
        note ? h('span', { class: 'small muted' }, note) : null,
      ]),
    );
  }

  /** Forgets all fields. */
  reset() {
    clearTimeout(this.timer);
    for (const field of [this.text, this.least, this.most]) field.value = '';
    this.onChange({ ...ALL });
  }

  /** Ends it. */
  close() {
    clearTimeout(this.timer);
  }
}
