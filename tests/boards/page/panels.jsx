// Panels, drawn by the components that Grafana itself draws them with.
import { FieldType, getFieldDisplayName, getFieldDisplayValues } from '@grafana/data';
import { BigValue, PanelChrome, TimeSeries, VizRepeater, useTheme2 } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

const nothing = (panel) => <div className="nothing">{panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;

const hasValues = (frames) => frames.some((frame) => frame.length > 0);

function Lines({ panel, frames, scene, width, height, onDrawn }) {
  const graphable = frames.filter((frame) => frame.fields.some((field) => field.type === FieldType.number));
  if (!hasValues(graphable)) {
    return nothing(panel);
  }
  return (
    <TimeSeries
      frames={graphable}
      structureRev={1}
      timeRange={scene.timeRange}
      timeZone="browser"
      width={width}
      height={height}
      legend={panel.options.legend}
      options={panel.options}
    >
      {(config, aligned) => {
        config.addHook('draw', (plot) => onDrawn(plot, aligned));
        return null;
      }}
    </TimeSeries>
  );
}

function Rows({ panel, frames, scene, width, height }) {
  const [data] = frames;
  if (data === undefined || data.length === 0) {
    return nothing(panel);
  }
  return (
    <TableNG
      data={data}
      width={width}
      height={height}
      cellHeight={panel.options.cellHeight}
      enableVirtualization={false}
      timeRange={scene.timeRange}
      structureRev={1}
    />
  );
}

function Numbers({ panel, frames, scene, width, height }) {
  const theme = useTheme2();
  const options = panel.options;
  const values = () =>
    getFieldDisplayValues({
      data: frames,
      reduceOptions: options.reduceOptions,
      fieldConfig: panel.fieldConfig,
      replaceVariables: scene.replaced,
      theme,
      timeZone: 'browser',
    });
  const number = ({ value, width, height, count }) => (
    <BigValue
      value={value.display}
      count={count}
      colorMode={options.colorMode}
      graphMode={options.graphMode}
      justifyMode={options.justifyMode}
      textMode={options.textMode}
      width={width}
      height={height}
      theme={theme}
    />
  );
  return (
    <VizRepeater
      getValues={values}
      renderValue={number}
      source={frames}
      width={width}
      height={height}
      itemSpacing={3}
      orientation={options.orientation}
      minVizWidth={75}
      minVizHeight={75}
      renderCounter={1}
    />
  );
}

const KINDS = { timeseries: Lines, table: Rows, stat: Numbers };

export function PanelView({ panel, ...rest }) {
  const Kind = KINDS[panel.type];
  const { width, height } = rest;
  const padding = panel.type === 'table' ? 'none' : 'md';
  return (
    <div data-panel={panel.title}>
      <PanelChrome title={panel.title} description={panel.description} width={width} height={height} padding={padding}>
        {(innerWidth, innerHeight) => <Kind panel={panel} {...rest} width={innerWidth} height={innerHeight} />}
      </PanelChrome>
    </div>
  );
}

/** What a table shows: for each row, column → the words, the colour and the link. */
export const shownRows = ([data]) =>
  data === undefined
    ? []
    : Array.from({ length: data.length }, (_, row) =>
        Object.fromEntries(
          data.fields
            .filter((field) => field.config.custom?.hideFrom?.viz !== true)
            .map((field) => {
              const display = field.display(field.values[row]);
              const links = field.config.links?.length ? field.getLinks({ valueRowIndex: row }) : [];
              const words = `${display.prefix ?? ''}${display.text}${display.suffix ?? ''}`;
              return [getFieldDisplayName(field, data), { words, colour: display.color ?? null, link: links[0]?.href ?? null }];
            })
        )
      );
