#include "metrics/text_families.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "io/text.h"

namespace heald::metrics {
namespace {

using prometheus::MetricType;

constexpr std::string_view kTotal = "_total";
constexpr std::size_t kLinesPerChunk = 256;
constexpr std::size_t kSmall = 1024;  // bytes; to copy them costs less than a piece more

// As many bytes as a number takes.
constexpr std::size_t kNumber = 64;

template <class Number>
char* putInteger(char* at, Number value) {
  return std::to_chars(at, at + kNumber, value).ptr;
}

char* putNumber(char* at, double value) {
  constexpr double kWhole = 1e15;
  if (value > -kWhole && value < kWhole) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) return putInteger(at, whole);
  }
  if (!std::isfinite(value)) {
    return TextBuffer::put(at, std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
  }
  // For people, 1000000 and not 1e+06: but not 300 digits either.
  const double size = std::fabs(value);
  const bool plain = size >= 1e-6 && size < 1e17;
  return std::to_chars(at, at + kNumber, value,
                       plain ? std::chars_format::fixed : std::chars_format::general)
      .ptr;
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

// Of the value of a label: U+FFFD has three bytes, and may stand for each.
std::size_t mostBytesOf(std::string_view value) {
  return 3 * value.size();
}

char* putValue(char* at, std::string_view value) {
  bool plain = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    at[i] = c;
    plain = plain & (static_cast<signed char>(c) >= 0x20) & (c != '"') & (c != '\\');
  }
  if (plain) return at + value.size();
  std::string escaped;
  appendEscaped(escaped, io::toValidUtf8(value), true);
  return TextBuffer::put(at, escaped);
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

std::string headOf(MetricType type, std::string_view name, std::string_view help,
                   TextFormat format) {
  const bool open_metrics = format == TextFormat::kOpenMetrics;
  if (open_metrics && type == MetricType::Counter && name.ends_with(kTotal)) {
    name.remove_suffix(kTotal.size());
  }
  std::string out = "# HELP ";
  (out += name) += ' ';
  appendEscaped(out, help, open_metrics);
  (((out += "\n# TYPE ") += name) += ' ') += typeWord(type);
  out += '\n';
  return out;
}

}  // namespace

TextFamilies::TextFamilies(TextFormat format, Layout& layout, core::BootTime now, bool full_detail)
    : Families(static_cast<Series&>(*this)),
      format_(format),
      now_(now),
      layout_(layout),
      kept_(layout.formats_[static_cast<std::size_t>(format)]),
      out_(&layout.between_) {
  if (kept_.full_detail != full_detail) kept_ = {};
  kept_.full_detail = full_detail;
  layout_.between_.clear();
  layout_.group_.clear();
}

// Pages have their metrics in the same order, so that it is nearly always the next one. Those that
// are passed over are not in this page.
Layout::OfMetric& TextFamilies::nextMetric(std::string_view key) {
  auto& metrics = kept_.metrics;
  const auto next = metrics.begin() + static_cast<std::ptrdiff_t>(next_metric_++);
  if (next != metrics.end() && next->key == key) return *next;
  const auto found = std::find_if(next, metrics.end(), [&](const auto& m) { return m.key == key; });
  if (found != metrics.end()) return *metrics.erase(next, found);
  return *metrics.insert(next, {std::string(key), nameOf(key), {}, {}, {}, {}});
}

void TextFamilies::open(MetricType type, std::string_view name, std::string_view help) {
  close();
  known_ = &nextMetric(name);
  if (known_->head.empty() || known_->help != help) {
    known_->help = help;
    known_->head = headOf(type, known_->name, help, format_);
  }
  next_group_ = 0;
  next_histogram_ = 0;
  has_head_ = false;
  lines_ = 0;
}

void TextFamilies::close() {
  if (known_ == nullptr) return;
  known_->groups.resize(next_group_);
  known_->histograms.resize(next_histogram_);
  // A large metric ends with its chunk: what shifts within it shifts nothing behind it.
  if (lines_ >= kLinesPerChunk || in_chunk_ >= kLinesPerChunk) cut();
}

void TextFamilies::needHead() {
  if (std::exchange(has_head_, true)) return;
  layout_.between_.append(known_->head);
}

// Returns where the number goes, which has room there.
char* TextFamilies::writeLabels(std::string_view suffix, const LabelSet& labels,
                                const double* upper_bound) {
  std::size_t most = known_->name.size() + suffix.size() + 2 * kNumber;
  labels.each([&](std::string_view name, std::string_view value) {
    most += name.size() + mostBytesOf(value) + 4;
  });
  char* at = TextBuffer::put(TextBuffer::put(out_->room(most), known_->name), suffix);
  char separator = '{';
  labels.each([&](std::string_view name, std::string_view value) {
    *at++ = separator;
    at = TextBuffer::put(at, name);
    *at++ = '=';
    *at++ = '"';
    at = putValue(at, value);
    *at++ = '"';
    separator = ',';
  });
  if (upper_bound != nullptr) {
    *at++ = separator;
    at = putNumber(TextBuffer::put(at, "le=\""), *upper_bound);
    *at++ = '"';
    separator = ',';
  }
  if (separator == ',') *at++ = '}';
  *at++ = ' ';
  return at;
}

void TextFamilies::add(const LabelSet& labels, double value) {
  if (out_ == &layout_.between_) needHead();
  char* at = putNumber(writeLabels("", labels), value);
  *at++ = '\n';
  out_->writtenTo(at);
  wrote(1);
}

void TextFamilies::add(const LabelSet& labels, const engine::Histogram& histogram) {
  if (out_ == &layout_.between_) {
    needHead();
    Layout::OfHistogram& kept = nextHistogram(labels);
    if (kept.histogram == histogram) {
      out_->append(kept.text);
    } else {
      const std::size_t begin = out_->view().size();
      writeHistogram(labels, histogram);
      kept.text = out_->view().substr(begin);
      kept.histogram = histogram;
    }
  } else {
    writeHistogram(labels, histogram);
  }
  wrote(histogram.bounds().size() + 3);
}

// What is kept of other labels is forgotten.
Layout::OfHistogram& TextFamilies::nextHistogram(const LabelSet& labels) {
  const char* end = writeLabels("", labels);  // in the room behind what is written
  const std::string_view written(out_->room(0), end);
  auto& all = known_->histograms;
  if (next_histogram_ == all.size()) all.emplace_back();
  Layout::OfHistogram& kept = all[next_histogram_++];
  if (kept.labels != written) kept = {std::string(written), std::nullopt, {}};
  return kept;
}

void TextFamilies::writeHistogram(const LabelSet& labels, const engine::Histogram& histogram) {
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    cumulative += histogram.counts()[i];
    writeBucket(labels, histogram.bounds()[i], cumulative, histogram.exemplar(i));
  }
  writeBucket(labels, HUGE_VAL, histogram.count(), histogram.exemplar(histogram.bounds().size()));
  char* at = putNumber(writeLabels("_sum", labels), histogram.sumSeconds());
  *at++ = '\n';
  out_->writtenTo(at);
  at = putInteger(writeLabels("_count", labels), histogram.count());
  *at++ = '\n';
  out_->writtenTo(at);
}

void TextFamilies::writeBucket(const LabelSet& labels, double bound, std::uint64_t count,
                               const std::optional<engine::Exemplar>& exemplar) {
  out_->writtenTo(putInteger(writeLabels("_bucket", labels, &bound), count));
  if (exemplar && format_ == TextFormat::kOpenMetrics) {
    char* at = TextBuffer::put(out_->room(4 * kNumber), " # {attempt=\"");
    at = TextBuffer::put(putInteger(at, exemplar->attempt), "\"} ");
    at = putNumber(at, exemplar->seconds);
    *at++ = ' ';
    out_->writtenTo(putNumber(at, seconds(exemplar->at)));
  }
  out_->append("\n");
}

bool TextFamilies::hasThoseOf(const void* group) {
  if (next_group_ < known_->groups.size()) {
    const Layout::OfGroup& kept = known_->groups[next_group_];
    if (kept.items.get() == group && kept.from <= now_ && now_ < kept.until) {
      addPiece(kept);
      ++next_group_;
      return true;
    }
  }
  out_ = &layout_.group_;
  group_lines_ = 0;
  until_ = core::BootTime::max();
  return false;
}

void TextFamilies::madeOf(const std::shared_ptr<const void>& group) {
  out_ = &layout_.between_;
  if (next_group_ == known_->groups.size()) known_->groups.emplace_back();
  Layout::OfGroup& kept = known_->groups[next_group_++];
  const std::string_view text = layout_.group_.view();
  Page::Piece piece;
  if (!text.empty()) {
    const bool same = kept.text != nullptr && *kept.text == text;
    piece = same ? kept.text : std::make_shared<const std::string>(text);
  }
  kept = {group, now_, until_, group_lines_, std::move(piece)};
  layout_.group_.clear();
  addPiece(kept);
}

void TextFamilies::addPiece(const Layout::OfGroup& group) {
  if (group.text == nullptr) return;
  needHead();
  if (group.text->size() < kSmall) {
    layout_.between_.append(*group.text);
  } else {
    endPieceBetween();
    page_.add(group.text);
  }
  wrote(group.lines);
}

void TextFamilies::endPieceBetween() {
  TextBuffer& between = layout_.between_;
  if (between.empty()) return;
  page_.add(std::make_shared<const std::string>(between.view()));
  between.clear();
}

void TextFamilies::wrote(std::size_t lines) {
  if (out_ == &layout_.group_) {
    group_lines_ += lines;
    return;
  }
  in_chunk_ += lines;
  const std::size_t before = std::exchange(lines_, lines_ + lines);
  if (before / kLinesPerChunk != lines_ / kLinesPerChunk) cut();
}

void TextFamilies::cut() {
  endPieceBetween();
  page_.cut();
  in_chunk_ = 0;
}

Page TextFamilies::take() {
  close();
  known_ = nullptr;
  if (format_ == TextFormat::kOpenMetrics) layout_.between_.append("# EOF\n");
  cut();
  kept_.metrics.resize(next_metric_);
  return std::move(page_);
}

}  // namespace heald::metrics
