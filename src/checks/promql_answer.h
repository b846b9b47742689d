#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heald/result.h"

namespace heald::checks {

// One series of an instant query at one moment.
struct PromqlSample {
  double value = 0;    // may be NaN or infinite
  std::string labels;  // {instance="a:9100", job="node"} in order of their names; "" without any

  friend bool operator==(const PromqlSample&, const PromqlSample&) = default;
};

// At most this much of an answer is kept; what is longer is no answer.
inline constexpr std::size_t kPromqlAnswerBytes = 1024 * 1024;

// Reads the body of an answer of Prometheus' /api/v1/query: the samples of a vector, or the one of
// a scalar. Everything else is an Error that says in one line of valid UTF-8 why nothing is known:
// a refusal ("bad_data: …"), a string, a range, a histogram, a warning (the answer may be
// incomplete), and what is no answer of Prometheus at all. Pure; takes any bytes; never throws.
Result<std::vector<PromqlSample>> readPromqlAnswer(std::string_view body);

}  // namespace heald::checks
