// What the dashboards are made of. `config` is the mixin's _config.
//
// Queries are written short, and `promql` writes them out:
//   {S          the series that are chosen at the top: {cluster=~"$cluster",job=~"$job",instance=~"$instance"
//   G, R, C, P  beside it: the governor, the remedy, the check that is chosen (P: the check's name in the label `process`)
//   (H          by, on: (cluster, namespace, job, instance: what tells one heald from every other
//   (J          the same without the instance
//   {T          of heald_remedy_info and heald_check_info: as {S, of the team that is chosen
//   {F          of what rules record of a job: as {S, without the instance
function(config) {
  local kit = self,
  local source = { type: 'prometheus', uid: '${datasource}' },
  local last(list) = list[std.length(list) - 1],
  local job = last(config.jobLabels),
  local instance = last(config.instanceLabels),
  local team = config.teamLabel,
  // A variable for each of them, of the same name.
  local places = config.clusterLabels + [job, instance],
  local matchers(labels) = std.join(',', [m for m in [config.selector] if m != ''] + ['%s=~"$%s"' % [label, label] for label in labels]),
  local chosen = matchers(places),
  local heald = std.join(', ', config.clusterLabels + config.jobLabels + config.instanceLabels),
  local jobs = std.join(', ', config.clusterLabels + config.jobLabels),

  // For legends: the names of the labels, as in '{{%(instance)s}}' % k.labels.
  labels:: { job: std.join(' ', ['{{%s}}' % label for label in config.clusterLabels + [job]]), instance: '{{%s}}' % instance, team: '{{%s}}' % team },
  teamLabel:: team,

  // In one pass over the characters: std.strReplace is slow.
  local short = {
    S: chosen,
    T: chosen + ',%s=~"$%s"' % [team, team],
    F: matchers(config.clusterLabels + [job]),
    G: 'governor=~"$governor"',
    R: 'remedy=~"$remedy"',
    C: 'check=~"$check"',
    P: 'process=~"$check"',
    H: heald,
    J: jobs,
  },
  local before = { '{': true, '(': true, ',': true },
  promql(text)::
    local chars = std.stringChars(text);
    std.join('', std.mapWithIndex(
      function(i, c) if std.objectHas(short, c) && i > 0 && std.objectHas(before, chars[i - 1]) then short[c] else c, chars
    )),

  local infoOf(key) = 'heald_%s_info{T}' % (if key == 'check' then 'check' else 'remedy'),
  // `text` for the series of these governors, remedies or checks that belong to the team that is chosen; with at=' @ end()' at the end of
  // the time range. A join costs at every step: what is 0 is left out before it.
  ofTeam(key, text, at=''):: '((%s) and on (H, %s) %s%s)' % [text, key, infoOf(key), at],
  // The same with the label `team`. A governor of several teams' remedies is shown with one of them.
  withTeam(key, text):: '((%s) * on (H, %s) group_left (%s) topk by (H, %s) (1, %s))' % [text, key, team, key, infoOf(key)],
  // What was added to counters within each step. One event is one bar; increase() loses one that falls between two steps and makes
  // up for it in others, which on a fleet is as good, and an eighth of the price of `exactly`.
  perStep(selector):: 'increase(%s[$__interval])' % selector,
  // The sum of that for the team that is chosen.
  perStepOf(key, selector):: 'round(sum(%s)) or vector(0)' % kit.ofTeam(key, kit.perStep(selector) + ' > 0'),
  // Of one host: each event is one bar of height 1.
  exactly(selector):: 'clamp_min(%s - %s offset $__interval, 0)' % [selector, selector],
  // Of many series the n whose `by` is greatest, for the whole time range: topk() alone takes others at every step. `by` asks for
  // one moment, with @ end().
  greatest(n, key, text, by):: '(%s) and on (%s) topk(%d, %s)' % [text, key, n, by],
  // What rules record of several windows (…:ratio1d, …:ratio7d): each with its window as a label.
  windowsOf(record, matchers):: std.join(' or ', [
    'label_replace(%s%s{%s}, "window", "%s", "", "")' % [record, window, matchers, window]
    for window in ['1d', '7d', '30d']
  ]),
  greatestNow(n, key, selector):: kit.greatest(n, key, selector, selector + ' @ end()'),

  // Colours. Red needs a human.
  steps(list):: { mode: 'absolute', steps: [{ color: color[0], value: if std.length(color) > 1 then color[1] } for color in list] },
  plain:: kit.steps([['blue']]),
  zeroIsGood(color='red'):: kit.steps([['green'], [color, 1]]),
  shares(low, high):: kit.steps([['red'], ['orange', low], ['green', high]]),

  local target(index, query, instant, table=false) = {
    refId: std.char(65 + index),
    datasource: source,
    editorMode: 'code',
    expr: kit.promql(query.expr),
    legendFormat: std.get(query, 'legend', ''),
    range: !instant,
    instant: instant,
    [if table then 'format']: 'table',
    // The data source's scrape interval may be set shorter than it is: rates over four minutes at least.
    [if !instant then 'interval']: config.minimumInterval,
  },

  local panel(type, title, description, queries, options) = {
    type: type,
    title: title,
    description: description,
    datasource: source,
    w: std.get(options, 'w', 12),
    targets: std.mapWithIndex(
      function(i, query) target(i, query, type != 'timeseries' && type != 'state-timeline', type == 'table'), queries
    ),
    fieldConfig: {
      defaults: { unit: std.get(options, 'unit', 'none') } + std.get(options, 'defaults', {}),
      overrides: std.get(options, 'overrides', []),
    },
    [if type == 'timeseries' || type == 'state-timeline' then 'interval']: std.get(options, 'interval', config.minimumInterval),
    // About as many points at every time range: what 500 hosts answer must not grow with it.
    [if type == 'timeseries' || type == 'state-timeline' then 'maxDataPoints']:
      std.get(options, 'points', if std.get(options, 'w', 12) > 8 then 250 else 150),
    [if std.objectHas(options, 'runbook') then 'links']: [{
      title: 'Runbook',
      url: '%s/%s.md' % [config.runbookUrl, options.runbook],
      targetBlank: true,
    }],
  },
  // Panels take one query as a string, or several as [{expr, legend}].
  local queriesOf(query) = if std.type(query) == 'string' then [{ expr: query }] else query,
  local reduce = { calcs: ['lastNotNull'], fields: '', values: false },
  local named(name, properties) = { matcher: { id: 'byName', options: name }, properties: properties },
  local fixed(color) = { id: 'color', value: { mode: 'fixed', fixedColor: color } },

  // One number; `goTo` is the dashboard that says more.
  stat(title, description, query, options={})::
    panel('stat', title, description, queriesOf(query), { w: 3 } + options + {
      defaults: {
        thresholds: std.get(options, 'thresholds', kit.plain),
        color: { mode: 'thresholds' },
        mappings: [],
        [if std.objectHas(options, 'goTo') then 'links']: [kit.dashboardLink(options.goTo)],
      } + std.get(options, 'defaults', {}),
    }) + {
      options: {
        colorMode: 'value',
        graphMode: 'none',
        justifyMode: 'auto',
        orientation: 'auto',
        textMode: 'value',
        reduceOptions: reduce,
      },
    },

  local timeseries(custom) = function(title, description, query, options={})
    panel('timeseries', title, description, queriesOf(query), options + {
      defaults: {
        color: { mode: 'shades', fixedColor: std.get(options, 'color', 'blue') },
        min: 0,
        custom: {
          lineWidth: 1,
          showPoints: 'never',
          spanNulls: false,
          lineInterpolation: 'linear',
        } + custom + std.get(options, 'custom', {}),
      } + std.get(options, 'defaults', {}),
      // {series: colour}; a limit is dashed.
      overrides: [
        named(name, if std.startsWith(options.colors[name], 'limit:') then [
          fixed(options.colors[name][6:]),
          { id: 'custom.fillOpacity', value: 0 },
          { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
        ] else [fixed(options.colors[name])])
        for name in std.objectFields(std.get(options, 'colors', {}))
      ] + std.get(options, 'overrides', []),
    }) + {
      options: {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
        tooltip: { mode: 'multi', sort: 'desc' },
      },
    },
  lines:: timeseries({ drawStyle: 'line', fillOpacity: 10, stacking: { mode: 'none', group: 'A' } }),
  areas:: timeseries({ drawStyle: 'line', fillOpacity: 40, stacking: { mode: 'normal', group: 'A' }, axisSoftMax: 1 }),
  // Counts in each step, of five minutes at least: see perStep.
  bars(title, description, query, options={})::
    timeseries({ drawStyle: 'bars', fillOpacity: 70, stacking: { mode: 'normal', group: 'A' }, axisSoftMax: 1 })(
      title, description, query, { interval: config.countInterval, points: 100 } + options
    ) + { targets: [one { interval: config.countInterval } for one in super.targets] },

  // One row for each series; `words` is [[text, colour]], of the values 0, 1, 2, …
  timeline(title, description, query, legend, words, options={})::
    panel('state-timeline', title, description, [{ expr: query, legend: legend }], { w: 24, unit: 'short', points: 100 } + options + {
      defaults: {
        mappings: [{
          type: 'value',
          options: { [std.toString(i)]: { text: words[i][0], color: words[i][1], index: i } for i in std.range(0, std.length(words) - 1) },
        }],
        color: { mode: 'thresholds' },
        thresholds: kit.steps([[words[0][1]]]),
        custom: { fillOpacity: 80, lineWidth: 0 },
        [if std.objectHas(options, 'none') then 'noValue']: options.none,
      },
    }) + {
      options: {
        alignValue: 'left',
        mergeValues: true,
        rowHeight: 0.8,
        showValue: 'auto',
        legend: { displayMode: 'list', placement: 'bottom', showLegend: false, calcs: [] },
        tooltip: { mode: 'single', sort: 'none' },
      },
    },
  // A state set as one number for each row, which is the place of the state in `states`: compared, never added, so that no two
  // series of one name can make a third state. The first state, which most are in, comes last: `or` is dear.
  stateNumber(by, metric, selector, label, states)::
    local is(i) = '(%s{%s,%s="%s"} == 1)' % [metric, selector, label, states[i]];
    'max by (%s) (%s or 0 * %s)' % [by, std.join(' or ', ['%d * %s' % [i, is(i)] for i in std.range(1, std.length(states) - 1)]), is(0)],
  // The same without the first state: a gap is the first, and who never left it has no row. For thousands.
  notFirst(by, metric, selector, label, states)::
    'max by (%s) (%s)' % [by, std.join(' or ', [
      '%d * (%s{%s,%s="%s"} == 1)' % [i, metric, selector, label, states[i]]
      for i in std.range(1, std.length(states) - 1)
    ])],

  // The greatest, as bars.
  ranking(title, description, query, legend, options={})::
    panel('bargauge', title, description, [{ expr: query, legend: legend }], options + {
      defaults: {
        thresholds: std.get(options, 'thresholds', kit.plain),
        color: { mode: 'thresholds' },
        min: 0,
      } + std.get(options, 'defaults', {}),
    }) + {
      options: {
        displayMode: 'basic',
        orientation: 'horizontal',
        showUnfilled: true,
        valueMode: 'text',
        namePlacement: 'left',
        reduceOptions: reduce,
        text: { titleSize: 13, valueSize: 15 },
      },
    },

  // Columns: [{field, title, unit, goTo, width, …}] in their order; the field `Value` is the number. What is no column is hidden, and
  // there for links.
  table(title, description, query, columns, options={})::
    local names = [column.field for column in columns];
    panel('table', title, description, queriesOf(query), { unit: 'string' } + options + {
      defaults: {
        custom: { align: 'left', filterable: true },
        [if std.objectHas(options, 'none') then 'noValue']: options.none,
      },
      overrides: [
        {
          matcher: { id: 'byRegexp', options: '^(?!(%s)$).*$' % std.join('|', names) },
          properties: [{ id: 'custom.hidden', value: true }],
        },
      ] + [
        named(column.field, [{ id: 'displayName', value: column.title }]
              + (if std.objectHas(column, 'unit') then [{ id: 'unit', value: column.unit }] else [])
              + (if std.objectHas(column, 'width') then [{ id: 'custom.width', value: column.width }] else [])
              + (if std.objectHas(column, 'goTo') then [{ id: 'links', value: [kit.rowLink(column.goTo)] }] else [])
              + std.get(column, 'more', []))
        for column in columns
      ],
    }) + {
      options: { showHeader: true, [if std.objectHas(options, 'sortBy') then 'sortBy']: options.sortBy },
      transformations: [{
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          renameByName: {},
          indexByName: { [names[i]]: i for i in std.range(0, std.length(names) - 1) },
        },
      }],
    },
  since(title='Since'):: { field: 'Value', title: title, unit: 'dateTimeFromNow', width: 130 },
  hostColumn:: { field: instance, title: 'Host', goTo: 'heald-host' },
  // What else tells healds apart; Prometheus leaves out the columns that nothing has.
  placeColumns:: [{ field: label, title: std.asciiUpper(label[0]) + label[1:], width: 110 } for label in config.clusterLabels],
  teamColumn:: { field: team, title: 'Team', width: 110 },

  // Links carry the time and what is chosen.
  local carried(variables) = std.join('&', ['${%s:queryparam}' % name for name in ['datasource'] + variables]) + '&${__url_time_range}',
  dashboardLink(uid):: {
    title: config.dashboardTitles[uid],
    url: '/d/%s?%s' % [uid, carried(places)],
    targetBlank: false,
  },
  // To the heald of a table's row, and the governor or check that the row is about.
  rowLink(uid)::
    local of = { 'heald-host': [], 'heald-healing': ['governor'], 'heald-checks': ['check'] };
    {
      title: config.dashboardTitles[uid],
      url: '/d/%s?%s&%s' % [uid, carried([]), std.join('&', [
        'var-%s=${__data.fields.%s}' % pair
        for pair in [[label, label] for label in places + of[uid]]
      ])],
      targetBlank: false,
    },

  // To the host that a bar is about.
  seriesLink(uid):: {
    title: config.dashboardTitles[uid],
    url: '/d/%s?%s&%s' % [uid, carried([]), std.join('&', [
      'var-%s=${__field.labels.%s}' % pair
      for pair in [[label, label] for label in places]
    ])],
    targetBlank: false,
  },

  local variable(name, metric, options={}) = {
    name: name,
    label: std.asciiUpper(name[0]) + name[1:],
    type: 'query',
    datasource: source,
    query: { query: 'label_values(%s, %s)' % [metric, name], refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: ['All'], value: ['$__all'] },
    hide: 0,
    regex: '',
    skipUrlSync: false,
    options: [],
  } + options,
  // Where the healds are, each offered within what is chosen before it.
  local placeVariables(one) = std.mapWithIndex(
    function(i, label)
      variable(label, 'heald_build_info{%s}' % matchers(places[:i]), if label == instance && one then { multi: false, includeAll: false, current: { text: '', value: '' } } else {}),
    places
  ),
  local dataSource = {
    name: 'datasource',
    label: 'Data source',
    type: 'datasource',
    query: 'prometheus',
    hide: 0,
    includeAll: false,
    multi: false,
    refresh: 1,
    regex: '',
    skipUrlSync: false,
    options: [],
  },
  local variables = {
    [team]: variable(team, '{__name__=~"heald_(check|remedy)_info",%s}' % chosen),
    governor: variable('governor', 'heald_dormant{%s}' % chosen),
    remedy: variable('remedy', 'heald_remedy_info{%s}' % chosen),
    check: variable('check', 'heald_check_health{%s,health="healthy"}' % chosen),
  },

  // Marks in every panel. Over $__rate_interval, which is four steps of a minute at least: a scrape interval of a minute, and
  // a scrape that is missing, lose none. A value below 1 would not be drawn by every Grafana, hence round().
  local annotation(name, color, by, counter, title, text) = {
    name: name,
    enable: true,
    hide: false,
    iconColor: color,
    datasource: source,
    expr: kit.promql('round(sum by (%s) (increase(%s[$__rate_interval]))) > 0' % [by, counter]),
    step: '60s',
    titleFormat: title,
    tagKeys: job,
    textFormat: text,
    useValueForTime: 'off',
  },
  // `by` tells how far apart marks are kept: on a fleet one mark for each job is enough.
  annotations(by, where)::
    local governor = std.length(std.findSubstr('governor', by)) > 0;
    local whose(one, all) = if governor then one else all;
    [
      {
        builtIn: 1,
        datasource: { type: 'grafana', uid: '-- Grafana --' },
        enable: true,
        hide: true,
        iconColor: 'rgba(0, 211, 255, 1)',
        name: 'Annotations & Alerts',
        type: 'dashboard',
      },
      annotation('Dormant', 'red', by, 'heald_dormant_entries_total{S}', whose('{{governor}} has become dormant', 'governors have become dormant'), where),
      annotation('Resumed', 'green', by, 'heald_resumes_total{S}', whose('{{governor}} was resumed', 'governors were resumed'), where),
      annotation('Reset', 'blue', by, 'heald_circuit_breaker_resets_total{S}', whose('the circuit breaker of {{governor}} was reset', 'circuit breakers were reset'), where),
      annotation('Reload', 'purple', std.strReplace(by, ', governor', ''), 'heald_config_reloads_total{S}', 'the configuration was read again', where),
    ],

  row(title, panels, height=8):: { title: title, panels: panels, height: height },

  // Rows of panels, laid beside each other from the left, each of its row's height. (Sums are arrays, [y, panels]: jsonnet
  // evaluates a field of an object again each time that it is read, and an element of an array once.)
  local laid(rows) =
    local placed(done, row) =
      local header = if row.title == '' then [] else [{
        type: 'row',
        title: row.title,
        collapsed: false,
        gridPos: { x: 0, y: done[0], w: 24, h: 1 },
        panels: [],
      }];
      local place(at, one) =
        local fits = at[0] + one.w <= 24;
        local x = if fits then at[0] else 0;
        local y = if fits then at[1] else at[1] + row.height;
        [x + one.w, y, at[2] + [
          { [field]: one[field] for field in std.objectFields(one) if field != 'w' }
          + { gridPos: { x: x, y: y, w: one.w, h: row.height } },
        ]];
      local panels = std.foldl(place, row.panels, [0, done[0] + std.length(header), []]);
      [panels[1] + row.height, done[1] + header + panels[2]];
    std.foldl(placed, rows, [0, []])[1],

  // `offered`: what can be chosen beside cluster, job and instance; 'one' when it is of one instance.
  dashboard(uid, description, offered, annotations, rows):: {
    uid: uid,
    title: config.dashboardTitles[uid],
    description: description,
    tags: ['heald'],
    timezone: 'browser',
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: config.dashboardRefresh,
    fiscalYearStartMonth: 0,
    liveNow: false,
    weekStart: '',
    time: { from: 'now-6h', to: 'now' },
    timepicker: {},
    templating: {
      list: [dataSource] + placeVariables(std.member(offered, 'one'))
            + [variables[if name == 'team' then team else name] for name in offered if name != 'one'],
    },
    annotations: { list: annotations },
    links: [
      {
        title: 'Dashboards of heald',
        type: 'dashboards',
        tags: ['heald'],
        asDropdown: false,
        includeVars: true,
        keepTime: true,
        icon: 'dashboard',
        targetBlank: false,
        tooltip: '',
        url: '',
      },
      {
        title: 'heald',
        type: 'link',
        url: config.healdUrl + '/',
        icon: 'external link',
        targetBlank: true,
        tags: [],
        asDropdown: false,
        includeVars: false,
        keepTime: false,
        tooltip: 'the control plane of heald',
      },
      {
        title: 'Runbooks',
        type: 'link',
        url: config.runbookUrl + '/',
        icon: 'doc',
        targetBlank: true,
        tags: [],
        asDropdown: false,
        includeVars: false,
        keepTime: false,
        tooltip: 'what to do, for each alert',
      },
    ],
    panels: std.mapWithIndex(function(i, one) one { id: i + 1 }, laid(rows)),
  },
}
