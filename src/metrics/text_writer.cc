#include "metrics/text_writer.h"

#include <prometheus/text_serializer.h>

#include <charconv>
#include <cmath>
#include <string_view>

namespace heald::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::size_t kBytesPerSeries = 96;  // a guess, to grow the text rarely

void appendNumber(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    return;
  }
  // For people, 1000000 and not 1e+06: but not 300 digits either.
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e17);
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value,
                                 plain ? std::chars_format::fixed : std::chars_format::general);
  out.append(digits, end.ptr);
}

void appendNumber(std::string& out, std::uint64_t value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void appendEscaped(std::string& out, std::string_view text, bool quotes) {
  for (const char character : text) {
    if (character == '\n') {
      out += "\\n";
    } else if (character == '\\' || (quotes && character == '"')) {
      (out += '\\') += character;
    } else {
      out += character;
    }
  }
}

std::string_view typeWord(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Summary:
    case MetricType::Untyped:
      break;  // heald has none
  }
  return "untyped";
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void write(const MetricFamily& family) {
    ((out_ += "# HELP ") += family.name) += ' ';
    appendEscaped(out_, family.help, false);
    (((out_ += "\n# TYPE ") += family.name) += ' ') += typeWord(family.type);
    out_ += '\n';
    for (const ClientMetric& metric : family.metric) {
      if (family.type == MetricType::Histogram) {
        writeHistogram(family.name, metric);
      } else {
        begin(family.name, "", metric);
        end(family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value);
      }
    }
  }

 private:
  void writeHistogram(const std::string& name, const ClientMetric& metric) {
    for (const ClientMetric::Bucket& bucket : metric.histogram.bucket) {
      begin(name, "_bucket", metric, &bucket.upper_bound);
      end(bucket.cumulative_count);
    }
    const double infinity = HUGE_VAL;
    begin(name, "_bucket", metric, &infinity);
    end(metric.histogram.sample_count);
    begin(name, "_sum", metric);
    end(metric.histogram.sample_sum);
    begin(name, "_count", metric);
    end(metric.histogram.sample_count);
  }

  void begin(const std::string& name, std::string_view suffix, const ClientMetric& metric,
             const double* upper_bound = nullptr) {
    (out_ += name) += suffix;
    char separator = '{';
    for (const ClientMetric::Label& label : metric.label) {
      ((out_ += separator) += label.name) += "=\"";
      appendEscaped(out_, label.value, true);
      out_ += '"';
      separator = ',';
    }
    if (upper_bound != nullptr) {
      (out_ += separator) += "le=\"";
      appendNumber(out_, *upper_bound);
      out_ += '"';
      separator = ',';
    }
    out_ += separator == ',' ? "} " : " ";
  }

  template <class Number>
  void end(Number value) {
    appendNumber(out_, value);
    out_ += '\n';
  }

  std::string& out_;
};

}  // namespace

std::string PrometheusTextWriter::write(const std::vector<MetricFamily>& families) const {
  return prometheus::TextSerializer().Serialize(families);
}

std::string ExactTextWriter::write(const std::vector<MetricFamily>& families) const {
  std::size_t series = 0;
  for (const MetricFamily& family : families) {
    series += family.metric.size() * (family.type == MetricType::Histogram ? 14 : 1);
  }
  std::string text;
  text.reserve(series * kBytesPerSeries);
  Writer writer(text);
  for (const MetricFamily& family : families) {
    writer.write(family);
  }
  return text;
}

}  // namespace heald::metrics
