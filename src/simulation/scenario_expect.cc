// What is expected. Each value becomes the text that facts.h has of it, so that an answer can say
// "expected X, got Y".
#include <algorithm>

#include "config/scalars.h"
#include "core/circuit_breaker.h"
#include "engine/snapshot.h"
#include "simulation/scenario_sections.h"

namespace heald::simulation {
namespace {

using config::Fields;

template <class Values>
std::vector<std::string> wordsOf(const Values& values) {
  std::vector<std::string> words;
  for (const auto value : values) words.emplace_back(toString(value));
  return words;
}

const std::vector<engine::Phase> kPhases = {
    engine::Phase::kIdle,      engine::Phase::kWaiting,     engine::Phase::kQueued,
    engine::Phase::kActing,    engine::Phase::kSettling,    engine::Phase::kVerifying,
    engine::Phase::kReporting, engine::Phase::kPrechecking, engine::Phase::kAsking};

std::vector<std::string> guardWords() {
  std::vector<std::string> words = {"none"};
  for (std::size_t i = 0; i < core::kGuardCount; ++i) {
    words.emplace_back(toString(static_cast<core::Guard>(i)));
  }
  return words;
}

class FactReader {
 public:
  FactReader(Fields& fields, Expectation& expectation) : fields_(fields), to_(expectation) {}

  void count(const char* key, const char* help) {
    std::optional<int> value;
    fields_.integer(key, value, {.min = 0, .max = 1'000'000'000}, help);
    note(key);
    if (value) to_.facts.emplace_back(key, std::to_string(*value));
  }
  void word(const char* key, std::vector<std::string> words, const char* help) {
    std::optional<std::string> value;
    fields_.text(key, value, {.one_of = std::move(words)}, help);
    note(key);
    if (value) to_.facts.emplace_back(key, *value);
  }
  void length(const char* key, const char* help) {
    std::optional<core::Duration> value;
    fields_.duration(key, value, {.zero_allowed = true}, help);
    note(key);
    if (value) to_.facts.emplace_back(key, config::durationText(*value));
  }
  void flag(const char* key, const char* help) {
    bool value = false;
    fields_.boolean(key, value, help);
    note(key);
    if (fields_.has(key)) to_.facts.emplace_back(key, value ? "true" : "false");
  }
  void text(const char* key, const char* help) {
    std::optional<std::string> value;
    fields_.text(key, value, {.empty_allowed = true}, help);
    note(key);
    if (value) to_.facts.emplace_back(key, *value);
  }

  // Whether there is a key of these, be its value right or wrong.
  bool any() const { return any_; }

 private:
  void note(const char* key) { any_ = any_ || fields_.has(key); }

  Fields& fields_;
  Expectation& to_;
  bool any_ = false;
};

void readStarts(Fields& fields, Expectation& expectation) {
  std::vector<std::string> texts;
  fields.texts("starts", texts, {.empty_allowed = true},
               "when its attempts have started, all of them, counted from the start");
  if (!fields.has("starts")) return;
  expectation.starts.emplace();
  for (const std::string& text : texts) {
    const auto at = config::parseDuration(text);
    if (at) expectation.starts->push_back(*at);
    if (!at) fields.fail("starts", "\"" + text + "\" " + at.error().message);
  }
}

void readSteps(Fields& fields, Expectation& expectation) {
  std::vector<int> steps;
  fields.integers("steps", steps, {.empty_allowed = true}, {},
                  "the step of the escalation that each of its attempts took, from 1");
  if (fields.has("steps")) expectation.steps = std::move(steps);
}

void describeGovernor(FactReader& facts) {
  facts.flag("dormant", "whether it is dormant");
  facts.text("dormant_reason", "why it is dormant");
  facts.word("breaker", wordsOf(core::kBreakerStates), "how its circuit breaker reads");
  facts.count("consecutive_failures", "consecutive failures");
  facts.length("next_attempt_in", "how long until it lets an attempt through");
}

void describeRemedy(FactReader& facts) {
  facts.word("phase", wordsOf(kPhases), "what it is about");
  facts.word("denied_by", guardWords(), "the guard that said no last, or none");
  facts.text("blocked_by", "the unhealthy check that its own depends on, or \"\"");
  facts.count("incident_failures", "failures of the present incident");
  facts.count("would_attempt", "attempts that observe mode has not made");
}

void describeCheck(FactReader& facts) {
  facts.word("health", {"unknown", "healthy", "warning", "unhealthy"}, "after debouncing");
  facts.word("status", {"ok", "warning", "critical", "unknown"}, "of the last run");
}

void refuseElsewhere(Fields& fields, const Expectation& expectation) {
  const auto only_of = [&](const char* noun, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      if (fields.has(key) && expectation.noun != noun) {
        fields.fail(key, std::string("is not something of a ") + expectation.noun +
                             " (it is of a " + noun + ")");
      }
    }
  };
  only_of("governor",
          {"dormant", "dormant_reason", "breaker", "consecutive_failures", "next_attempt_in"});
  only_of("remedy", {"phase", "denied_by", "blocked_by", "would_attempt", "incident_failures",
                     "starts", "steps"});
  only_of("check", {"health", "status"});
  if (expectation.noun == "check") {
    for (const char* key : {"attempts", "successes", "failures"}) {
      if (fields.has(key)) fields.fail(key, "is not something of a check");
    }
  }
}

}  // namespace

void readExpectations(Fields& top, const engine::Setup& setup, Scenario& scenario) {
  const config::Names names[] = {namesOf(setup.governors), namesOf(setup.remedies),
                                 namesOf(setup.checks)};
  const char* const nouns[] = {"governor", "remedy", "check"};
  top.sections("expect", {.empty_allowed = true}, "what has to be true", [&](Fields& fields) {
    Expectation expectation;
    expectation.place = fields.place("");
    fields.duration("at", expectation.at, {.zero_allowed = true}, "when; without: at the end");
    fields.exactlyOne("thing to expect something of", {"governor", "remedy", "check"});
    for (std::size_t i = 0; i < std::size(nouns); ++i) {
      std::optional<std::string> name;
      fields.text(nouns[i], name, {}, "which one");
      if (!name) continue;
      expectation.noun = nouns[i];
      expectation.name = *name;
      requireName(fields, nouns[i], nouns[i], *name, names[i]);
    }
    FactReader facts(fields, expectation);
    facts.count("attempts", "attempts so far");
    facts.count("successes", "of them");
    facts.count("failures", "of them");
    describeGovernor(facts);
    describeRemedy(facts);
    describeCheck(facts);
    readStarts(fields, expectation);
    readSteps(fields, expectation);
    refuseElsewhere(fields, expectation);
    if (!facts.any() && !fields.has("starts") && !fields.has("steps")) {
      fields.fail("", "expects nothing (say what, for example: attempts: 10)");
    }
    if (expectation.at) requireWithin(fields, "at", *expectation.at, scenario);
    scenario.expectations.push_back(std::move(expectation));
  });
}

}  // namespace heald::simulation
