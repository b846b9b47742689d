// A dashboard of heald: Grafana's own types, with the options of the kinds of panel that we use in their place, and
// with the queries of Prometheus, of which @grafana/schema knows nothing.
import type { DataQuery, DataSourceRef } from '@grafana/schema';
import type * as grafana from '@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen';
import type * as bargauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as statetimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

interface PrometheusQuery extends DataQuery {
  datasource: DataSourceRef;
  editorMode: 'code';
  exemplar?: boolean;
  expr: string;
  format?: 'time_series' | 'table' | 'heatmap';
  instant: boolean;
  interval?: string;
  legendFormat: string;
  range: boolean;
}

interface PrometheusAnnotation extends Omit<grafana.AnnotationQuery, 'target'> {
  expr?: string;
  step?: string;
  tagKeys?: string;
  textFormat?: string;
  titleFormat?: string;
  useValueForTime?: 'on' | 'off';
}

interface Link {
  targetBlank: boolean;
  title: string;
  url: string;
}

interface PanelOf<Type extends string, Options, Field>
  extends Omit<grafana.Panel, 'type' | 'options' | 'fieldConfig' | 'targets' | 'links'> {
  type: Type;
  options: Options;
  fieldConfig: Omit<grafana.FieldConfigSource, 'defaults'> & {
    defaults: Omit<grafana.FieldConfig, 'custom'> & { custom?: Partial<Field> };
  };
  links?: Link[];
  targets: PrometheusQuery[];
}

// By the word in `type`.
export interface Panels {
  row: grafana.RowPanel;
  bargauge: PanelOf<'bargauge', Partial<bargauge.Options>, {}>;
  stat: PanelOf<'stat', Partial<stat.Options>, {}>;
  'state-timeline': PanelOf<'state-timeline', Partial<statetimeline.Options>, statetimeline.FieldConfig>;
  table: PanelOf<'table', Partial<table.Options>, table.FieldConfig>;
  timeseries: PanelOf<'timeseries', Partial<timeseries.Options>, timeseries.FieldConfig>;
}

export interface Dashboard extends Omit<grafana.Dashboard, 'panels' | 'annotations'> {
  annotations: { list: PrometheusAnnotation[] };
  panels: { type: keyof Panels }[];
}
