#include "app/configuration.h"

#include "app/builtin.h"
#include "app/host.h"
#include "config/config_reader.h"
#include "config/listen_address.h"
#include "config/names.h"
#include "config/wording.h"
#include "io/trusted_file.h"

namespace heald::app {
namespace {

Error problemsOf(const config::ReadResult& read) {
  std::string text;
  for (const config::Problem& problem : read.problems) {
    text += (text.empty() ? "" : "\n") + config::toString(problem);
  }
  return {ErrorCode::kInvalid, text};
}

Error wrongFlag(const char* flag, const std::string& value, const std::string& fault) {
  return {ErrorCode::kInvalid, std::string(flag) + ": " + config::quoted(value) + " " + fault};
}

// The flags are judged as the keys are that they override.
Result<void> judgeFlags(const DaemonOptions& options, const config::WebOptions& web) {
  constexpr char kControl[] = "--web.control-address";
  constexpr char kMetrics[] = "--web.metrics-address";
  const bool bare = web.control_config_file.empty();
  for (const std::string& address : web.control_addresses) {
    const auto fault = bare ? config::controlAddressFault(address) : config::addressFault(address);
    if (!fault.empty()) return wrongFlag(kControl, address, fault);
  }
  for (const std::string& address : web.metrics_addresses) {
    const auto fault = config::addressFault(address);
    if (!fault.empty()) return wrongFlag(kMetrics, address, fault);
  }
  const auto clash = config::addressClash(web.control_addresses, web.metrics_addresses);
  if (!clash.empty()) {
    return Error{ErrorCode::kInvalid,
                 std::string(options.metrics_address ? kMetrics : kControl) + ": " + clash};
  }
  for (const auto& [flag, file] : {std::pair("--web.token-file", options.token_file),
                                   std::pair("--web.config.file", options.metrics_web_config)}) {
    if (!file) continue;
    const auto fault = file->empty() ? "is empty (name a file)" : config::filePathFault(*file);
    if (!fault.empty()) return wrongFlag(flag, *file, fault);
  }
  return {};
}

// "127.0.0.1:3001,[::1]:3001"
std::vector<std::string> addressesIn(std::string_view text) {
  std::vector<std::string> all;
  for (;;) {
    const std::size_t comma = std::min(text.find(','), text.size());
    all.emplace_back(text.substr(0, comma));
    if (comma == text.size()) return all;
    text.remove_prefix(comma + 1);
  }
}

void override(const DaemonOptions& options, config::WebOptions& web) {
  if (options.control_address) web.control_addresses = addressesIn(*options.control_address);
  if (options.metrics_address) web.metrics_addresses = addressesIn(*options.metrics_address);
  web.metrics_config_file = options.metrics_web_config.value_or(web.metrics_config_file);
  web.token_file = options.token_file.value_or(web.token_file);
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// The others are check-config's: a log is no place for style.
std::vector<std::string> forTheLog(const std::vector<config::Problem>& warnings) {
  std::vector<std::string> lines;
  for (const config::Problem& warning : warnings) {
    if (warning.id == "deprecated" || warning.id == "not-a-plugin") {
      lines.push_back(config::toString(warning));
    }
  }
  return lines;
}

// Whoever may change one of them could have heald run anything.
Result<void> checkFiles(const std::vector<std::string>& files) {
  std::string text;
  for (const std::string& file : files) {
    const std::string problem = io::pathProblem(file);
    if (!problem.empty()) text += (text.empty() ? "" : "\n") + problem;
  }
  if (text.empty()) return {};
  return Error{ErrorCode::kInvalid, text};
}

Result<void> checkHost(const config::Config& config) {
  std::string text;
  for (const std::string& line : problemsOfHost(config)) text += (text.empty() ? "" : "\n") + line;
  if (text.empty()) return {};
  return Error{ErrorCode::kInvalid, text};
}

Result<Configuration> readOnce(const DaemonOptions& options, Reading& reading) {
  if (const auto trusted = checkFiles({options.config_file}); !trusted) return trusted.error();
  config::ReadResult read =
      config::readConfigFile(options.config_file, builtinKinds(), config::processEnvironment);
  reading.looked_at = read.looked_at;
  reading.hash = read.hash;
  if (const auto& etcd = read.config.store.etcd) reading.own = etcd->name + "\n" + etcd->url;
  if (const auto trusted = checkFiles(read.files); !trusted) return trusted.error();
  if (!read.ok()) {
    return problemsOf(read);
  }
  if (const auto host = checkHost(read.config); !host) return host.error();
  config::WebOptions& web = read.config.web;
  override(options, web);
  if (auto overriding = judgeFlags(options, web); !overriding) return overriding.error();
  return Configuration{std::move(read.config), forTheLog(read.warnings), read.hash};
}

}  // namespace

Result<Configuration> readConfiguration(const DaemonOptions& options, Reading& reading) {
  reading = Reading();
  reading.looked_at = {options.config_file};
  auto read = readOnce(options, reading);
  if (!read) reading.mistakes = read.error().message;
  return read;
}

std::string whatNeedsARestart(const config::Config& in_force, const config::Config& wanted) {
  std::string text;
  const auto compare = [&](const char* key, const std::string& now, const std::string& then) {
    if (now != then) {
      text += (text.empty() ? "" : "\n") + std::string(key) + ": is \"" + now +
              "\" while heald runs, and \"" + then + "\" in the file: restart heald to change it";
    }
  };
  const config::WebOptions& now = in_force.web;
  const config::WebOptions& then = wanted.web;
  compare("web.control_address", listed(now.control_addresses), listed(then.control_addresses));
  compare("web.metrics_address", listed(now.metrics_addresses), listed(then.metrics_addresses));
  compare("web.control.config_file", now.control_config_file, then.control_config_file);
  compare("web.metrics.config_file", now.metrics_config_file, then.metrics_config_file);
  compare("web.control_socket", in_force.web.control_socket, wanted.web.control_socket);
  compare("web.token_file", in_force.web.token_file, wanted.web.token_file);
  compare("store.path", in_force.store.path, wanted.store.path);
  if (in_force.store.etcd != wanted.store.etcd) {
    text += (text.empty() ? "" : "\n") +
            std::string("store.etcd: is another one in the file: restart heald to change it");
  }
  if (in_force.web.allowed_hosts != wanted.web.allowed_hosts) {
    text += (text.empty() ? "" : "\n") +
            std::string("web.allowed_hosts: restart heald to change the list");
  }
  if (in_force.web.tokens != wanted.web.tokens) {
    text += (text.empty() ? "" : "\n") +
            std::string("web.tokens: restart heald to change the list, or use healdctl token");
  }
  if (in_force.web.client_roles != wanted.web.client_roles) {
    text += (text.empty() ? "" : "\n") +
            std::string("web.client_roles: restart heald to change the list");
  }
  return text;
}

ReloadFigures::ReloadFigures(std::uint64_t hash, core::WallTime loaded_at) {
  figures_.hash = hash;
  figures_.last_success = loaded_at;
}

void ReloadFigures::succeeded(std::uint64_t hash, core::WallTime at) {
  const std::lock_guard lock(mutex_);
  ++figures_.reloads;
  figures_.last_reload_successful = true;
  figures_.hash = hash;
  figures_.last_success = at;
}

void ReloadFigures::failed() {
  const std::lock_guard lock(mutex_);
  ++figures_.reloads;
  ++figures_.failures;
  figures_.last_reload_successful = false;
}

metrics::ConfigFigures ReloadFigures::read() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace heald::app
