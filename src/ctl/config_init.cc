#include "ctl/config_init.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "ctl/check_config.h"
#include "ctl/error_json.h"
#include "io/fd.h"

namespace heald::ctl {
namespace {

class ConfigInit {
 public:
  ConfigInit(const ConfigInitOptions& options, const Host& host, std::istream& in,
             std::ostream& out, std::ostream& err)
      : options_(options), host_(host), in_(in), out_(out), err_(err), config_(options.chosen) {}

  ExitCode run(const Lookup& environment) {
    if (exists()) {
      return fail(ExitCode::kRefused,
                  options_.file + " is there, and it is not overwritten (name " +
                      "another file, or look at it: healdctl check-config " + options_.file + ")");
    }
    takePorts();
    if (const ExitCode code = choose(); code != ExitCode::kOk) return code;
    const std::string text = firstConfigText(config_);
    if (const ExitCode code = judge(text, environment); code != ExitCode::kOk) return code;
    if (toOutput()) {
      if (options_.as_json) {
        printJson({{"text", text}});
      } else {
        out_ << text;
      }
      return ExitCode::kOk;
    }
    if (const std::string problem = write(text); !problem.empty()) {
      return fail(ExitCode::kBadFile, options_.file + ": " + problem);
    }
    return tell();
  }

 private:
  bool toOutput() const { return options_.file == "-"; }

  bool exists() const {
    struct stat status {};
    return !toOutput() && lstat(options_.file.c_str(), &status) == 0;
  }

  ExitCode fail(ExitCode code, const std::string& message) {
    err_ << "healdctl: config init: " << message << "\n";
    if (options_.as_json) out_ << errorJson({code, message});
    return code;
  }

  void printJson(const nlohmann::ordered_json& value) const {
    out_ << value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }

  void takePorts() {
    for (const int port : options_.ports) {
      const auto found = std::find_if(host_.ports.begin(), host_.ports.end(),
                                      [&](const FoundPort& seen) { return seen.port == port; });
      config_.addresses.push_back(found != host_.ports.end() ? found->address
                                                             : "127.0.0.1:" + std::to_string(port));
    }
  }

  bool chosenByFlags() const {
    return !config_.services.empty() || !config_.addresses.empty() || !config_.plugins.empty() ||
           !config_.prometheus.empty();
  }

  ExitCode choose() {
    if (chosenByFlags() && !options_.everything) return ExitCode::kOk;
    if (!options_.everything && !options_.may_ask) {
      return fail(ExitCode::kUsage,
                  "there is no terminal to ask on: say --all, or what to watch with --service, "
                  "--port, --plugin and --prometheus");
    }
    for (const FoundService& service : host_.services) {
      take(config_.services, service.unit,
           "service " + service.unit +
               (service.running ? " runs" : " is enabled, and has no process"),
           service.running);
    }
    for (const FoundPort& port : host_.ports) {
      take(config_.addresses, port.address,
           (port.program.empty() ? "something" : port.program) + " listens on " + port.address,
           true);
    }
    for (const std::string& plugin : host_.plugins) {
      take(config_.plugins, plugin, "there is the plugin " + plugin, true);
    }
    for (const std::string& server : host_.prometheus) {
      take(config_.prometheus, server, "there is a Prometheus on " + server, true);
    }
    return stopped_ ? fail(ExitCode::kRefused, "stopped: nothing was written") : ExitCode::kOk;
  }

  // `likely` is what Enter says, and what --all takes.
  void take(std::vector<std::string>& into, const std::string& what, const std::string& found,
            bool likely) {
    if (std::find(into.begin(), into.end(), what) != into.end() || stopped_) return;
    bool wanted = likely;
    if (!options_.everything) {
      if (!asked_)
        err_ << "Found on this machine. Enter takes the answer in capitals, Ctrl-D stops.\n";
      asked_ = true;
      err_ << "  " << found << ". Watch it? " << (likely ? "[Y/n] " : "[y/N] ") << std::flush;
      std::string answer;
      if (!std::getline(in_, answer)) {
        err_ << "\n";
        stopped_ = true;
        return;
      }
      if (!answer.empty()) wanted = answer[0] == 'y' || answer[0] == 'Y';
    }
    if (wanted) into.push_back(what);
  }

  // Quiet when all is well.
  ExitCode judge(const std::string& text, const Lookup& environment) {
    CheckConfigOptions checked;
    checked.files = {"-"};
    checked.strict = true;
    checked.host = true;
    std::istringstream input(text);
    std::ostringstream said, problems;
    const ExitCode code = checkConfig(checked, environment, input, said, problems);
    if (code == ExitCode::kOk) return code;
    err_ << problems.str() << said.str();
    return fail(code, "what was chosen does not fit this machine; nothing was written");
  }

  // What was wrong, or "". The file appears whole or not at all, and never in the place of another.
  std::string write(const std::string& text) {
    const std::filesystem::path file(options_.file);
    std::error_code ignored;
    if (file.has_parent_path()) std::filesystem::create_directory(file.parent_path(), ignored);
    const std::string draft = options_.file + ".new." + std::to_string(getpid());
    io::UniqueFd fd(open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (fd.get() < 0) return std::strerror(errno);
    const bool written =
        ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        fsync(fd.get()) == 0 && link(draft.c_str(), options_.file.c_str()) == 0;
    const int error = errno;
    unlink(draft.c_str());
    return written ? "" : std::strerror(error);
  }

  ExitCode tell() {
    const bool service = options_.file == "/etc/heald/heald.yml";
    struct Step {
      std::string command;
      const char* why;
    };
    const std::vector<Step> next = {
        {"healdctl check-config --strict --host " + options_.file, "after every change of yours"},
        {service ? "systemctl enable --now heald" : "heald --config.file=" + options_.file,
         "start it"},
        {"healdctl status", "what it sees"}};
    if (options_.as_json) {
      std::vector<std::string> commands;
      for (const Step& step : next) commands.push_back(step.command);
      printJson({{"file", options_.file},
                 {"services", config_.services},
                 {"addresses", config_.addresses},
                 {"plugins", config_.plugins},
                 {"prometheus", config_.prometheus},
                 {"next", commands}});
      return ExitCode::kOk;
    }
    out_ << options_.file << ": written: disk, memory, load, " << config_.services.size()
         << " services, " << config_.addresses.size() << " ports, " << config_.plugins.size()
         << " plugins, " << config_.prometheus.size() << " Prometheus; in observe mode\n\nNext:\n";
    for (const auto& [command, why] : next) out_ << "  " << command << "   # " << why << "\n";
    return ExitCode::kOk;
  }

  const ConfigInitOptions& options_;
  const Host& host_;
  std::istream& in_;
  std::ostream& out_;
  std::ostream& err_;
  FirstConfig config_;
  bool asked_ = false;
  bool stopped_ = false;
};

}  // namespace

ExitCode initConfig(const ConfigInitOptions& options, const Host& host, const Lookup& environment,
                    std::istream& in, std::ostream& out, std::ostream& err) {
  return ConfigInit(options, host, in, out, err).run(environment);
}

}  // namespace heald::ctl
