import { h } from '../../dom.js';
/** @param {string} session @param {string} job @returns {import('../../main.js').View} */
export function renderView(session, job) { return { element: h('div', null, h('h1', null, session, job)), title: 'Render' }; }
