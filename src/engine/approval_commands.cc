#include "engine/approval_commands.h"

#include <algorithm>
#include <utility>

#include "core/plain_text.h"
#include "core/text.h"
#include "engine/remedy_names.h"
#include "engine/still_in_the_way.h"

namespace heald::engine {
namespace {

constexpr std::size_t kMost = 20;  // names in a sentence

bool blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
}

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  std::size_t told = 0;
  for (const auto& name : names) {
    if (++told > kMost) return text + ", …";
    text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

std::string ofRemedy(const std::string& name) {
  return "remedy \"" + name + "\"";
}

Error asksForNone(const std::string& what) {
  return {ErrorCode::kConflict, what +
                                    " asks for no approval (the configuration has no approval: "
                                    "required for it), so there is nothing to approve"};
}

}  // namespace

Result<ApprovalCommands::Meant> ApprovalCommands::meant(const std::string& name, bool permit,
                                                        const std::string& target) const {
  return permit ? permitMeant(name, target) : remedyMeant(name, target);
}

Result<ApprovalCommands::Meant> ApprovalCommands::remedyMeant(const std::string& name,
                                                              const std::string& target) const {
  const Roster& roster = healing_.roster();
  const int base = roster.indexOf(name);
  if (base < 0) {
    const std::vector<std::string> several = remediesNamed(setup_, name);
    const bool governor = healing_.governors().list().indexOf(name) >= 0;
    if (several.size() > 1) {
      return Error{ErrorCode::kConflict, ofRemedy(name) + " is one for each of its checks: name " +
                                             "the one that is meant (" + listed(several) + ")"};
    }
    if (governor) {
      return Error{ErrorCode::kConflict, "\"" + name +
                                             "\" is a governor, and no remedy; for a "
                                             "permit of it: healdctl approve " +
                                             core::quotedForShell(name) + " --permit"};
    }
    return Error{ErrorCode::kNotFound,
                 "no " + ofRemedy(name) + " (there are: " + roster.names() + ")"};
  }
  const RemedySpec& spec = roster[base].spec;
  if (!spec.needsApproval()) return asksForNone(ofRemedy(name));
  if (spec.alert.target.empty()) {
    if (!target.empty()) {
      return Error{ErrorCode::kNotFound, ofRemedy(name) + " has no targets: leave the target out"};
    }
    return Meant{{name, "", 0}, spec.governor};
  }
  std::vector<std::string> known = spec.alert.targets;
  for (const int each : roster.targetsOf(base)) {
    if (std::find(known.begin(), known.end(), roster[each].target) == known.end()) {
      known.push_back(roster[each].target);
    }
  }
  if (std::find(known.begin(), known.end(), target) == known.end()) {
    const std::string there = known.empty() ? "there is none yet" : "there are: " + listed(known);
    return Error{target.empty() ? ErrorCode::kInvalid : ErrorCode::kNotFound,
                 target.empty()
                     ? ofRemedy(name) + " has targets: name one (" + there + ")"
                     : ofRemedy(name) + " has no target \"" + target + "\" (" + there + ")"};
  }
  return Meant{{name, target, 0}, spec.governor + "@" + target};
}

Result<ApprovalCommands::Meant> ApprovalCommands::permitMeant(const std::string& name,
                                                              const std::string& target) const {
  const GovernorList& list = healing_.governors().list();
  const int governor = list.indexOf(name);
  if (governor < 0) {
    return Error{ErrorCode::kNotFound,
                 "no governor \"" + name + "\" (there are: " + list.names() + ")"};
  }
  if (!list.permitsNeedApproval(governor)) {
    return asksForNone("a permit of governor \"" + name + "\"");
  }
  const Fleet* fleet = list[governor].fleet.get();
  if (fleet == nullptr && !target.empty()) {
    return Error{ErrorCode::kNotFound,
                 "governor \"" + name + "\" has no fleet: leave the target out"};
  }
  if (fleet != nullptr && target.empty()) {
    return Error{ErrorCode::kInvalid,
                 "governor \"" + name + "\" is of a fleet: name the member (--target)"};
  }
  if (fleet != nullptr && !fleet->has(target)) {
    return Error{ErrorCode::kNotFound,
                 "governor \"" + name + "\" has no member \"" + target + "\""};
  }
  return Meant{{name, target, 0}, name};
}

// The only one that needs an approval. Which of several is next may have changed since somebody
// looked, and a later step is the harsher one: it is never inferred.
Result<int> ApprovalCommands::stepOf(const Meant& meant, std::optional<int> asked) const {
  const Roster& roster = healing_.roster();
  const RemedySpec& spec = roster[roster.indexOf(meant.key.name)].spec;
  std::vector<std::string> needing;
  for (std::size_t i = 0; i < spec.approval.size(); ++i) {
    if (spec.approval[i]) needing.push_back(std::to_string(i + 1));
  }
  const std::string steps = (needing.size() == 1 ? "step " : "steps ") + listed(needing) + " of " +
                            ofRemedy(meant.key.name);
  if (asked) {
    if (*asked >= 1 && spec.needsApproval(*asked - 1)) return *asked;
    const bool exists = *asked >= 1 && *asked <= static_cast<int>(spec.steps.size());
    return Error{exists ? ErrorCode::kConflict : ErrorCode::kNotFound,
                 (exists ? "step " + std::to_string(*asked) + " needs no approval"
                         : "there is no step " + std::to_string(*asked)) +
                     "; that is for " + steps};
  }
  if (needing.size() == 1) return std::stoi(needing.front());
  return Error{ErrorCode::kInvalid,
               "several steps need an approval: name the one that is meant (--step), of " + steps};
}

Result<Reply> ApprovalCommands::give(const Approve& command, Step& step) {
  if (blank(command.reason)) {
    return Error{ErrorCode::kInvalid, "a reason is needed: say why it may start"};
  }
  if (command.lasts < Approvals::kShortest || command.lasts > Approvals::kLongest) {
    return Error{ErrorCode::kInvalid, "an approval is for " + core::toText(Approvals::kShortest) +
                                          " to " + core::toText(Approvals::kLongest) + ", not " +
                                          core::toText(command.lasts)};
  }
  auto found = meant(command.name, command.permit, command.target);
  if (!found) return found.error();
  if (command.permit && command.step) {
    return Error{ErrorCode::kInvalid, "a permit has no steps: leave the step out"};
  }
  if (!command.permit) {
    const auto its_step = stepOf(*found, command.step);
    if (!its_step) return its_step.error();
    found->key.step = *its_step;
  }
  approvals_.give(
      found->key,
      {found->governor, step.now.boot + command.lasts, step.now.wall, command.reason, command.by},
      step.now);
  Reply reply{"approved until " + core::toIso8601(step.now.wall + command.lasts) +
              ": one attempt, " + approvedThing(found->key)};
  tellWhatIsInTheWay(found->governor, step, reply);
  return reply;
}

Result<Reply> ApprovalCommands::withdraw(const Unapprove& command, Step& step) {
  std::vector<ApprovalKey> keys;
  for (const auto& [key, approval] : approvals_.all()) {
    const bool step_meant = !command.step || *command.step == key.step;
    if (key.name == command.name && key.ofPermit() == command.permit &&
        key.target == command.target && step_meant && step.now.boot < approval.until) {
      keys.push_back(key);
    }
  }
  if (keys.empty()) {
    return Error{ErrorCode::kConflict,
                 "no approval of " +
                     (command.permit || command.step
                          ? approvedThing({command.name, command.target, command.step.value_or(0)})
                          : ofRemedy(command.name)) +
                     " is in force: it was used, is over, or was never given"};
  }
  std::string what;
  for (const ApprovalKey& key : keys) {
    approvals_.withdraw(key, command.by);
    what += (what.empty() ? "" : ", ") + approvedThing(key);
  }
  return Reply{"no longer approved: " + what};
}

void ApprovalCommands::tellWhatIsInTheWay(const std::string& governor, Step& step,
                                          Reply& reply) const {
  const Snapshot after = look_(step.now);
  for (const GovernorView& view : after.governors) {
    if (view.name != governor) continue;
    reply.in_the_way = stillInTheWay(after, view, step.now);
  }
  // Another remedy under the governor may need an approval of its own, which is none of this.
  std::erase_if(reply.in_the_way, [](const InTheWay& each) { return each.word == "approval"; });
  if (!reply.in_the_way.empty()) {
    reply.message += "; still in the way: " + inOneLine(reply.in_the_way);
  }
}

void ApprovalCommands::committed(Step& step) {
  const Approvals::Kept kept = approvals_.takeKept();
  step.out.notes.insert(step.out.notes.end(), kept.notes.begin(), kept.notes.end());
  healing_.wants().approved(kept.given, step);
}

void ApprovalCommands::fill(Snapshot& s) const {
  for (const auto& [key, approval] : approvals_.all()) {
    if (s.taken.boot < approval.until) s.approvals.push_back({key, approval});
  }
}

}  // namespace heald::engine
