// The body of an answer of Prometheus' query API.
#include <algorithm>

#include "checks/promql_answer.h"
#include "fuzz.h"

using namespace heald;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::textOf(data, size);
  const auto samples = checks::readPromqlAnswer(body);
  if (!samples) {
    fuzz::requireLine(samples.error().message, "a reason");
    fuzz::require(!samples.error().message.empty(), "it says why nothing is known");
    return 0;
  }
  fuzz::require(body.find("success") != std::string_view::npos, "only a success has samples", body);
  fuzz::require(samples->size() <= body.size() / 2, "each sample stands in the answer", body);
  for (const checks::PromqlSample& sample : *samples) {
    fuzz::requireLine(sample.labels, "the labels of a sample");
    fuzz::require(
        sample.labels.empty() || (sample.labels.front() == '{' && sample.labels.back() == '}'),
        "labels are in braces", sample.labels);
  }
  return 0;
}
