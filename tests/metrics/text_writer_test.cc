#include "metrics/text_writer.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <sstream>

#include "metrics/support.h"

namespace heald::metrics {
namespace {

using prometheus::MetricType;

// The lines with their numbers read; sorted, since the order within a histogram is free.
std::vector<std::pair<std::string, double>> parsed(const std::string& text) {
  std::vector<std::pair<std::string, double>> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const auto space = line.rfind(' ');
    const bool comment = line.starts_with('#');
    lines.emplace_back(comment ? line : line.substr(0, space),
                       comment ? 0 : std::strtod(line.c_str() + space, nullptr));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string exactly(double value) {
  prometheus::MetricFamily family{"x", "h", MetricType::Gauge, {{}}};
  family.metric[0].gauge.value = value;
  const std::string text = ExactTextWriter().write({family});
  return text.substr(text.rfind(' ') + 1, text.size() - text.rfind(' ') - 2);
}

TEST(ExactTextWriter, WritesTheTextOfPrometheusOwnSerializer) {
  engine::Snapshot snapshot = richSnapshot();
  snapshot.checks[0].name = "line\nbreak \"quote\" back\\slash";
  const auto families = collect(snapshot, richSources(), at(100));
  const auto ours = parsed(ExactTextWriter().write(families));
  const auto theirs = parsed(PrometheusTextWriter().write(families));
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].first, theirs[i].first);
    EXPECT_DOUBLE_EQ(ours[i].second, theirs[i].second) << ours[i].first;
  }
}

TEST(ExactTextWriter, WritesNumbersForPeopleAndLosesNoBitOfThem) {
  EXPECT_EQ(exactly(0), "0");
  EXPECT_EQ(exactly(1'000'000), "1000000");
  EXPECT_EQ(exactly(0.0001), "0.0001");
  EXPECT_EQ(exactly(-2.5), "-2.5");
  EXPECT_EQ(exactly(1e300), "1e+300");
  EXPECT_EQ(exactly(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(exactly(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(exactly(std::numeric_limits<double>::quiet_NaN()), "NaN");
  for (const double value : {1'700'000'000.123456789, 0.1 + 0.2, 5e-324, 1.0 / 3, 1e16 + 2}) {
    EXPECT_EQ(std::strtod(exactly(value).c_str(), nullptr), value);
  }
}

TEST(ExactTextWriter, EscapesHelpAndEndsEachBucketListWithInfinity) {
  prometheus::MetricFamily family{"x", "two\nlines \\ \"quoted\"", MetricType::Histogram, {{}}};
  family.metric[0].histogram = {3, 1.5, {{1, 0.5}}};
  EXPECT_EQ(ExactTextWriter().write({family}),
            "# HELP x two\\nlines \\\\ \"quoted\"\n"
            "# TYPE x histogram\n"
            "x_bucket{le=\"0.5\"} 1\n"
            "x_bucket{le=\"+Inf\"} 3\n"
            "x_sum 1.5\n"
            "x_count 3\n");
}

TEST(OpenMetricsWriter, NamesCountersWithoutTheirSuffixAndEnds) {
  prometheus::MetricFamily counter{"x_total", "say \"hi\"", MetricType::Counter, {{}}};
  counter.metric[0].counter.value = 3;
  prometheus::MetricFamily gauge{"y", "h", MetricType::Gauge, {{}}};
  EXPECT_EQ(OpenMetricsWriter().write({counter, gauge}),
            "# HELP x say \\\"hi\\\"\n"
            "# TYPE x counter\n"
            "x_total 3\n"
            "# HELP y h\n"
            "# TYPE y gauge\n"
            "y 0\n"
            "# EOF\n");
}

TEST(OpenMetricsWriter, HasTheSeriesOfTheOtherText) {
  const engine::Snapshot snapshot = richSnapshot();
  const auto families = collect(snapshot, richSources(), at(100));
  const auto series = [](const std::string& text) {
    auto lines = parsed(text);
    std::erase_if(lines, [](const auto& line) { return line.first.starts_with('#'); });
    return lines;
  };
  EXPECT_EQ(series(OpenMetricsWriter().write(families)), series(ExactTextWriter().write(families)));
}

TEST(OpenMetricsWriter, ABucketOfAttemptsNamesTheLastOfThem) {
  engine::Snapshot snapshot = richSnapshot();
  engine::Histogram& exec = snapshot.healing_durations.at("exec");
  snapshot.healing_durations.try_emplace("a-first-kind", engine::healingBuckets());
  exec.observe(std::chrono::seconds(3), 16, at(40).wall);
  exec.observe(std::chrono::seconds(4), 17, at(50).wall);
  exec.observe(std::chrono::hours(4), 18, at(60).wall);
  const auto families = collect(snapshot, richSources(), at(100));
  const std::string text = OpenMetricsWriter(exemplarsOf(snapshot)).write(families);
  EXPECT_THAT(
      text, testing::HasSubstr("heald_healing_duration_seconds_bucket{kind=\"exec\",le=\"5\"} 4 # "
                               "{attempt=\"17\"} 4 1700000050\n"));
  EXPECT_THAT(text, testing::HasSubstr(
                        "heald_healing_duration_seconds_bucket{kind=\"exec\",le=\"+Inf\"} 5 # "
                        "{attempt=\"18\"} 14400 1700000060\n"));
  EXPECT_THAT(text, testing::HasSubstr("{kind=\"a-first-kind\",le=\"5\"} 0\n"));
}

TEST(OpenMetricsWriter, InFullDetailABucketNamesTheLastAttemptOfItsRemedy) {
  engine::Snapshot snapshot = richSnapshot();
  snapshot.full_metrics = true;
  snapshot.remedies[1].duration.observe(std::chrono::seconds(4), 17, at(50).wall);
  const auto families = collect(snapshot, richSources(), at(100));
  const std::string text = OpenMetricsWriter(exemplarsOf(snapshot)).write(families);
  EXPECT_THAT(text, testing::HasSubstr("{kind=\"exec\",remedy=\"web\",le=\"5\"} 2 # "
                                       "{attempt=\"17\"} 4 1700000050\n"));
  EXPECT_THAT(text, testing::HasSubstr("{kind=\"exec\",remedy=\"restart\",le=\"5\"} 1\n"));
}

}  // namespace
}  // namespace heald::metrics
