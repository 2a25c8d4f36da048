// Answers of InfluxDB as data frames. This stands in for Grafana's data source, whose code is not used here: one frame
// for each column of a series, or one table for a query.
import { FieldType, createDataFrame } from '@grafana/data';

const typeOf = (values) => {
  const known = values.find((value) => value !== null);
  return { number: FieldType.number, boolean: FieldType.boolean }[typeof known] ?? FieldType.string;
};

const legend = (target, series, column) => {
  const words = { ...Object.fromEntries(Object.entries(series.tags ?? {}).map(([tag, value]) => [`tag_${tag}`, value])), col: column };
  return target.alias.replace(/\$(\w+)/g, (whole, name) => words[name] ?? whole);
};

const column = (series, place) => series.values.map((row) => row[place]);

const lines = (target, answer) =>
  answer.flatMap((series) =>
    series.columns.slice(1).map((name, place) => {
      const values = column(series, place + 1);
      return createDataFrame({
        refId: target.refId,
        name: legend(target, series, name),
        fields: [
          { name: 'Time', type: FieldType.time, values: column(series, 0) },
          {
            name: 'Value',
            type: typeOf(values) === FieldType.string ? FieldType.string : FieldType.number,
            labels: series.tags,
            config: { displayNameFromDS: legend(target, series, name) },
            values,
          },
        ],
      });
    })
  );

const table = (target, answer) => {
  if (answer.length === 0) {
    return [];
  }
  const [first] = answer;
  const times = answer.flatMap((series) => column(series, 0));
  const tags = Object.keys(first.tags ?? {}).map((tag) => ({
    name: tag,
    type: FieldType.string,
    values: answer.flatMap((series) => series.values.map(() => series.tags[tag])),
  }));
  const columns = first.columns.slice(1).map((name, place) => {
    const values = answer.flatMap((series) => column(series, place + 1));
    return { name, type: typeOf(values), values };
  });
  return [createDataFrame({ refId: target.refId, fields: [{ name: 'Time', type: FieldType.time, values: times }, ...tags, ...columns] })];
};

/** Frames of a panel's queries; `answers` has the series of each, with times in milliseconds. */
export const framesOf = (targets, answers) =>
  targets.flatMap((target, place) => (target.resultFormat === 'table' ? table : lines)(target, answers[place]));
