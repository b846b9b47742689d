#include "core/label_pattern.h"

#include <re2/re2.h>

#include <algorithm>

namespace heald::core {

LabelPattern::LabelPattern(const std::string& pattern)
    : pattern_(std::make_shared<const re2::RE2>(pattern, re2::RE2::Quiet)) {}

std::string LabelPattern::problem() const {
  return pattern_->ok() ? "" : pattern_->error();
}

bool LabelPattern::matches(std::string_view value) const {
  return isPlainLabelValue(value) && pattern_->ok() &&
         re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *pattern_);
}

bool isPlainLabelValue(std::string_view value) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return !value.empty() && value.size() <= LabelPattern::kLongest && value.front() != '-' &&
         std::none_of(value.begin(), value.end(), is_control);
}

}  // namespace heald::core
