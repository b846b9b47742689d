// Read back with protoc and the schema that Prometheus publishes (Debian: protobuf-compiler and
// golang-github-prometheus-client-model-dev): another program than the one that wrote it.
#include "metrics/protobuf.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>

#include "metrics/support.h"

namespace heald::metrics {
namespace {

const std::string kSchemas = "/usr/share/gocode/src/github.com/prometheus/client_model";

// A message as protoc prints it: fields by name (by number where the schema does not know them).
struct Node {
  std::string value;
  std::vector<std::pair<std::string, Node>> fields;

  std::vector<const Node*> all(const std::string& name) const {
    std::vector<const Node*> found;
    for (const auto& [field, node] : fields) {
      if (field == name) found.push_back(&node);
    }
    return found;
  }
  const Node& one(const std::string& name) const {
    const auto found = all(name);
    if (found.size() != 1) throw std::runtime_error(name + " is not there once");
    return *found[0];
  }
  double number(const std::string& name) const {
    const std::string& text = one(name).value;
    return text == "inf" ? std::numeric_limits<double>::infinity() : std::stod(text);
  }
};

Node parse(std::istream& in) {
  Node node;
  for (std::string line; std::getline(in, line);) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    line = line.substr(begin);
    if (line == "}") break;
    if (line.ends_with(" {")) {
      node.fields.emplace_back(line.substr(0, line.size() - 2), parse(in));
      continue;
    }
    const auto colon = line.find(": ");
    std::string value = line.substr(colon + 2);
    if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
    node.fields.emplace_back(line.substr(0, colon), Node{value, {}});
  }
  return node;
}

// The delimited messages as one message, whose field 1 they are.
std::string inOneMessage(const std::string& delimited) {
  std::string all;
  for (std::size_t at = 0; at < delimited.size();) {
    std::uint64_t length = 0;
    const std::size_t begin = at;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(delimited.at(at++));
      length |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    all += '\x0a' + delimited.substr(begin, at - begin + length);
    at += length;
  }
  return all;
}

class Protobuf : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v protoc >/dev/null 2>&1") != 0 ||
        !std::filesystem::exists(kSchemas)) {
      GTEST_SKIP() << "protobuf-compiler or golang-github-prometheus-client-model-dev is missing";
    }
    std::string folder =
        (std::filesystem::temp_directory_path() / "heald-protobuf-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Node decoded(const engine::Snapshot& snapshot) {
    const Exposition exposition = collectWithBeside(snapshot, richSources(), at(100));
    std::ofstream(folder_ / "stream.proto")
        << "syntax = \"proto2\";\nimport \"io/prometheus/client/metrics.proto\";\n"
           "message Stream { repeated io.prometheus.client.MetricFamily family = 1; }\n";
    std::ofstream(folder_ / "in", std::ios::binary) << inOneMessage(protobufOf(exposition));
    const std::string command = "protoc --decode=Stream -I " + kSchemas + " -I " +
                                folder_.string() + " stream.proto < " + (folder_ / "in").string() +
                                " > " + (folder_ / "out").string();
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::ifstream in(folder_ / "out");
    return parse(in);
  }
  static const Node& family(const Node& stream, const std::string& name) {
    for (const Node* each : stream.all("family")) {
      if (each->one("name").value == name) return *each;
    }
    throw std::runtime_error("no family " + name);
  }

  std::filesystem::path folder_;
};

void expectSame(const Node& metric, const prometheus::ClientMetric& wanted,
                prometheus::MetricType type) {
  const auto labels = metric.all("label");
  ASSERT_EQ(labels.size(), wanted.label.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_EQ(labels[i]->one("name").value, wanted.label[i].name);
    const bool plain = wanted.label[i].value.find_first_of("\\\"\xff\xef") == std::string::npos;
    if (plain) {
      EXPECT_EQ(labels[i]->one("value").value, wanted.label[i].value);
    }
  }
  if (type == prometheus::MetricType::Counter) {
    EXPECT_EQ(metric.one("counter").number("value"), wanted.counter.value);
  } else if (type == prometheus::MetricType::Gauge) {
    EXPECT_EQ(metric.one("gauge").number("value"), wanted.gauge.value);
  } else {
    const Node& histogram = metric.one("histogram");
    EXPECT_EQ(histogram.number("sample_count"), wanted.histogram.sample_count);
    EXPECT_EQ(histogram.number("sample_sum"), wanted.histogram.sample_sum);
    const auto buckets = histogram.all("bucket");
    ASSERT_EQ(buckets.size(), wanted.histogram.bucket.size() + 1);
    for (std::size_t i = 0; i < wanted.histogram.bucket.size(); ++i) {
      EXPECT_EQ(buckets[i]->number("upper_bound"), wanted.histogram.bucket[i].upper_bound);
      EXPECT_EQ(buckets[i]->number("cumulative_count"),
                wanted.histogram.bucket[i].cumulative_count);
    }
    EXPECT_TRUE(std::isinf(buckets.back()->number("upper_bound")));
    EXPECT_EQ(buckets.back()->number("cumulative_count"), wanted.histogram.sample_count);
  }
}

TEST_F(Protobuf, ThePublishedSchemaReadsEverySeriesOfTheTexts) {
  for (const bool full : {false, true}) {
    engine::Snapshot snapshot = richSnapshot();
    snapshot.full_metrics = full;
    const Node stream = decoded(snapshot);
    const auto wanted = collect(snapshot, richSources(), at(100));
    const auto families = stream.all("family");
    ASSERT_EQ(families.size(), wanted.size());
    for (std::size_t f = 0; f < wanted.size(); ++f) {
      SCOPED_TRACE(wanted[f].name);
      EXPECT_EQ(families[f]->one("name").value, wanted[f].name);
      EXPECT_FALSE(families[f]->one("help").value.empty());
      const std::string type = families[f]->one("type").value;
      EXPECT_EQ(type, wanted[f].type == prometheus::MetricType::Counter ? "COUNTER"
                      : wanted[f].type == prometheus::MetricType::Gauge ? "GAUGE"
                                                                        : "HISTOGRAM");
      const auto metrics = families[f]->all("metric");
      ASSERT_EQ(metrics.size(), wanted[f].metric.size());
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        expectSame(*metrics[i], wanted[f].metric[i], wanted[f].type);
      }
    }
  }
}

// Where each bucket of a native histogram ends, with its count.
std::map<double, double> nativeOf(const Node& histogram) {
  const double growth = std::exp2(std::exp2(-histogram.number("schema")));
  std::vector<int> indices;
  int index = 0;
  for (const Node* span : histogram.all("positive_span")) {
    index += static_cast<int>(span->number("offset"));
    for (int i = 0; i < span->number("length"); ++i) indices.push_back(index++);
  }
  const auto deltas = histogram.all("positive_delta");
  EXPECT_EQ(deltas.size(), indices.size());
  std::map<double, double> buckets;
  double count = 0;
  for (std::size_t i = 0; i < deltas.size(); ++i) {
    count += std::stod(deltas[i]->value);
    buckets[std::pow(growth, indices[i])] = count;
  }
  return buckets;
}

TEST_F(Protobuf, ANativeHistogramHoldsEachObservationWithinNinePercent) {
  engine::Snapshot snapshot = richSnapshot();
  engine::Histogram& seen = snapshot.check_durations.at("http");
  seen = engine::Histogram(engine::checkBuckets());
  const std::vector<double> observed = {1e-9, 2e-6, 0.004, 0.0041, 0.012, 0.012, 1, 2, 700};
  for (const double seconds : observed) {
    seen.observe(
        std::chrono::duration_cast<core::Duration>(std::chrono::duration<double>(seconds)));
  }
  const Node stream = decoded(snapshot);
  const Node& histogram =
      family(stream, "heald_check_duration_seconds").one("metric").one("histogram");
  EXPECT_EQ(histogram.number("zero_count"), 1);
  EXPECT_LT(histogram.number("zero_threshold"), 1e-5);
  const auto buckets = nativeOf(histogram);
  double all = histogram.number("zero_count");
  for (const auto& [end, count] : buckets) all += count;
  EXPECT_EQ(all, histogram.number("sample_count"));
  for (const double seconds : observed) {
    if (seconds <= histogram.number("zero_threshold")) continue;
    const auto bucket = buckets.lower_bound(seconds * (1 - 1e-9));
    ASSERT_NE(bucket, buckets.end()) << seconds;
    EXPECT_GT(bucket->second, 0) << seconds;
    EXPECT_LE(bucket->first, seconds * 1.091) << seconds;
  }
}

TEST_F(Protobuf, AHistogramWithoutObservationsIsNativeAllTheSame) {
  const Node stream = decoded(engine::Snapshot{});
  const Node& histogram = family(stream, "heald_event_wait_seconds").one("metric").one("histogram");
  EXPECT_EQ(histogram.number("sample_count"), 0);
  EXPECT_EQ(histogram.all("positive_span").size(), 1u);
  EXPECT_TRUE(nativeOf(histogram).empty());
}

TEST_F(Protobuf, ABucketCarriesTheAttemptThatTheTextNames) {
  engine::Snapshot snapshot = richSnapshot();
  snapshot.healing_durations.at("exec").observe(std::chrono::seconds(4), 17, at(50).wall);
  const Node stream = decoded(snapshot);
  std::vector<std::string> attempts;
  for (const Node* bucket : family(stream, "heald_healing_duration_seconds")
                                .one("metric")
                                .one("histogram")
                                .all("bucket")) {
    for (const Node* exemplar : bucket->all("exemplar")) {
      EXPECT_EQ(bucket->number("upper_bound"), 5);
      EXPECT_EQ(exemplar->one("label").one("name").value, "attempt");
      EXPECT_EQ(exemplar->number("value"), 4);
      EXPECT_EQ(exemplar->one("timestamp").number("seconds"), 1'700'000'050);
      attempts.push_back(exemplar->one("label").one("value").value);
    }
  }
  EXPECT_EQ(attempts, std::vector<std::string>{"17"});
}

// Newer than Debian's schema, which keeps it by its number: 3 of a counter, 15 of a histogram.
TEST_F(Protobuf, WhatBeganWithTheProcessSaysWhenAndWhatIsDurableDoesNot) {
  const std::set<std::string> durable = {
      "heald_healing_attempts_total",        "heald_healing_successes_total",
      "heald_healing_failures_total",        "heald_healing_failure_reasons_total",
      "heald_check_unhealthy_seconds_total", "heald_incidents_total",
      "heald_time_to_heal_seconds",          "heald_human_actions_total"};
  engine::Snapshot snapshot = richSnapshot();
  snapshot.started = at(7);
  std::set<std::string> without;
  const Node stream = decoded(snapshot);
  for (const Node* each : stream.all("family")) {
    const std::string name = each->one("name").value;
    if (each->one("type").value == "GAUGE") continue;
    const bool counter = each->one("type").value == "COUNTER";
    for (const Node* metric : each->all("metric")) {
      const auto start = metric->one(counter ? "counter" : "histogram").all(counter ? "3" : "15");
      if (start.empty()) {
        without.insert(name);
      } else {
        EXPECT_EQ(start[0]->number("1"), 1'700'000'007) << name;
      }
    }
  }
  EXPECT_EQ(without, durable);
}

TEST_F(Protobuf, HostileNamesCostNoScrape) {
  engine::Snapshot snapshot = richSnapshot();
  snapshot.checks[0].name = "bad \xff\xc0\xaf byte \" \n \\";
  EXPECT_EQ(decoded(snapshot).all("family").size(),
            collect(snapshot, richSources(), at(100)).size());
}

}  // namespace
}  // namespace heald::metrics
