#include "config/config_reader.h"

#include <future>
#include <iterator>
#include <system_error>
#include <utility>

#include "config/config_tree.h"
#include "config/fields_reader.h"
#include "config/file_mapping.h"
#include "config/lint.h"
#include "config/schema.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {
namespace {

std::string besides(const std::string& path, const std::string& name) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? name : path.substr(0, slash + 1) + name;
}

void requireFilesOfTheirOwn(Config& config, const Fields::Report& report) {
  std::string& token = config.web.token_file;
  if (token.empty()) token = besides(config.store.path, "control.token");
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    if (token == config.store.path + suffix) {
      report(quoted(token) + " is a file of the store (give the control token a file of its own)");
    }
  }
}

// The whole file. Later sections refer to earlier ones, whatever their order in the file.
void describe(Fields& top, const Kinds& kinds, const FileBeside& beside, Config& config) {
  engine::Setup& setup = config.setup;
  Fields::Report at_token = top.later("web");
  Fields::Report at_store = top.later("store");
  top.section("web", false, "where heald listens",
              [&](Fields& fields) { at_token = readWeb(fields, config.web); });
  top.section("store", false, "the durable state",
              [&](Fields& fields) { at_store = readStore(fields, config.store); });
  requireFilesOfTheirOwn(config, top.has("web") ? at_token : at_store);
  top.section("features", false, "kill switches, besides FEATURE_* in the environment",
              [&](Fields& fields) { readFeatures(fields, setup.features); });
  top.section("background_tasks", false, "the tasks of the engine", [&](Fields& fields) {
    fields.integer("limit", setup.task_limit, {.max = 1000}, "tasks registered at one time");
  });
  top.section("detection", false, "finding out what is unhealthy",
              [&](Fields& fields) { readDetection(fields, setup); });
  top.section("healing", false, "doing something about it",
              [&](Fields& fields) { readHealing(fields, setup.healing); });
  top.section("metrics", false, "what /metrics shows",
              [&](Fields& fields) { readMetrics(fields, setup); });
  top.section("alertmanager", false, "Alertmanager, whose alerts ask for remedies",
              [&](Fields& fields) {
                readAlertmanager(fields, setup.alertmanager);
                if (kinds.alertmanager.read) config.alertmanager = kinds.alertmanager.read(fields);
                setup.alertmanager.asked = config.alertmanager != nullptr;
              });
  top.section(
      "notifications", false,
      "notifications of its own, where there is no Alertmanager; off by default",
      [&](Fields& fields) { readNotifications(fields, kinds.receivers, config.notifications); });
  top.section("telemetry", false, "what is sent to other programs; off by default",
              [&](Fields& fields) {
                fields.section("otlp", false, "a collector that is sent a trace of each incident",
                               [&](Fields& otlp) {
                                 if (kinds.otlp.read) config.collector = kinds.otlp.read(otlp);
                               });
              });
  std::vector<std::string> included;
  top.oneOrMore("include", included,
                "files with more checks, remedies and governors, beside this one: conf.d/*.yml");
  const Governors governors = readGovernors(top, beside);
  readChecks(top, kinds.checks, config);
  readRemedies(top, kinds.remedies, kinds.permit, governors, config);
  readWindows(top, setup);
}

std::string defaultStorePath(const Lookup& environment) {
  const auto folders = environment ? environment("STATE_DIRECTORY") : std::nullopt;
  if (!folders || folders->empty()) return StoreOptions{}.path;
  return folders->substr(0, folders->find(':')) + "/heald.db";  // systemd may list several
}

std::string defaultControlSocket(const Lookup& environment) {
  const auto folders = environment ? environment("RUNTIME_DIRECTORY") : std::nullopt;
  if (!folders || folders->empty()) return "";
  return folders->substr(0, folders->find(':')) + "/control.sock";
}

void readSwitches(const Lookup& environment, core::FeatureFlags& features,
                  std::vector<Problem>& problems) {
  for (const core::Feature feature : core::kFeatures) {
    const std::string name(core::environmentName(feature));
    const auto value = environment ? environment(name) : std::nullopt;
    if (!value) continue;
    const Result<bool> enabled = core::parseFlag(*value);
    if (enabled) features.setEnvironment(feature, *enabled);
    if (!enabled) problems.push_back({"environment", {}, name, enabled.error().message});
  }
}

// Notes what is asked for in `looked_at`, which outlives it.
Files noting(Files files, std::vector<std::string>& looked_at) {
  return {[load = std::move(files.load), &looked_at](const std::string& path) {
            looked_at.push_back(path);
            return load(path);
          },
          [list = std::move(files.list), &looked_at](const std::string& folder,
                                                     const std::string& pattern) {
            looked_at.push_back(folder);
            return list(folder, pattern);
          },
          std::move(files.same)};
}

// What is read is part of what tells one configuration from another; `hash` and `read` outlive it.
FileBeside filesBeside(const std::string& main, const Files& files, std::uint64_t& hash,
                       std::vector<std::string>& read) {
  if (!files.load) return nullptr;
  return [&files, &hash, &read, main](const std::string& name) {
    const std::string path = name.starts_with('/') ? name : besides(main, name);
    Result<std::string> text = files.load(path);
    if (text) hashIn(hash, *text);
    if (text) read.push_back(path);
    return text;
  };
}

// What `make` makes of a file with this text. glibc has other memory for another thread: the tree
// of a large file is several times as large as the configuration that it becomes, and when it is
// thrown away it would leave its holes between what is kept.
template <class Make>
auto onItsOwnThread(std::string_view text, Make make) -> decltype(make()) {
  constexpr std::size_t kLarge = 64 * 1024;
  std::future<decltype(make())> made;
  try {
    if (text.size() >= kLarge) made = std::async(std::launch::async, make);
  } catch (const std::system_error&) {  // there is no thread for it
  }
  return made.valid() ? made.get() : make();
}

}  // namespace

ReadResult readConfig(std::string_view text, const std::string& file, const Kinds& kinds,
                      const Lookup& environment, const Files& files, const MoreLint& more) {
  ReadResult result;
  result.config.store.path = defaultStorePath(environment);
  result.config.web.control_socket = defaultControlSocket(environment);
  std::vector<std::string> lists;
  Tree tree = onItsOwnThread(text, [&] {
    return readTree(text, file, {namesOf(kinds.checks), namesOf(kinds.remedies)}, environment,
                    files);
  });
  const KeyIndex keys([&](Fields& top) {
    Config thrown_away;
    describe(top, kinds, {}, thrown_away);
  });
  tree.values->consult(keys);
  if (tree.whole) {
    FieldsReader top(tree.root, {tree.root.place, ""}, *tree.values);
    describe(top, kinds, filesBeside(file, files, tree.hash, lists), result.config);
    top.finish();
  }
  if (tree.whole && tree.values->clean()) {
    FileMapping mapping(tree.root, *tree.values);
    lint(result.config, mapping);
    if (more) more(result.config, mapping);
    result.warnings = sorted(tree.values->warnings());
  }
  result.files = tree.sources->files();
  result.files.insert(result.files.end(), lists.begin(), lists.end());
  result.hash = tree.hash;
  readSwitches(environment, result.config.setup.features, result.problems);
  std::vector<Problem> problems = sorted(tree.values->problems());
  result.problems.insert(result.problems.end(), std::make_move_iterator(problems.begin()),
                         std::make_move_iterator(problems.end()));
  return result;
}

ReadResult readConfigFile(const std::string& path, const Kinds& kinds, const Lookup& environment,
                          const MoreLint& more) {
  std::vector<std::string> looked_at{path};
  const Result<std::string> text = loadFile(path);
  ReadResult result;
  if (text) {
    result = readConfig(*text, path, kinds, environment, noting(filesOnDisk(), looked_at), more);
  } else {
    result.problems.push_back({path, {}, "", text.error().message});
  }
  result.looked_at = std::move(looked_at);
  return result;
}

std::string configSchema(const Kinds& kinds) {
  Config config;
  return schemaOf("heald configuration", [&](Fields& top) { describe(top, kinds, {}, config); });
}

}  // namespace heald::config
