// What can be read from a board that is shown: lines as they are in the picture, rows as they are on the page.
import { getFieldDisplayName } from '@grafana/data';

const REACH = 3; // pixels around a point in which its line's colour is looked for
const NEAR = 40; // of 255, by which a colour may differ

const rgba = (colour) => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};

function isPainted(plot, at, value, scale, wanted) {
  const [x, y] = [plot.valToPos(at, 'x', true), plot.valToPos(value, scale, true)].map(Math.round);
  const { data } = plot.ctx.getImageData(x - REACH, y - REACH, 2 * REACH + 1, 2 * REACH + 1);
  for (let pixel = 0; pixel < data.length; pixel += 4) {
    if (data[pixel + 3] > 100 && [0, 1, 2].every((part) => Math.abs(data[pixel + part] - wanted[part]) < NEAR)) {
      return true;
    }
  }
  return false;
}

function lineOf(plot, aligned, number, frames) {
  const one = plot.series[number];
  const { frameIndex, fieldIndex } = aligned.fields[number].state.origin;
  const frame = frames[frameIndex];
  const colour = String(typeof one.stroke === 'function' ? one.stroke(plot, number) : one._stroke);
  const points = plot.data[0]
    .map((at, place) => [at, plot.data[number][place]])
    .filter(([, value]) => value !== null && value !== undefined);
  const { x, [one.scale]: y } = plot.scales;
  const inside = points.filter(([at, value]) => at >= x.min && at <= x.max && value >= y.min && value <= y.max);
  return {
    name: getFieldDisplayName(frame.fields[fieldIndex], frame, frames),
    ref: frame.refId,
    colour,
    dashed: (one.dash ?? []).length > 1,
    shown: one.show !== false,
    points,
    inside: inside.length,
    painted: inside.filter(([at, value]) => isPainted(plot, at, value, one.scale, rgba(colour))).length,
    axis: [y.min, y.max],
  };
}

/** Lines of a chart. */
export const readLines = ([plot, aligned], frames) =>
  aligned.fields.slice(1).map((_, place) => lineOf(plot, aligned, place + 1, frames));

/** Labels of a chart's y axis that have no room. */
export function cutLabels([plot]) {
  const axis = plot.axes[1];
  plot.ctx.save();
  plot.ctx.font = axis.font[0];
  const room = (axis._size - axis.gap) * devicePixelRatio;
  const cut = (axis._values ?? []).filter((label) => label !== null && plot.ctx.measureText(label).width > room);
  plot.ctx.restore();
  return cut;
}

/** A panel on the page: its words, those that are cut, and the rows of a table that are within it. */
export function readPage(title) {
  const panel = [...document.querySelectorAll('[data-panel]')].find((each) => each.dataset.panel === title);
  const around = panel.getBoundingClientRect();
  const rows = [...panel.querySelectorAll('[role=row]')].map((row) => [...row.children]);
  const isCut = (cell) =>
    cell.getBoundingClientRect().right > around.right + 1 ||
    [cell, ...cell.querySelectorAll('*')].some((each) => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1);
  const isWithin = (cell) => {
    const { top, bottom } = cell.getBoundingClientRect();
    return top >= around.top && bottom <= around.bottom + 1;
  };
  return {
    text: panel.innerText,
    cut: rows.flat().filter(isCut).map((cell) => cell.innerText),
    seen: rows
      .slice(1)
      .filter((cells) => cells.every(isWithin))
      .map((cells) => [cells.map((cell) => cell.innerText), getComputedStyle(cells[0]).backgroundColor]),
  };
}
