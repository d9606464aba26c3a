'use strict';
// Reads out the series under the pointer, at the same time in every plot over time.
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
  const number = (value) => (value == null ? '–' : value.toFixed(1).replace('-', '−'));
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
      `M ${number(series.momentary[index])}`,
      `S ${number(series.short[index])} LUFS`,
      `peak ${number(series.peak[index])} dBTP`,
    ];
    if (series.reduction.length) parts.push(`limiter −${number(series.reduction[index])} dB`);
    readout.textContent = parts.join('   ');
    readout.hidden = false;
  };
  areas.forEach((area) => {
    area.addEventListener('pointermove', show);
    area.addEventListener('pointerleave', hide);
  });
})();
