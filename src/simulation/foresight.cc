#include "simulation/foresight.h"

#include <algorithm>
#include <set>

#include "engine/alert_identity.h"
#include "simulation/player.h"

namespace heald::simulation {
namespace {

using engine::Setup;
using engine::Snapshot;

constexpr const char* kWhoAsks = "what if";
constexpr core::Duration kActionTakes = std::chrono::seconds(1);  // where none has been seen
constexpr std::size_t kMostAlerts = 20;

template <class List>
auto* namedIn(List& list, const std::string& name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.name == name; });
  return found == list.end() ? nullptr : &*found;
}

// A governor of one target is called "<the configured one's>@<target>".
std::string configuredName(const Setup& setup, const std::string& governor) {
  if (namedIn(setup.governors, governor) != nullptr) return governor;
  for (const engine::GovernorSpec& spec : setup.governors) {
    if (governor.starts_with(spec.name + "@")) return spec.name;
  }
  return governor;
}

void addWithParents(const Setup& setup, const std::string& check, std::set<std::string>& wanted) {
  const engine::CheckSpec* spec = namedIn(setup.checks, check);
  if (spec == nullptr || !wanted.insert(check).second) return;
  for (const std::string& parent : spec->depends_on) addWithParents(setup, parent, wanted);
}

class Foreseer {
 public:
  Foreseer(const Setup& setup, const Snapshot& present, const Question& question)
      : present_(present), question_(question), setup_(setup) {
    keepWhatBelongs(configuredName(setup, question.governor));
  }

  Foresight run() {
    Scenario scenario;
    scenario.run_for = question_.lasts;
    sayWhatChecksFind(scenario);
    sayWhatRemediesDo(scenario);
    sayWhatAlertsFire(scenario);
    doFirst(scenario);
    Foresight foresight;
    foresight.record = play(setup_, scenario, {present_.taken, savedState(), kMostForesightSteps});
    foresight.refused = refusalIn(foresight.record);
    foresight.assumptions = assumptions();
    return foresight;
  }

 private:
  void keepWhatBelongs(const std::string& governor) {
    std::erase_if(setup_.remedies, [&](const auto& r) { return r.governor != governor; });
    std::erase_if(setup_.governors, [&](const auto& g) { return g.name != governor; });
    std::set<std::string> wanted;
    for (const engine::RemedySpec& remedy : setup_.remedies) {
      addWithParents(setup_, remedy.check, wanted);
      if (!remedy.check.empty()) asked_.insert(remedy.check);
    }
    std::erase_if(setup_.checks, [&](const auto& c) { return !wanted.contains(c.name); });
    for (engine::WindowSpec& window : setup_.windows) {
      if (window.remedies.empty()) continue;
      std::erase_if(window.remedies, [&](const std::string& name) {
        return namedIn(setup_.remedies, name) == nullptr;
      });
      if (window.remedies.empty()) window.times = {};
    }
    std::erase_if(setup_.windows, [&](const auto& w) { return w.times == core::Weekly{}; });
    // Of a few checks alone it would mean something else.
    setup_.healing.storm_brake.min_checks = 1'000'000;
    if (present_.observe) setup_.healing.observe = true;
  }

  const engine::CheckView* viewOf(const std::string& check) const {
    return namedIn(present_.checks, check);
  }

  bool isBad(const std::string& check) const {
    const engine::CheckView* view = viewOf(check);
    return view != nullptr && view->health == core::Health::kUnhealthy;
  }

  // Those that are unhealthy go on to be; if none is, all that ask for its remedies become so.
  void sayWhatChecksFind(Scenario& scenario) {
    const bool any = std::any_of(asked_.begin(), asked_.end(),
                                 [this](const std::string& name) { return isBad(name); });
    for (engine::CheckSpec& spec : setup_.checks) {
      const bool fails = asked_.contains(spec.name) && (!any || isBad(spec.name));
      if (fails) {
        if (isBad(spec.name)) spec.unhealthy_after = 1;  // it counts as unhealthy already
        scenario.checks.push_back(
            {spec.name, {{core::Duration{}, core::CheckStatus::kCritical, "what if", {}}}});
      } else if (const engine::CheckView* view = viewOf(spec.name)) {
        scenario.checks.push_back(
            {spec.name, {{core::Duration{}, view->status, view->message, {}}}});
      }
    }
  }

  // As its attempts have gone so far: so long, and failed in this way.
  void sayWhatRemediesDo(Scenario& scenario) {
    for (const engine::RemedySpec& spec : setup_.remedies) {
      Outcome outcome;
      outcome.takes = kActionTakes;
      const engine::RemedyView* view = namedIn(present_.remedies, spec.name);
      bool verification = false;
      if (view != nullptr) {
        const auto& failures = view->totals.failures;
        const auto most = std::max_element(failures.begin(), failures.end());
        verification =
            *most > 0 && most - failures.begin() ==
                             static_cast<std::ptrdiff_t>(engine::FailureReason::kVerification);
      }
      if (question_.heals) {
        outcome.outcome = engine::ActionOutcome::kOk;
        outcome.heals_after = core::Duration{};
      } else {
        outcome.outcome =
            verification ? engine::ActionOutcome::kOk : engine::ActionOutcome::kFailed;
      }
      scenario.remedies.push_back({spec.name, {outcome}});
    }
  }

  void sayWhatAlertsFire(Scenario& scenario) {
    for (const engine::RemedySpec& spec : setup_.remedies) {
      const engine::RemedyView* view = namedIn(present_.remedies, spec.name);
      if (!spec.byAlert() || view == nullptr) continue;
      if (spec.alert.target.empty() && view->firing > 0) fire(spec, "", scenario);
      for (const engine::TargetView& target : present_.targets) {
        if (target.remedy == spec.name && target.firing > 0) fire(spec, target.target, scenario);
      }
    }
  }

  void fire(const engine::RemedySpec& spec, const std::string& target, Scenario& scenario) {
    if (++alerts_ > kMostAlerts) return;
    engine::Labels labels = spec.alert.matchers;
    if (!target.empty()) labels.emplace_back(spec.alert.target, target);
    engine::Alert alert{engine::fingerprintOf(labels), present_.taken.wall, true, labels};
    scenario.events.push_back(
        {core::Duration{}, "an alert fires", engine::AlertsReceived{{std::move(alert)}, kWhoAsks}});
  }

  void doFirst(Scenario& scenario) {
    const std::string& governor = question_.governor;
    const auto act = [&](engine::Event event) {
      scenario.events.push_back({core::Duration{}, kWhoAsks, std::move(event)});
    };
    switch (question_.first) {
      case Question::First::kNothing:
        return;
      case Question::First::kResume:
        return act(engine::Resume{governor, kWhoAsks, kWhoAsks});
      case Question::First::kRetry:
        return act(engine::Retry{governor, kWhoAsks, kWhoAsks});
      case Question::First::kReset:
        return act(engine::Reset{governor, true, kWhoAsks});
    }
  }

  static std::string refusalIn(const Record& record) {
    constexpr std::string_view kRefused = "refused: ";
    for (const Entry& entry : record.entries) {
      const std::string answer = fieldOf(entry.fields, "answer");
      if (entry.scripted && entry.message == kWhoAsks && answer.starts_with(kRefused)) {
        return answer.substr(kRefused.size());
      }
    }
    return "";
  }

  // What a process would find that begins at the snapshot's moment.
  engine::Saved savedState() const {
    engine::Saved saved;
    const std::string governor =
        setup_.governors.empty() ? question_.governor : setup_.governors.front().name;
    for (const engine::GovernorView& view : present_.governors) {
      if (view.name == governor || view.name.starts_with(governor + "@")) {
        saved.governors.emplace_back(view.name, view.state);
      }
    }
    for (const core::Feature feature : core::kFeatures) {
      saved.flags.emplace_back(feature, present_.features.layers(feature));
    }
    if (present_.pause && !present_.pause->from_window) {
      saved.pauses.emplace_back("", *present_.pause);
    }
    for (const engine::RemedySpec& spec : setup_.remedies) {
      const engine::RemedyView* view = namedIn(present_.remedies, spec.name);
      if (view == nullptr) continue;
      saved.remedies.emplace_back(spec.name, view->totals);
      if (view->pause && !view->paused_with_all && !view->pause->from_window) {
        saved.pauses.emplace_back(spec.name, *view->pause);
      }
      if (view->incident_step > 0) {
        saved.incidents[spec.name] = {spec.check,
                                      view->incident_since.value_or(present_.taken.wall),
                                      view->incident_failures, view->incident_step};
      }
    }
    for (const auto& [key, approval] : present_.approvals)
      saved.approvals.emplace_back(key, approval);
    for (const engine::Permit& permit : present_.permits) {
      if (permit.governor == question_.governor) saved.permits.push_back(permit);
    }
    return saved;
  }

  std::vector<std::string> assumptions() const {
    std::vector<std::string> all = {
        "Nobody else does anything, and no other governor's attempts are in the way.",
        "Actions take 1 s, and checks no time."};
    const engine::GovernorView* view = namedIn(present_.governors, question_.governor);
    if (view != nullptr && !view->state.in_flight.empty()) {
      all.emplace_back("The attempt that runs ends at once, with what its check finds.");
    }
    if (present_.storm_brake) all.emplace_back("The storm brake, which holds now, is released.");
    if (!present_.store_up) all.emplace_back("The store, which is unavailable now, answers.");
    if (alerts_ > 0) all.emplace_back("The alerts that fire go on firing.");
    if (alerts_ > kMostAlerts) all.emplace_back("Only 20 of them are looked at.");
    return all;
  }

  const Snapshot& present_;
  const Question& question_;
  Setup setup_;
  std::set<std::string> asked_;  // checks that ask for its remedies
  std::size_t alerts_ = 0;
};

}  // namespace

Foresight foresee(const Setup& setup, const Snapshot& present, const Question& question) {
  return Foreseer(setup, present, question).run();
}

}  // namespace heald::simulation
