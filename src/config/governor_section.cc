#include <algorithm>

#include "config/names.h"
#include "config/scalars.h"
#include "config/sections.h"
#include "config/wording.h"
#include "core/plain_text.h"

namespace heald::config {
namespace {

void readBackoff(Fields& fields, core::BackoffPolicy& backoff) {
  fields.duration("base", backoff.base, {}, "the wait after the first failure; doubled after each");
  fields.duration("max", backoff.max, {}, "the longest wait");
  if (backoff.base > backoff.max) {
    fields.fail(fields.has("base") ? "base" : "max",
                "the base of " + durationText(backoff.base) + " is above the max of " +
                    durationText(backoff.max) + " (base is the shortest wait, max the longest)");
  }
}

void readPermitVerify(Fields& fields, Governors::Entry& entry) {
  fields.section("verify", false,
                 "a check of heald's own decides how an attempt with a permit has ended, after its "
                 "caller has reported success",
                 [&](Fields& section) {
                   engine::PermitVerify& verify = entry.verify.emplace();
                   section.text("check", verify.check, {.required = true, .check = nameFault},
                                "the check; it has to be healthy, or in a warning");
                   entry.at_check = section.unknownNameLater("check", "checks");
                   readVerify(section, "the report", verify.policy);
                 });
}

void readConditions(Fields& fields, std::vector<std::string>& conditions) {
  fields.texts("permanent_open_conditions", conditions, {.empty_allowed = true},
               "texts in an error, in any case of letters, that open it for good at once");
  if (std::any_of(conditions.begin(), conditions.end(),
                  [](const std::string& text) { return core::isBlank(text); })) {
    fields.fail("permanent_open_conditions",
                "holds a blank text, which names no error (remove it)");
  }
}

void readBreaker(Fields& fields, core::GovernorPolicy& policy) {
  core::BreakerPolicy& breaker = policy.breaker;
  fields.integer("failure_threshold", breaker.failure_threshold, {.max = 1000},
                 "failures that open it");
  fields.duration("open_for", breaker.open_for, {}, "how long it stays open");
  fields.integer("half_open_max_attempts", breaker.half_open_max_attempts, {.max = 100},
                 "trials it then lets through, and successes that close it");
  fields.integer("permanent_open_threshold", breaker.permanent_open_threshold, {.max = 1000},
                 "failures that open it for good: only a human closes it then");
  readConditions(fields, policy.permanent_open_conditions);
}

void readBudgets(Fields& fields, std::vector<core::BudgetPolicy>& budgets) {
  std::vector<core::BudgetPolicy> all;
  fields.sections("budgets", {.empty_allowed = true},
                  "attempts in a window of time; one attempt more, and it goes dormant",
                  [&](Fields& each) {
                    core::BudgetPolicy budget;
                    each.integer("attempts", budget.attempts, {.required = true, .max = 10'000},
                                 "the most attempts in the window");
                    each.duration("per", budget.per, {.required = true}, "the window");
                    all.push_back(budget);
                  });
  if (fields.has("budgets")) budgets = std::move(all);
}

}  // namespace

void readVerify(Fields& fields, const std::string& from, engine::VerifyPolicy& verify) {
  constexpr int kVerifyFactor = 6;
  std::optional<core::Duration> within;
  fields.duration("after", verify.after, {.zero_allowed = true},
                  "how long after " + from + " the check is looked at first");
  fields.duration("within", within, {.zero_allowed = true},
                  "how long after " + from + " it has to be healthy; without, six times after");
  verify.within = within.value_or(kVerifyFactor * verify.after);
  if (verify.within < verify.after) {
    fields.fail("within", durationText(verify.within) +
                              " is before the check is looked at first, " +
                              durationText(verify.after) + " (within is at least after)");
  }
}

void readPolicy(Fields& fields, core::GovernorPolicy& policy) {
  fields.section("backoff", false, "the wait between attempts",
                 [&](Fields& backoff) { readBackoff(backoff, policy.backoff); });
  fields.integer("max_consecutive_failures", policy.max_consecutive_failures, {.max = 1000},
                 "consecutive failures after which it goes dormant");
  fields.integer("max_in_flight", policy.max_in_flight, {.max = 100},
                 "its attempts that may run at one time");
  fields.section("breaker", false, "the circuit breaker",
                 [&](Fields& breaker) { readBreaker(breaker, policy); });
  readBudgets(fields, policy.budgets);
  fields.duration("reset_after", policy.reset_after, {},
                  "uninterrupted health after which failures are forgotten");
  fields.texts("resume_conditions", policy.resume_conditions, {.empty_allowed = true},
               "what a human should see to before resuming; shown while dormant");
}

bool readApproval(Fields& fields, bool inherited, const std::string& help) {
  std::string word = inherited ? "required" : "none";
  fields.text("approval", word, {.one_of = {"none", "required"}}, help);
  return word == "required";
}

Governors readGovernors(Fields& top, const FileBeside& files) {
  Governors governors;
  top.section("governor_defaults", false, "defaults of every governor",
              [&](Fields& fields) { readPolicy(fields, governors.defaults); });
  const auto readEntry = [&](const std::string& name, Fields& fields) {
    Governors::Entry entry{governors.defaults, nullptr, false, fields.later(""), fields.place("")};
    readPolicy(fields, entry.policy);
    entry.approval = readApproval(fields, false,
                                  "required: each attempt under it, of a remedy or with a permit, "
                                  "waits until a human approves "
                                  "it");
    readFleet(fields, files, entry.policy, entry.fleet);
    readPermitVerify(fields, entry);
    if (const std::string wrong = nameFault(name); !wrong.empty()) {
      fields.fail("", quoted(name) + " " + wrong);
    } else {
      governors.entries.insert_or_assign(name, std::move(entry));
    }
  };
  top.namedSections("governors",
                    "governors that several remedies share, or that differ from the defaults",
                    readEntry);
  return governors;
}

}  // namespace heald::config
