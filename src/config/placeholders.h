#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heald::config {

// What stands between {{ and }} in a text. heald knows one form, a name: {{instance}}, with or
// without blanks. What the name stands for is the matter of who fills it in: a key of the item of a
// for_each, or a label of an alert. Anything else, like docker's '{{.State.Running}}', is text.
struct Placeholder {
  std::size_t begin = 0;    // of its {{
  std::size_t end = 0;      // behind its }}
  std::string_view inside;  // without blanks at its ends
  bool name = false;        // whether that is a name
};

// In order; they do not overlap. The views are into `text`.
std::vector<Placeholder> placeholdersIn(std::string_view text);

// What an attempt says of itself in an HTTP request, and an alert's label of that name does not.
inline constexpr std::string_view kAttemptNumber = "attempt";
inline constexpr std::string_view kAttemptTime = "now";
bool isOfTheAttempt(std::string_view name);

// The names among them.
std::vector<std::string> namesIn(std::string_view text);

std::string braced(std::string_view name);  // "{{name}}", not too long for a message

// Letters, digits and _, not beginning with a digit: what may stand in {{…}}, as labels do.
bool isPlaceholderName(std::string_view text);

// A text as Prometheus and Alertmanager fill it in, and nobody else: "{{ $labels.instance }}",
// "{{ .CommonLabels.job }}", "{{ $value }}".
struct AlertTemplate {
  std::string text;   // as it stands; empty: there is none
  std::string label;  // that it means; empty when it means none
};
AlertTemplate alertTemplateIn(std::string_view text);

// "{{instance}" or "{{instance": an opened name that nothing closes, or "".
std::string openPlaceholderIn(std::string_view text);

}  // namespace heald::config
