// The body of a notification of Alertmanager, and what the engine makes of its alerts.
#include "api/alerts_body.h"
#include "core/label_pattern.h"
#include "engine/drive.h"
#include "engine/engine.h"
#include "fuzz.h"

using namespace heald;

namespace {

engine::Setup setup() {
  engine::Setup setup;
  engine::RemedySpec remedy;
  remedy.name = remedy.governor = "restart";
  remedy.alert.matchers = {{"alertname", "Down"}};
  remedy.alert.target = "instance";
  remedy.alert.arguments = {{"instance", core::LabelPattern("[a-z0-9.:-]+")},
                            {"unit", core::LabelPattern(".*")}};
  setup.remedies.push_back(remedy);
  setup.governors.push_back({"restart", {}});
  return setup;
}

void requireAlert(const engine::Alert& alert) {
  fuzz::require(!alert.fingerprint.empty() && alert.fingerprint.size() <= 128,
                "a fingerprint has 1 to 128 bytes", alert.fingerprint);
  fuzz::require(core::isUtf8(alert.fingerprint), "a fingerprint is UTF-8", alert.fingerprint);
  fuzz::require(alert.labels.size() <= api::kMaxLabels, "labels are limited");
  std::size_t bytes = 0;
  for (const auto& [name, value] : alert.labels) {
    fuzz::require(core::isUtf8(name) && core::isUtf8(value), "labels are UTF-8", value);
    fuzz::require(name.size() <= api::kMaxLabelName && value.size() <= api::kMaxLabelValue,
                  "a label is short", value);
    bytes += name.size() + value.size();
  }
  fuzz::require(bytes <= api::kMaxLabelBytes, "the labels of an alert are limited");
}

void requireArgument(const engine::Labels& labels, const std::string& name) {
  for (const auto& [key, value] : labels) {
    if (key != name) continue;
    fuzz::require(!value.empty() && value.front() != '-', "no argument is an option", value);
    fuzz::requireLine(value, "an argument");
    return;
  }
  fuzz::require(false, "an action has its arguments", name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto alerts = api::readAlerts(fuzz::textOf(data, size));
  if (!alerts) {
    fuzz::require(alerts.error().code == ErrorCode::kInvalid, "a bad body is invalid");
    fuzz::require(core::isUtf8(alerts.error().message) && !alerts.error().message.empty(),
                  "its error is a text", alerts.error().message);
    return 0;
  }
  fuzz::require(alerts->alerts.size() <= api::kMaxAlerts, "alerts are limited");
  for (const engine::Alert& alert : alerts->alerts) {
    requireAlert(alert);
  }
  const core::Now now{core::BootTime(std::chrono::hours(1)),
                      core::WallTime(std::chrono::hours(490'000))};
  engine::Engine engine(setup(), engine::Saved{}, now);
  const auto out = engine::drive(engine, engine::AlertsReceived{alerts->alerts, "fuzz"}, now,
                                 [](const engine::Changes&) { return std::string(); });
  fuzz::require(out.reply.has_value(), "a notification is answered");
  for (const engine::Action& action : out.actions) {
    if (const auto* start = std::get_if<engine::StartAction>(&action)) {
      requireArgument(start->labels, "instance");
      requireArgument(start->labels, "unit");
    }
  }
  return 0;
}
