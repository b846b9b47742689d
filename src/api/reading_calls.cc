#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/control_calls.h"
#include "api/explanation_json.h"
#include "api/markdown_wanted.h"
#include "api/overview.h"
#include "api/status_json.h"
#include "api/status_markdown.h"
#include "api/views_json.h"

namespace heald::api {
namespace {

using engine::Snapshot;
using nlohmann::ordered_json;

// Answers from the present snapshot.
using View = std::function<http::Response(const Snapshot&, core::Now, const http::Request&)>;

http::Handler withSnapshot(const Backend& backend, View view) {
  return [snapshot = backend.snapshot, now = backend.now,
          view = std::move(view)](const http::Request& r) {
    const auto present = snapshot();
    return present == nullptr ? notStartedYet() : view(*present, now(), r);
  };
}

http::Response status(const Snapshot& snapshot, core::Now now, const http::Request& request,
                      const std::string& version, const std::vector<engine::Issue>& beside) {
  const auto markdown = markdownWanted(request);
  if (!markdown) return http::error(markdown.error());
  if (!*markdown)
    return http::json(statusJson(snapshot, now, version, request.seesOutput(), beside));
  return http::text(statusMarkdown(snapshot, now, version, request.seesOutput(), beside),
                    "text/markdown; charset=utf-8");
}

// One kind of thing: its two calls, of all and of one by name.
struct Kind {
  std::string plural;  // also the segment of the path
  std::string singular;
  std::function<std::vector<ordered_json>(const Snapshot&, core::Now, bool with_output)> list;
  std::string key = "name";
};

http::Response all(const Kind& kind, const Snapshot& snapshot, core::Now now, bool with_output) {
  ordered_json value;
  value[kind.plural] = kind.list(snapshot, now, with_output);
  return http::json(value);
}

// At most 20 of them: an answer is read by people.
std::string namesOf(const Kind& kind, const std::vector<ordered_json>& things) {
  constexpr std::size_t kMost = 20;
  std::string names;
  for (std::size_t i = 0; i < std::min(things.size(), kMost); ++i) {
    names += (i == 0 ? "" : ", ") + things[i][kind.key].get<std::string>();
  }
  return things.size() > kMost ? names + ", …" : names;
}

// A flag is known under either of its names.
std::string nameIn(const Kind& kind, const std::string& name) {
  if (kind.plural != "flags") return name;
  const auto feature = core::featureNamed(name);
  return feature ? std::string(toString(*feature)) : name;
}

http::Response one(const Kind& kind, const Snapshot& snapshot, core::Now now,
                   const http::Request& request) {
  const std::string name = nameIn(kind, request.parameter("name"));
  const std::vector<ordered_json> things = kind.list(snapshot, now, request.seesOutput());
  for (const ordered_json& thing : things) {
    if (thing[kind.key] == name) return http::json(thing);
  }
  return http::error({ErrorCode::kNotFound, "no " + kind.singular + " \"" + name +
                                                "\" (there are: " + namesOf(kind, things) + ")"});
}

template <class Things, class Show>
std::vector<ordered_json> shown(const Things& things, Show show) {
  std::vector<ordered_json> list;
  for (const auto& thing : things) list.push_back(show(thing));
  return list;
}

std::vector<Kind> kinds() {
  return {{"governors", "governor",
           [](const Snapshot& s, core::Now now, bool) {
             return shown(governorsInOrder(s),
                          [&](const auto* g) { return governorDetailsJson(s, *g, now); });
           }},
          {"checks", "check",
           [](const Snapshot& s, core::Now, bool) { return shown(s.checks, checkJson); }},
          {"remedies", "remedy",
           [](const Snapshot& s, core::Now now, bool with_output) {
             return shown(s.remedies,
                          [&](const auto& r) { return remedyJson(s, r, now, with_output); });
           }},
          {"tasks", "background task",
           [](const Snapshot& s, core::Now now, bool) {
             return shown(s.tasks, [&](const auto& t) { return taskJson(s, t, now); });
           },
           "id"},
          {"flags", "flag", [](const Snapshot& s, core::Now, bool) {
             return shown(core::kFeatures, [&](auto f) { return flagJson(s.features, f); });
           }}};
}

void addKind(std::vector<Call>& calls, const Backend& backend, const Kind& kind) {
  calls.push_back({.method = "GET",
                   .path = "/api/" + kind.plural,
                   .needs = http::Access::kRead,
                   .summary = "All " + kind.plural,
                   .handler = withSnapshot(backend, [kind](const Snapshot& snapshot, core::Now now,
                                                           const http::Request& request) {
                     return all(kind, snapshot, now, request.seesOutput());
                   })});
  calls.push_back({.method = "GET",
                   .path = "/api/" + kind.plural + "/{name}",
                   .needs = http::Access::kRead,
                   .summary = "One " + kind.singular,
                   .handler = withSnapshot(backend, [kind](const Snapshot& snapshot, core::Now now,
                                                           const http::Request& request) {
                     return one(kind, snapshot, now, request);
                   })});
}

http::Response explain(const Snapshot& snapshot, core::Now now, const http::Request& request) {
  const std::string& name = request.parameter("name");
  const auto known = governorsInOrder(snapshot);
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const auto* g) { return g->name == name; });
  if (found != known.end())
    return http::json(explanationJson(snapshot, **found, now, request.seesOutput()));
  const Kind kind = kinds().front();
  return http::error({ErrorCode::kNotFound, "no governor \"" + name + "\" (there are: " +
                                                namesOf(kind, kind.list(snapshot, now, false)) +
                                                ")"});
}

}  // namespace

std::vector<Call> readingCalls(const Backend& backend) {
  std::vector<Call> calls = {
      {.method = "GET",
       .path = "/api/status",
       .needs = http::Access::kRead,
       .summary = "Everything at this moment",
       .query = {{"format", "json (default) or markdown"}},
       .handler = withSnapshot(backend, [backend](const Snapshot& snapshot, core::Now now,
                                                  const http::Request& request) {
         return status(snapshot, now, request, backend.version, notificationIssues(backend));
       })}};
  for (const Kind& kind : kinds()) addKind(calls, backend, kind);
  calls.push_back({.method = "GET",
                   .path = "/api/governors/{name}/explain",
                   .needs = http::Access::kRead,
                   .summary = "Why an attempt may start now, or may not: every guard in its order",
                   .handler = withSnapshot(backend, explain)});
  for (Call& call : healthCalls(backend, Detail::kAll)) calls.push_back(std::move(call));
  return calls;
}

}  // namespace heald::api
