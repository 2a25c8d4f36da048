// What Grafana sets up when it starts: its transformations, and the options of fields that panels know.
import {
  FieldConfigOptionsRegistry,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  standardTransformers,
  standardTransformersRegistry,
  systemDateFormats,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

const STANDARD = {
  unit: unitOverrideProcessor,
  min: identityOverrideProcessor,
  max: identityOverrideProcessor,
  decimals: identityOverrideProcessor,
  displayName: displayNameOverrideProcessor,
  noValue: identityOverrideProcessor,
  color: identityOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  links: dataLinksOverrideProcessor,
};

// The names are those of GraphFieldConfig and TableFieldOptions in @grafana/schema.
const CUSTOM = {
  timeseries: [
    'drawStyle', 'lineWidth', 'lineStyle', 'lineInterpolation', 'fillOpacity', 'fillBelowTo', 'pointSize', 'showPoints',
    'spanNulls', 'insertNulls', 'stacking', 'barAlignment', 'barWidthFactor', 'barMaxWidth', 'axisWidth', 'axisSoftMin',
    'axisSoftMax', 'axisPlacement', 'axisLabel', 'axisGridShow', 'thresholdsStyle', 'hideFrom',
  ],
  table: ['width', 'minWidth', 'align', 'cellOptions', 'inspect', 'filterable', 'hideFrom.viz', 'wrapText', 'wrapHeaderText'],
  stat: [],
};

const option = (id, process, isCustom) => ({
  id: isCustom ? `custom.${id}` : id,
  path: id,
  name: id,
  isCustom,
  process,
  shouldApply: () => true,
  override: () => null,
  editor: () => null,
  settings: {},
});

/** Options of a kind of panel. */
export const optionsOf = (kind) => {
  const registry = new FieldConfigOptionsRegistry();
  Object.entries(STANDARD).forEach(([id, process]) => registry.register(option(id, process, false)));
  CUSTOM[kind].forEach((id) => registry.register(option(id, identityOverrideProcessor, true)));
  return registry;
};

/** Options that a panel sets and Grafana would pass over in silence. */
export const unknownOptions = (panel) => {
  const known = optionsOf(panel.type);
  const { defaults, overrides } = panel.fieldConfig;
  const named = [
    ...Object.keys(defaults).filter((id) => id !== 'custom'),
    ...Object.keys(defaults.custom ?? {}).map((id) => `custom.${id}`),
    ...overrides.flatMap((rule) => rule.properties.map((each) => each.id)),
  ];
  const transformations = panel.transformations.map((each) => each.id).filter((id) => !standardTransformersRegistry.getIfExists(id));
  return [...named.filter((id) => !known.getIfExists(id)), ...transformations];
};

export const start = () => {
  systemDateFormats.useBrowserLocale(); // as compose says
  standardTransformersRegistry.setInit(() =>
    [...new Set(Object.values(standardTransformers))].map((each) => ({ ...each, transformation: async () => each, editor: () => null }))
  );
};
