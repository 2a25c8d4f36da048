// A board on a page: what Grafana's dashboard does with a board's file, as far as its libraries do it.
import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-500.css';
import { applyFieldOverrides, cacheFieldDisplayNames, createTheme, dateTime, getFieldDisplayName, transformDataFrame } from '@grafana/data';
import { GlobalStyles, PortalContainer, ThemeContext } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import { lastValueFrom } from 'rxjs';
import { framesOf } from './frames.js';
import { PanelView, shownRows } from './panels.jsx';
import { cutLabels, readLines, readPage } from './readings.js';
import { optionsOf, start, unknownOptions } from './registries.js';

const COLUMNS = 24;
const CELL_HEIGHT = 30;
const GAP = 8;

start();

/** `${name}` and `${__data.fields.name}`, as links have them. */
const replacer = (choices) => (text, scoped) =>
  text.replace(/\$\{([^}]+)\}/g, (whole, name) => {
    const context = scoped?.__dataContext?.value;
    if (name.startsWith('__data.fields.') && context !== undefined) {
      const wanted = name.slice('__data.fields.'.length);
      const field = context.frame.fields.find((each) => each.name === wanted || getFieldDisplayName(each, context.frame) === wanted);
      return field === undefined ? whole : String(field.values[context.rowIndex]);
    }
    return choices[name] ?? whole;
  });

async function prepared(panel, answers, scene) {
  const frames = await lastValueFrom(transformDataFrame(panel.transformations, framesOf(panel.targets, answers)));
  const shown = applyFieldOverrides({
    data: frames,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: optionsOf(panel.type),
    replaceVariables: scene.replaced,
    theme: scene.theme,
    timeZone: 'browser',
  });
  cacheFieldDisplayNames(shown);
  return shown;
}

const place = ({ x, y, w, h }, width) => {
  const column = (width - GAP * (COLUMNS - 1)) / COLUMNS;
  return { left: x * (column + GAP), top: y * (CELL_HEIGHT + GAP), width: w * (column + GAP) - GAP, height: h * (CELL_HEIGHT + GAP) - GAP };
};

function Board({ board, scene, panels, width, onDrawn }) {
  const bottom = Math.max(...board.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * (CELL_HEIGHT + GAP);
  return (
    <main>
      <header>
        <h1>{board.title}</h1>
        {scene.header.map(([label, value]) => (
          <span key={label}>
            {label} <b>{value}</b>
          </span>
        ))}
      </header>
      <div className="grid" style={{ height: bottom, width }}>
        {board.panels.map((panel) => {
          const { left, top, width: panelWidth, height } = place(panel.gridPos, width);
          return (
            <div key={panel.id} style={{ position: 'absolute', left, top, width: panelWidth, height }}>
              {panel.type === 'row' ? (
                <h2>{panel.title}</h2>
              ) : (
                <PanelView
                  panel={panel}
                  frames={panels[panel.id]}
                  scene={scene}
                  width={panelWidth}
                  height={height}
                  onDrawn={(plot, aligned) => onDrawn(panel, plot, aligned)}
                />
              )}
            </div>
          );
        })}
      </div>
    </main>
  );
}

/** Show a board; answers with what each panel shows. */
window.showBoard = async ({ board, answers, choices, header, from, to, theme: mode, width }) => {
  const theme = createTheme({ colors: { mode } });
  const timeRange = { from: dateTime(from), to: dateTime(to), raw: { from: dateTime(from), to: dateTime(to) } };
  const scene = { theme, timeRange, header, replaced: replacer(choices) };
  const panels = {};
  const plots = {};
  const charts = board.panels.filter((panel) => panel.type !== 'row');
  for (const panel of charts) {
    panels[panel.id] = await prepared(panel, answers[panel.id], scene);
  }
  const onDrawn = (panel, plot, aligned) => {
    plots[panel.id] = [plot, aligned];
  };
  document.body.className = mode;
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  createRoot(root).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PortalContainer />
      <Board board={board} scene={scene} panels={panels} width={width} onDrawn={onDrawn} />
    </ThemeContext.Provider>
  );
  window.readBoard = () =>
    charts.map((panel) => {
      const frames = panels[panel.id];
      const chart = plots[panel.id];
      const page = readPage(panel.title);
      return {
        ...page,
        title: panel.title,
        kind: panel.type,
        unknown: unknownOptions(panel),
        columns: frames.flatMap((frame) => frame.fields.map((field) => getFieldDisplayName(field, frame, frames))),
        names: frames.flatMap((frame) => frame.fields.map((field) => field.name)),
        rows: panel.type === 'table' ? shownRows(frames) : [],
        lines: chart === undefined ? [] : readLines(chart, frames),
        cut: chart === undefined ? page.cut : cutLabels(chart),
      };
    });
  await untilDrawn(() => charts.filter((panel) => isChart(panel, panels[panel.id])).every((panel) => panel.id in plots));
};

const isChart = (panel, frames) => panel.type === 'timeseries' && frames.some((frame) => frame.length > 0);

async function untilDrawn(isDrawn) {
  const end = performance.now() + 60_000;
  const picture = () => new Promise((resolve) => requestAnimationFrame(resolve));
  while (!isDrawn() && performance.now() < end) {
    await picture();
  }
  await picture();
  await picture();
}
