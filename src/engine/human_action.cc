#include "engine/human_action.h"

#include <array>
#include <variant>

namespace heald::engine {
namespace {

constexpr std::array<std::string_view, kHumanActionCount> kWords = {
    "resume",  "dormant", "reset",     "retry",      "flag",     "pause",
    "unpause", "approve", "unapprove", "run_remedy", "run_check"};

}  // namespace

std::string_view toString(HumanAction action) {
  return kWords[static_cast<std::size_t>(action)];
}

std::optional<HumanAction> humanActionOf(const Event& event) {
  if (std::holds_alternative<Resume>(event)) return HumanAction::kResume;
  if (std::holds_alternative<EnterDormant>(event)) return HumanAction::kDormant;
  if (std::holds_alternative<Reset>(event)) return HumanAction::kReset;
  if (std::holds_alternative<Retry>(event)) return HumanAction::kRetry;
  if (std::holds_alternative<SetFlag>(event)) return HumanAction::kFlag;
  if (std::holds_alternative<PauseRemedy>(event)) return HumanAction::kPause;
  if (std::holds_alternative<UnpauseRemedy>(event)) return HumanAction::kUnpause;
  if (std::holds_alternative<Approve>(event)) return HumanAction::kApprove;
  if (std::holds_alternative<Unapprove>(event)) return HumanAction::kUnapprove;
  if (std::holds_alternative<RunRemedyNow>(event)) return HumanAction::kRunRemedy;
  if (std::holds_alternative<RunCheckNow>(event)) return HumanAction::kRunCheck;
  return std::nullopt;
}

}  // namespace heald::engine
