#include <algorithm>
#include <sstream>
#include <utility>

#include "config/names.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {
namespace {

// A name a line; blank lines and what follows a # are nothing.
std::vector<std::string> membersIn(const std::string& text) {
  constexpr const char* kBlank = " \t\r";
  std::vector<std::string> members;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find('#'));
    const std::size_t begin = line.find_first_not_of(kBlank);
    if (begin == std::string::npos) continue;
    members.push_back(line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin));
  }
  return members;
}

// What is wrong with the list, or "".
std::string listFault(const std::vector<std::string>& sorted) {
  if (sorted.empty()) return "names no member (a fleet has at least one)";
  if (sorted.size() > engine::kMostMembers) {
    return "names " + std::to_string(sorted.size()) + " members (a fleet has at most " +
           std::to_string(engine::kMostMembers) + ")";
  }
  for (const std::string& member : sorted) {
    if (const std::string fault = memberNameFault(member); !fault.empty()) {
      return quoted(member) + " " + fault;
    }
  }
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  return twice == sorted.end() ? "" : "names " + quoted(*twice) + " twice (once is enough)";
}

void readMembers(Fields& fields, const FileBeside& files, std::vector<std::string>& members) {
  std::string path;
  fields.exactlyOne("list of members", {"members", "members_file"});
  fields.texts("members", members, {},
               "the names of all its members, whether they are up or not; at_once is of them");
  fields.text("members_file", path, {.check = filePathFault},
              "a file with them in the place of the list, a name a line; read with each reload");
  const char* key = fields.has("members_file") ? "members_file" : "members";
  if (!path.empty()) {
    const Result<std::string> text =
        files
            ? files(path)
            : Error{ErrorCode::kInvalid, "needs a configuration that is a file (this one is not)"};
    if (!text) {
      fields.fail(key, quoted(path) + " " + text.error().message);
      return;
    }
    members = membersIn(*text);
  }
  std::sort(members.begin(), members.end());
  if (!fields.has(key) || (members.empty() && path.empty())) return;  // that is reported
  if (const std::string fault = listFault(members); !fault.empty()) fields.fail(key, fault);
}

void readAtOnce(Fields& fields, engine::AtOnce& at_once) {
  fields.integer("percent", at_once.percent, {.max = 100},
                 "the share of the declared members, rounded down");
  fields.integer("at_least", at_once.at_least, {.max = engine::kMostAtOnce},
                 "so many at any rate, however small the share is");
  fields.integer("at_most", at_once.at_most, {.max = engine::kMostAtOnce},
                 "never more than so many, however large the share is");
  if (at_once.at_most && *at_once.at_most < at_once.at_least) {
    fields.fail("at_most", std::to_string(*at_once.at_most) + " is below at_least, which is " +
                               std::to_string(at_once.at_least) +
                               " (at_least is the smaller of the two)");
  }
}

}  // namespace

void readFleet(Fields& fields, const FileBeside& files, core::GovernorPolicy& policy,
               std::shared_ptr<const engine::Fleet>& fleet) {
  engine::Fleet read;
  const bool is_there = fields.section(
      "fleet", false,
      "it limits attempts that the members of a fleet make, each with a permit of its own",
      [&](Fields& section) {
        readMembers(section, files, read.members);
        section.section("at_once", false, "how many members may be under way at one time",
                        [&](Fields& at_once) { readAtOnce(at_once, read.at_once); });
      });
  if (!is_there) return;
  if (fields.has("max_in_flight")) {
    fields.fail("max_in_flight",
                "stands beside fleet, whose at_once says how many (remove one of the two)");
  }
  policy.max_in_flight = read.limit();
  fleet = std::make_shared<const engine::Fleet>(std::move(read));
}

}  // namespace heald::config
