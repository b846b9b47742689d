#include "metrics/text_families.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include "io/text.h"

namespace heald::metrics {
namespace {

using prometheus::MetricType;

constexpr std::string_view kTotal = "_total";
constexpr std::size_t kLinesPerChunk = 256;

template <class Number>
void appendInteger(std::string& out, Number value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void appendNumber(std::string& out, double value) {
  constexpr double kWhole = 1e15;
  if (value > -kWhole && value < kWhole && value == std::trunc(value)) {
    appendInteger(out, static_cast<std::int64_t>(value));
    return;
  }
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    return;
  }
  // For people, 1000000 and not 1e+06: but not 300 digits either.
  const double size = std::fabs(value);
  const bool plain = size >= 1e-6 && size < 1e17;
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value,
                                 plain ? std::chars_format::fixed : std::chars_format::general);
  out.append(digits, end.ptr);
}

bool isPlain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char character) {
    return static_cast<signed char>(character) < 0x20 || character == '"' || character == '\\';
  });
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

void appendValue(std::string& out, std::string_view value) {
  if (isPlain(value)) {
    out += value;
  } else {
    appendEscaped(out, io::toValidUtf8(value), true);
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

bool isSameLiteral(std::string_view one, std::string_view other) {
  return one.data() == other.data();
}

}  // namespace

void Layout::OfMetric::forgetFrom(std::size_t line) {
  if (line >= ends.size()) return;
  text.resize(line == 0 ? 0 : ends[line - 1]);
  ends.resize(line);
}

void TextFamilies::open(MetricType type, const std::string& name, std::string_view help) {
  close();
  type_ = type;
  name_ = name;
  help_ = help;
  known_ = &layout_.metrics_[name_];
  written_ = 0;
  lines_ = 0;
}

void TextFamilies::close() {
  if (known_ == nullptr) return;
  known_->forgetFrom(written_);
  // A large metric ends with its chunk: what shifts within it shifts nothing behind it.
  if (lines_ >= kLinesPerChunk || in_chunk_ >= kLinesPerChunk) cut();
}

void TextFamilies::writeHead() {
  std::string_view name = name_;
  const bool open_metrics = format_ == TextFormat::kOpenMetrics;
  if (open_metrics && type_ == MetricType::Counter && name.ends_with(kTotal)) {
    name.remove_suffix(kTotal.size());
  }
  std::string& out = page_.text;
  ((out += "# HELP ") += name) += ' ';
  appendEscaped(out, help_, open_metrics);
  (((out += "\n# TYPE ") += name) += ' ') += typeWord(type_);
  out += '\n';
}

void TextFamilies::writeLabels(std::string& out, std::string_view suffix, const LabelSet& labels,
                               const double* upper_bound) const {
  (out += name_) += suffix;
  char separator = '{';
  labels.each([&](std::string_view name, std::string_view value) {
    ((out += separator) += name) += "=\"";
    appendValue(out, value);
    out += '"';
    separator = ',';
  });
  if (upper_bound != nullptr) {
    (out += separator) += "le=\"";
    appendNumber(out, *upper_bound);
    out += '"';
    separator = ',';
  }
  out += separator == ',' ? "} " : " ";
}

std::string_view TextFamilies::knownLine() const {
  if (written_ >= known_->ends.size()) return {};
  const std::size_t begin = written_ == 0 ? 0 : known_->ends[written_ - 1];
  return std::string_view(known_->text).substr(begin, known_->ends[written_] - begin);
}

// Only lines without an escaped value are kept, so a value is the same exactly if its bytes are.
bool TextFamilies::saysTheSame(std::string_view line, const LabelSet& labels) const {
  if (line.empty() || labels.more != nullptr) return false;
  const char* at = line.data() + name_.size();
  const char* const end = line.data() + line.size();
  std::size_t label = 0;
  const auto same = [&](const Label& given) {
    if (label == known_->names.size()) return false;
    const std::string_view name = known_->names[label++];
    if (name.data() != given.first) return false;
    at += name.size() + 3;  // `{check="`
    const std::string_view value = given.second;
    if (end - at < static_cast<std::ptrdiff_t>(value.size()) ||
        std::memcmp(at, value.data(), value.size()) != 0) {
      return false;
    }
    at += value.size();
    return at != end && *at++ == '"';
  };
  for (const Label& given : labels.first) {
    if (!same(given)) return false;
  }
  if (labels.last != nullptr && !same(*labels.last)) return false;
  return label == known_->names.size() && end - at == (label == 0 ? 1 : 2);
}

// Keeps the line that begins at `begin` in the page and ends there. In the place of one with an
// escaped value nothing is kept; behind one whose labels have other names than those before it,
// nothing at all.
void TextFamilies::learn(const LabelSet& labels, std::size_t begin) {
  std::vector<std::string_view> names;
  bool plain = labels.more == nullptr;
  labels.each([&](std::string_view name, std::string_view value) {
    names.push_back(name);
    plain = plain && isPlain(value);
  });
  if (!plain && written_ < known_->ends.size() && knownLine().empty()) return;
  known_->forgetFrom(written_);
  if (written_ == 0) known_->names = names;
  if (known_->ends.size() != written_ ||
      !std::equal(names.begin(), names.end(), known_->names.begin(), known_->names.end(),
                  isSameLiteral)) {
    return;
  }
  if (plain) known_->text.append(page_.text, begin);
  known_->ends.push_back(static_cast<std::uint32_t>(known_->text.size()));
}

void TextFamilies::add(const LabelSet& labels, double value) {
  if (written_ == 0) writeHead();
  std::string& out = page_.text;
  if (const std::string_view line = knownLine(); saysTheSame(line, labels)) {
    out += line;
  } else {
    const std::size_t begin = out.size();
    writeLabels(out, "", labels);
    learn(labels, begin);
  }
  appendNumber(out, value);
  out += '\n';
  ++written_;
  wrote(1);
}

void TextFamilies::add(const LabelSet& labels, const engine::Histogram& histogram) {
  if (written_ == 0) writeHead();
  std::string& out = page_.text;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    cumulative += histogram.counts()[i];
    writeBucket(labels, histogram.bounds()[i], cumulative, histogram.exemplar(i));
  }
  writeBucket(labels, HUGE_VAL, histogram.count(), histogram.exemplar(histogram.bounds().size()));
  writeLabels(out, "_sum", labels);
  appendNumber(out, histogram.sumSeconds());
  out += '\n';
  writeLabels(out, "_count", labels);
  appendInteger(out, histogram.count());
  out += '\n';
  ++written_;
  wrote(histogram.bounds().size() + 3);
}

void TextFamilies::writeBucket(const LabelSet& labels, double bound, std::uint64_t count,
                               const std::optional<engine::Exemplar>& exemplar) {
  std::string& out = page_.text;
  writeLabels(out, "_bucket", labels, &bound);
  appendInteger(out, count);
  if (exemplar && format_ == TextFormat::kOpenMetrics) {
    out += " # {attempt=\"";
    appendInteger(out, exemplar->attempt);
    out += "\"} ";
    appendNumber(out, exemplar->seconds);
    out += ' ';
    appendNumber(out, seconds(exemplar->at));
  }
  out += '\n';
}

void TextFamilies::wrote(std::size_t lines) {
  in_chunk_ += lines;
  const std::size_t before = std::exchange(lines_, lines_ + lines);
  if (before / kLinesPerChunk != lines_ / kLinesPerChunk) cut();
}

void TextFamilies::cut() {
  if (in_chunk_ > 0) page_.cuts.push_back(page_.text.size());
  in_chunk_ = 0;
}

Page TextFamilies::take() {
  close();
  known_ = nullptr;
  if (format_ == TextFormat::kOpenMetrics) {
    page_.text += "# EOF\n";
    ++in_chunk_;
  }
  cut();
  layout_.last_size_ = page_.text.size();
  return std::move(page_);
}

}  // namespace heald::metrics
