'use strict';
// Reads out the series under the pointer, at the same time in every plot over time; and shows there what the player plays.
(() => {
  const series = JSON.parse(document.getElementById('series').textContent);
  const readout = document.getElementById('readout');
  const areas = [...document.querySelectorAll('.frame.time .area')];
  const cursors = areas.map((area) => {
    const cursor = document.createElement('div');
    cursor.className = 'cursor';
    cursor.hidden = true;
    area.append(cursor);
    return cursor;
  });
  const number = (value) => (value == null ? '–' : value.toFixed(1).replace(/^-(?=0\.0$)/, '').replace('-', '−'));
  const hide = () => {
    readout.hidden = true;
    cursors.forEach((cursor) => { cursor.hidden = true; });
  };
  const show = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    const time = share * series.duration_s;
    const index = Math.floor(time / series.interval_s);
    cursors.forEach((cursor) => { cursor.hidden = false; cursor.style.left = `${100 * share}%`; });
    const seconds = (time % 60).toFixed(1).padStart(4, '0');
    const parts = [
      `${Math.floor(time / 60)}:${seconds}`,
      ...series.readings.map(({ label, unit, values }) => `${label} ${number(values[index])} ${unit}`),
    ];
    const taken = series.reduction[index];
    if (series.reduction.length) parts.push(`limiter ${number(taken == null ? null : -taken)} dB`);
    readout.textContent = parts.join('   ');
    readout.hidden = false;
  };
  const player = document.getElementById('player');
  const playheads = areas.map((area) => {
    const playhead = document.createElement('div');
    playhead.className = 'playhead';
    playhead.hidden = true;
    area.append(playhead);
    return playhead;
  });
  const follow = () => {
    const share = Math.min(player.currentTime / series.duration_s, 1);
    playheads.forEach((playhead) => { playhead.hidden = false; playhead.style.left = `${100 * share}%`; });
    if (!player.paused && !player.ended) requestAnimationFrame(follow);
  };
  ['play', 'pause', 'seeked', 'ended'].forEach((event) => player.addEventListener(event, follow));
  // Without the file beside the page there is nothing to play.
  player.addEventListener('error', () => { player.hidden = true; });
  areas.forEach((area) => {
    area.addEventListener('click', (event) => {
      const box = area.getBoundingClientRect();
      if (player.readyState) player.currentTime = (series.duration_s * (event.clientX - box.left)) / box.width;
    });
    area.addEventListener('pointermove', show);
    area.addEventListener('pointerleave', hide);
  });
})();
