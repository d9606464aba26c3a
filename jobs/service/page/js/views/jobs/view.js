import { h } from '../../dom.js';
/** @returns {import('../../main.js').View} */
export function jobsView() { return { element: h('div', null, h('h1', null, 'Jobs')), title: 'Jobs' }; }
