#pragma once

#include <string>
#include <utility>
#include <vector>

#include "heald/result.h"
#include "remedies/remedy.h"

namespace heald::remedies {

// A text of an HTTP request with placeholders: {{attempt}}, {{now}} (RFC 3339, UTC), and labels of
// the alert. What comes in is data at its place and can never be anything else: a value ends no
// string of a JSON body, and adds no segment to a path and no parameter to a query. Immutable; any
// thread.
class RequestTemplate {
 public:
  enum class Place {
    kAddress,  // percent-encoded; behind the host alone
    kJson,     // within a string, escaped; {{attempt}} may be a number as well
    kForm,     // percent-encoded
    kPlain,    // as it is: a label has no control characters
    kOther,    // nobody here knows how to escape it: takes none
  };

  RequestTemplate() = default;
  RequestTemplate(std::string text, Place place) : text_(std::move(text)), place_(place) {}

  // What the body of a request is, by its Content-Type. Without one: JSON if it begins like JSON.
  static Place placeOfBody(const std::vector<std::pair<std::string, std::string>>& headers,
                           const std::string& body);

  // What is wrong with its placeholders ("takes its host from {{instance}} …"), or "".
  std::string problem() const;
  // The labels that it takes.
  std::vector<std::string> labels() const;
  // With "1" for each placeholder, to look at as a whole.
  std::string sample() const;
  // A label that is missing, or that would lead to another path ("..", in an address), is an error.
  Result<std::string> filled(const ActionRun& run) const;

 private:
  std::string problemOfJson() const;

  std::string text_;
  Place place_ = Place::kPlain;
};

}  // namespace heald::remedies
