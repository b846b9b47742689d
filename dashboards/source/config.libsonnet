// What can be set about the dashboards, beside what the alerts have.
{
  _config+:: {
    // The label in `metric_labels` of heald's configuration that says whose a check or a remedy is.
    teamLabel: 'team',
    // No panel asks for more often than that. As long as the longest scrape interval, or longer.
    minimumInterval: '1m',
    // The same for bars that count events.
    countInterval: '10m',
    // Longer than the slowest panel takes, and not shorter than the scrape interval.
    dashboardRefresh: '1m',
  },
}
