import { ApiError, call } from '../api.js';
import { h, setText } from '../dom.js';

/**
 * Creates the form for the token, which is exchanged once for a cookie.
 * @param {() => void} onDone
 * @returns {import('../main.js').View}
 */
export function loginView(onDone) {
  const field = h('input', {
    type: 'password',
    id: 'token',
    autocomplete: 'current-password',
    required: true,
    'aria-describedby': 'token-trouble',
  });
  const trouble = h('p', { id: 'token-trouble', class: 'trouble', role: 'alert' });
  const form = h(
    'form',
    { class: 'card pad login' },
    h('label', { class: 'field', for: 'token' }, 'Token', field),
    trouble,
    h('p', { class: 'gap' }, h('button', { class: 'btn primary', type: 'submit' }, 'Open')),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await call('POST', '/login', { body: { token: field.value } });
      onDone();
    } catch (error) {
      setText(
        trouble,
        error instanceof ApiError && error.status === 401
          ? 'That is not the token of this server.'
          : String(/** @type {Error} */ (error).message),
      );
      field.focus();
    }
  });
  const element = h(
    'div',
    null,
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        null,
        h('h1', null, 'This server needs a token'),
        h('p', null, 'It stands in the file that the server was started with, --token-file.'),
      ),
    ),
    form,
  );
  return { element, title: 'Token' };
}
