#include "metrics/protobuf.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace heald::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// The fields of io.prometheus.client, version 0.6 of the schema.
namespace field {
constexpr int kLabelName = 1, kLabelValue = 2;
constexpr int kGaugeValue = 1;
constexpr int kCounterValue = 1, kCounterCreated = 3;
constexpr int kSampleCount = 1, kSampleSum = 2, kBucket = 3, kSchema = 5, kZeroThreshold = 6,
              kZeroCount = 7, kPositiveSpan = 12, kPositiveDelta = 13, kHistogramCreated = 15;
constexpr int kCumulativeCount = 1, kUpperBound = 2, kBucketExemplar = 3;
constexpr int kSpanOffset = 1, kSpanLength = 2;
constexpr int kExemplarLabel = 1, kExemplarValue = 2, kExemplarTimestamp = 3;
constexpr int kSeconds = 1, kNanos = 2;
constexpr int kMetricLabel = 1, kGauge = 2, kCounter = 3, kHistogram = 7;
constexpr int kFamilyName = 1, kFamilyHelp = 2, kFamilyType = 3, kFamilyMetric = 4;
}  // namespace field

enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2 };

std::uint64_t typeNumber(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return 0;
    case MetricType::Gauge:
      return 1;
    case MetricType::Summary:
      return 2;
    case MetricType::Untyped:
      return 3;
    case MetricType::Histogram:
      return 4;
  }
  return 3;
}

void putVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

// Positive and negative numbers in turn: 0, -1, 1, -2, …
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

// One message, appended to a text. What is in it is written first and its length put before it.
class Message {
 public:
  explicit Message(std::string& out) : out_(out) {}

  void varint(int field, std::uint64_t value) {
    tag(field, WireType::kVarint);
    putVarint(out_, value);
  }
  void number(int field, double value) {
    tag(field, WireType::kFixed64);
    auto bits = std::bit_cast<std::uint64_t>(value);
    char bytes[8];
    for (char& byte : bytes) {
      byte = static_cast<char>(bits);
      bits >>= 8;
    }
    out_.append(bytes, sizeof bytes);
  }
  void text(int field, std::string_view value) {
    tag(field, WireType::kLength);
    putVarint(out_, value.size());
    out_ += value;
  }
  template <class Fill>
  void message(int field, Fill fill) {
    tag(field, WireType::kLength);
    lengthFirst(out_, fill);
  }
  // Most messages are shorter than 128 bytes, whose length is one byte.
  template <class Fill>
  static void lengthFirst(std::string& out, Fill fill) {
    const std::size_t begin = out.size();
    out += '\0';
    fill(Message(out));
    const std::size_t length = out.size() - begin - 1;
    if (length < 0x80) {
      out[begin] = static_cast<char>(length);
      return;
    }
    std::string prefix;
    putVarint(prefix, length);
    out.replace(begin, 1, prefix);
  }

 private:
  void tag(int field, WireType type) {
    putVarint(out_, static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type));
  }
  std::string& out_;
};

void putTime(Message& message, int field, core::WallTime time) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  const std::int64_t nanoseconds = time.time_since_epoch().count();
  message.message(field, [&](Message moment) {
    moment.varint(field::kSeconds, static_cast<std::uint64_t>(nanoseconds / kBillion));
    moment.varint(field::kNanos, static_cast<std::uint64_t>(nanoseconds % kBillion));
  });
}

void putLabel(Message& message, int field, std::string_view name, std::string_view value) {
  message.message(field, [&](Message label) {
    label.text(field::kLabelName, name);
    label.text(field::kLabelValue, value);
  });
}

void putExemplar(Message& bucket, const engine::Exemplar& exemplar) {
  bucket.message(field::kBucketExemplar, [&](Message message) {
    putLabel(message, field::kExemplarLabel, "attempt", std::to_string(exemplar.attempt));
    message.number(field::kExemplarValue, exemplar.seconds);
    putTime(message, field::kExemplarTimestamp, exemplar.at);
  });
}

// Runs of neighbours with the gap before each, and each count as what it is more than the last.
void putNative(Message& message, const engine::Histogram& histogram) {
  const auto& buckets = histogram.native();
  message.varint(field::kSchema, zigzag(engine::Histogram::kNativeSchema));
  message.number(field::kZeroThreshold, engine::Histogram::kNativeZero);
  message.varint(field::kZeroCount, histogram.nativeZeros());
  if (buckets.empty()) {  // says that it is native all the same
    message.message(field::kPositiveSpan, [](Message span) {
      span.varint(field::kSpanOffset, zigzag(0));
      span.varint(field::kSpanLength, 0);
    });
  }
  int end = 0;
  for (std::size_t i = 0; i < buckets.size();) {
    std::size_t next = i + 1;
    while (next < buckets.size() && buckets[next].index == buckets[next - 1].index + 1) ++next;
    message.message(field::kPositiveSpan, [&](Message span) {
      span.varint(field::kSpanOffset, zigzag(buckets[i].index - end));
      span.varint(field::kSpanLength, next - i);
    });
    end = buckets[next - 1].index + 1;
    i = next;
  }
  std::int64_t last = 0;
  for (const auto& [index, count] : buckets) {
    message.varint(field::kPositiveDelta, zigzag(static_cast<std::int64_t>(count) - last));
    last = static_cast<std::int64_t>(count);
  }
}

class Encoder {
 public:
  explicit Encoder(const Exposition& exposition) : exposition_(exposition) {}

  void write(std::string& out) const {
    for (const FamilyWithBeside& one : exposition_.families) {
      Message::lengthFirst(out, [&](Message message) { putFamily(message, one); });
    }
  }

 private:
  void putFamily(Message& message, const FamilyWithBeside& one) const {
    const MetricFamily& family = one.family;
    message.text(field::kFamilyName, family.name);
    message.text(field::kFamilyHelp, family.help);
    message.varint(field::kFamilyType, typeNumber(family.type));
    for (std::size_t i = 0; i < family.metric.size(); ++i) {
      message.message(field::kFamilyMetric, [&](Message metric) {
        for (const ClientMetric::Label& label : family.metric[i].label) {
          putLabel(metric, field::kMetricLabel, label.name, label.value);
        }
        putValue(metric, one, i);
      });
    }
  }

  void putValue(Message& metric, const FamilyWithBeside& one, std::size_t i) const {
    const ClientMetric& values = one.family.metric[i];
    const bool started = !one.durable;
    if (one.family.type == MetricType::Histogram) {
      metric.message(field::kHistogram, [&](Message histogram) {
        putBuckets(histogram, one.histograms[i]);
        putNative(histogram, one.histograms[i]);
        if (started) putTime(histogram, field::kHistogramCreated, exposition_.started);
      });
    } else if (one.family.type == MetricType::Counter) {
      metric.message(field::kCounter, [&](Message counter) {
        counter.number(field::kCounterValue, values.counter.value);
        if (started) putTime(counter, field::kCounterCreated, exposition_.started);
      });
    } else {
      metric.message(field::kGauge,
                     [&](Message gauge) { gauge.number(field::kGaugeValue, values.gauge.value); });
    }
  }

  static void putBuckets(Message& message, const engine::Histogram& histogram) {
    message.varint(field::kSampleCount, histogram.count());
    message.number(field::kSampleSum, histogram.sumSeconds());
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
      const bool last = i == histogram.bounds().size();
      cumulative += last ? 0 : histogram.counts()[i];
      message.message(field::kBucket, [&](Message bucket) {
        bucket.varint(field::kCumulativeCount, last ? histogram.count() : cumulative);
        bucket.number(field::kUpperBound, last ? HUGE_VAL : histogram.bounds()[i]);
        if (const auto exemplar = histogram.exemplar(i)) putExemplar(bucket, *exemplar);
      });
    }
  }

  const Exposition& exposition_;
};

}  // namespace

std::string protobufOf(const Exposition& exposition) {
  constexpr std::size_t kBytesPerSeries = 64;  // a guess, to grow the text rarely
  std::size_t series = 0;
  for (const auto& [family, durable, histograms] : exposition.families) {
    series += family.metric.size() * (family.type == MetricType::Histogram ? 8 : 1);
  }
  std::string out;
  out.reserve(series * kBytesPerSeries);
  Encoder(exposition).write(out);
  return out;
}

}  // namespace heald::metrics
