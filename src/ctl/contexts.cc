#include "ctl/contexts.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>
#include <variant>
#include <vector>

#include "config/document.h"
#include "config/wording.h"
#include "io/file.h"

namespace heald::ctl {
namespace {

using config::Node;

constexpr config::FileKind kContextsFile{"list of contexts", "nothing", "contexts: {...}", true};
constexpr std::size_t kMostBytes = 1024 * 1024;

std::string homeOf(const Lookup& environment) {
  return environment("HOME").value_or("");
}

bool isMissing(const std::string& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

class ContextReader {
 public:
  ContextReader(const std::string& file, std::string home) : file_(file), home_(std::move(home)) {}

  Result<Context> read(const Node& top, std::string name) {
    for (const Node::Entry& entry : top.entries) {
      if (entry.key != "current" && entry.key != "contexts") {
        return unknown(entry, "", {"current", "contexts"});
      }
    }
    if (const Node* current = top.valueOf("current"); name.empty() && current != nullptr) {
      if (current->type != Node::Type::kText)
        return fault(current->place, "current", "is not a name");
      name = current->text;
    }
    if (name.empty()) return Context{};
    const Node nothing;
    const Node* contexts = top.valueOf("contexts");
    if (contexts == nullptr) contexts = &nothing;
    std::vector<std::string> names;
    for (const Node::Entry& entry : contexts->entries) names.push_back(entry.key);
    const Node* chosen = contexts->valueOf(name);
    if (chosen == nullptr) {
      return Error{ErrorCode::kInvalid, file_ + ": there is no context " + config::quoted(name) +
                                            " " + config::suggestion(name, names)};
    }
    return readOne(*chosen, "contexts." + name);
  }

 private:
  Error fault(const config::Place& place, const std::string& path,
              const std::string& message) const {
    return {ErrorCode::kInvalid, toString(config::Problem{file_, place, path, message})};
  }
  Error unknown(const Node::Entry& entry, const std::string& path,
                const std::vector<std::string>& keys) const {
    return fault(entry.place, path.empty() ? entry.key : path + "." + entry.key,
                 "unknown key " + config::suggestion(entry.key, keys));
  }

  std::string pathOf(const std::string& text) const {
    if (text.starts_with("~/") && !home_.empty()) return home_ + text.substr(1);
    if (text.empty() || text.starts_with('/')) return text;
    return file_.substr(0, file_.rfind('/') + 1) + text;
  }

  Result<Context> readOne(const Node& node, const std::string& path) const {
    Context context;
    const std::vector<std::pair<std::string, std::string*>> keys = {
        {"url", &context.url},
        {"ca_file", &context.ca_file},
        {"cert_file", &context.cert_file},
        {"key_file", &context.key_file},
        {"token_file", &context.token_file}};
    std::vector<std::string> names;
    for (const auto& key : keys) names.push_back(key.first);
    if (node.type != Node::Type::kMapping) return fault(node.place, path, "is not a mapping");
    for (const Node::Entry& entry : node.entries) {
      std::string* value = nullptr;
      for (const auto& [name, place] : keys) value = entry.key == name ? place : value;
      if (value == nullptr) return unknown(entry, path, names);
      if (entry.value.type != Node::Type::kText || entry.value.text.empty()) {
        return fault(entry.value.place, path + "." + entry.key, "is not a text");
      }
      *value = entry.key == "url" ? entry.value.text : pathOf(entry.value.text);
    }
    if (context.url.empty()) return fault(node.place, path, "has no url");
    return context;
  }

  const std::string& file_;
  const std::string home_;
};

}  // namespace

std::string contextsFile(const Lookup& environment) {
  const std::string base = environment("XDG_CONFIG_HOME").value_or("");
  if (!base.empty()) return base + "/heald/config.yml";
  const std::string home = homeOf(environment);
  return home.empty() ? "" : home + "/.config/heald/config.yml";
}

Result<Context> findContext(const std::string& name, const std::string& file,
                            const Lookup& environment) {
  if (file.empty() || isMissing(file)) {
    if (name.empty()) return Context{};
    return Error{ErrorCode::kInvalid,
                 "there is no context " + config::quoted(name) + ": " +
                     (file.empty() ? "HOME is not set" : "there is no file " + file)};
  }
  const auto text = io::readSmallFile(file, kMostBytes);
  if (!text) return text.error();
  config::Weight used;
  const auto parsed = config::parseDocument(*text, kContextsFile, used);
  if (const auto* wrong = std::get_if<config::SyntaxFault>(&parsed)) {
    return Error{ErrorCode::kInvalid,
                 toString(config::Problem{file, wrong->place, "", wrong->message})};
  }
  return ContextReader(file, homeOf(environment)).read(std::get<Node>(parsed), name);
}

}  // namespace heald::ctl
