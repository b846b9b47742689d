#pragma once

#include <string>
#include <vector>

#include "config/document.h"
#include "config/placeholders.h"
#include "config/value_reader.h"

namespace heald::config {

// Finds the {{…}} that nobody would fill in, before it reaches a program or a server as it stands:
// names where neither an alert's label nor the attempt goes, what Prometheus' own templates look
// like, and what is not closed. Each is told what works there, and is then faulty. Looks at the
// text of the file, not at what ${NAME} stands for.
class PlaceholderJudge {
 public:
  explicit PlaceholderJudge(ValueReader& values) : values_(values) {}

  // With its template written out and its defaults put in.
  void judgeCheck(Node& check, const Spot& spot);
  void judgeRemedy(Node& remedy, const Spot& spot);
  // check_defaults or remedy_defaults. A command is judged where it is used: there the labels are
  // known.
  void judgeDefaults(Node& defaults, const Spot& spot);

 private:
  // kRequest: the address or the body of an HTTP request; kHttp: its other options.
  enum class Where { kCheck, kRemedy, kCommand, kEnvironment, kRequest, kHttp, kDefaults };

  void judge(Node& node, const Spot& spot, Where where);
  void judgeAction(Node& step, const Spot& spot);
  void judgeExec(Node& exec, const Spot& spot);
  void judgeHttp(Node& http, const Spot& spot);
  // What is wrong with a text, or "".
  std::string faultOf(const std::string& text, Where where) const;
  std::string faultOfNames(const std::string& text, Where where) const;
  bool declares(const std::string& label) const;
  std::string adviceFor(const std::string& label, Where where) const;

  ValueReader& values_;
  std::vector<std::string> labels_;  // that the present remedy declares
};

}  // namespace heald::config
