#include "io/expected_status.h"

#include <algorithm>

#include "io/text.h"

namespace heald::io {

bool ExpectedStatus::allows(int status) const {
  if (list.empty()) return status / 100 == 2;
  return std::find(list.begin(), list.end(), status) != list.end();
}

std::string ExpectedStatus::complaint(int status) const {
  std::string wanted = list.empty() ? "2xx" : "";
  for (const int one : list) wanted += (wanted.empty() ? "" : " or ") + std::to_string(one);
  return oneLine("status " + std::to_string(status) + " (expected " + wanted + ")");
}

}  // namespace heald::io
