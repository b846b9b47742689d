#include "metrics/text_writer.h"

#include <prometheus/text_serializer.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "metrics/family.h"

namespace heald::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view kTotal = "_total";
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
  Writer(std::string& out, const OpenMetricsWriter::Exemplars& exemplars)
      : out_(out), open_metrics_(true), exemplars_(exemplars) {}

  void write(const MetricFamily& family) {
    std::string_view name = family.name;
    if (open_metrics_ && family.type == MetricType::Counter && name.ends_with(kTotal)) {
      name.remove_suffix(kTotal.size());
    }
    ((out_ += "# HELP ") += name) += ' ';
    appendEscaped(out_, family.help, open_metrics_);
    (((out_ += "\n# TYPE ") += name) += ' ') += typeWord(family.type);
    out_ += '\n';
    for (std::size_t i = 0; i < family.metric.size(); ++i) {
      const ClientMetric& metric = family.metric[i];
      if (family.type == MetricType::Histogram) {
        writeHistogram(family, i);
      } else {
        begin(family.name, "", metric);
        end(family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value);
      }
    }
  }

 private:
  void writeHistogram(const MetricFamily& family, std::size_t i) {
    const std::string& name = family.name;
    const ClientMetric& metric = family.metric[i];
    std::size_t bucket = 0;
    for (const ClientMetric::Bucket& b : metric.histogram.bucket) {
      begin(name, "_bucket", metric, &b.upper_bound);
      appendNumber(out_, b.cumulative_count);
      endBucket(family, i, bucket++);
    }
    const double infinity = HUGE_VAL;
    begin(name, "_bucket", metric, &infinity);
    appendNumber(out_, metric.histogram.sample_count);
    endBucket(family, i, bucket);
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

  void endBucket(const MetricFamily& family, std::size_t metric, std::size_t bucket) {
    if (exemplars_) {
      if (const auto exemplar = exemplars_(family, metric, bucket)) {
        out_ += " # {attempt=\"";
        appendNumber(out_, exemplar->attempt);
        out_ += "\"} ";
        appendNumber(out_, exemplar->seconds);
        out_ += ' ';
        appendNumber(out_, seconds(exemplar->at));
      }
    }
    out_ += '\n';
  }

  std::string& out_;
  bool open_metrics_ = false;
  OpenMetricsWriter::Exemplars exemplars_;
};

std::size_t sizeOf(const std::vector<MetricFamily>& families) {
  std::size_t series = 0;
  for (const MetricFamily& family : families) {
    series += family.metric.size() * (family.type == MetricType::Histogram ? 14 : 1);
  }
  return series * kBytesPerSeries;
}

template <class... Options>
std::string written(const std::vector<MetricFamily>& families, const Options&... options) {
  std::string text;
  text.reserve(sizeOf(families));
  Writer writer(text, options...);
  for (const MetricFamily& family : families) {
    writer.write(family);
  }
  return text;
}

}  // namespace

std::string PrometheusTextWriter::write(const std::vector<MetricFamily>& families) const {
  return prometheus::TextSerializer().Serialize(families);
}

std::string ExactTextWriter::write(const std::vector<MetricFamily>& families) const {
  return written(families);
}

std::string OpenMetricsWriter::write(const std::vector<MetricFamily>& families) const {
  return written(families, exemplars_) + "# EOF\n";
}

}  // namespace heald::metrics
