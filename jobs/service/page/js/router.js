/**
 * Views by fragment: `#/`, `#/s/{id}`, `#/s/{id}/render/{job}`, `#/library`, `#/jobs`; view state
 * behind `?`.
 */

/**
 * @typedef {{view: 'sessions'}|{view: 'library'}|{view: 'jobs'}|{view: 'mixer', session: string}|{view: 'render', session: string, job: string}} Route
 */

/**
 * Reads a fragment.
 * @param {string} fragment
 * @returns {{route: Route, query: URLSearchParams}}
 */
export function readRoute(fragment) {
  const [path, query = ''] = fragment.replace(/^#/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const found = new URLSearchParams(query);
  if (parts[0] === 'library') return { route: { view: 'library' }, query: found };
  if (parts[0] === 'jobs') return { route: { view: 'jobs' }, query: found };
  if (parts[0] === 's' && parts[1] && parts[2] === 'render' && parts[3])
    return { route: { view: 'render', session: parts[1], job: parts[3] }, query: found };
  if (parts[0] === 's' && parts[1]) return { route: { view: 'mixer', session: parts[1] }, query: found };
  return { route: { view: 'sessions' }, query: found };
}

/** Returns the link to a mixer. @param {string} session */
export const mixerLink = (session) => `#/s/${encodeURIComponent(session)}`;

/** Returns the link to a render. @param {string} session @param {string} job */
export const renderLink = (session, job) => `${mixerLink(session)}/render/${encodeURIComponent(job)}`;

/** Returns the link to a search of the library. @param {URLSearchParams} query */
export const libraryLink = (query) => `#/library${query.size ? `?${query}` : ''}`;
