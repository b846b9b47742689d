#include "config/config_tree.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "config/defaults.h"
#include "config/includes.h"
#include "config/placeholder_judge.h"
#include "config/templates.h"

namespace heald::config {
namespace {

std::vector<std::string> labelsOf(const Node* defaults) {
  std::vector<std::string> names;
  const Node* labels = defaults == nullptr ? nullptr : defaults->valueOf("labels");
  if (labels == nullptr) return names;
  for (const Node::Entry& entry : labels->entries) names.push_back(entry.key);
  return names;
}

class Writer {
 public:
  Writer(Tree& tree, const KindNames& kinds, Weight& used)
      : tree_(tree), kinds_(kinds), used_(used), templates_(*tree.sources, *tree.values, used) {}

  void run() {
    write("checks", "check_defaults", Defaults::Of::kChecks, kinds_.checks);
    write("remedies", "remedy_defaults", Defaults::Of::kRemedies, kinds_.remedies);
    templates_.reportUnused();
  }

 private:
  void write(const std::string& key, const std::string& defaults_key, Defaults::Of of,
             const std::vector<std::string>& kinds) {
    PlaceholderJudge judge(*tree_.values);
    Node* given = tree_.root.valueOf(defaults_key);
    if (given != nullptr) judge.judgeDefaults(*given, {given->place, defaults_key});
    const Defaults defaults(of, given, kinds, *tree_.sources, *tree_.values);
    if (given != nullptr && given->type == Node::Type::kMapping) *given = defaults.section();
    Node* list = tree_.root.valueOf(key);
    if (list == nullptr || used_.tooLarge()) return;
    templates_.writeOut(key, *list, labelsOf(given));
    if (used_.tooLarge()) return;
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      Node& item = list->items[i];
      const Spot spot = spotOf(Spot{list->place, key}, item, i);
      defaults.complete(item, spot, used_);
      if (used_.tooLarge()) {
        tree_.values->report({given->place, defaults_key},
                             "makes the file too large, put in everywhere (at most " +
                                 std::to_string(kMaxNodes) + " values)");
        return;
      }
      of == Defaults::Of::kChecks ? judge.judgeCheck(item, spot) : judge.judgeRemedy(item, spot);
    }
  }

  Tree& tree_;
  const KindNames& kinds_;
  Weight& used_;
  Templates templates_;
};

// Where a line and a column of yaml-cpp are, which counts bytes.
std::size_t offsetOf(const Place& place, std::string_view text) {
  std::size_t at = 0;
  for (int line = 1; line < place.line && at != text.npos; ++line) {
    at = text.find('\n', at);
    if (at != text.npos) ++at;
  }
  return at == text.npos ? text.size() : at + static_cast<std::size_t>(place.column) - 1;
}

// Without what each replica says of itself: with it no two of them would have one configuration.
// A value that is not written as it reads (with escapes, behind an alias) stays.
std::string withoutOwn(std::string_view text, const Node& root) {
  std::string rest(text);
  const Node* store = root.valueOf("store");
  const Node* etcd = store == nullptr ? nullptr : store->valueOf("etcd");
  if (etcd == nullptr) return rest;
  std::vector<std::pair<std::size_t, std::size_t>> own;
  for (const char* key : {"name", "url"}) {
    const Node* value = etcd->valueOf(key);
    if (value == nullptr || value->type != Node::Type::kText || value->text.empty()) continue;
    const std::size_t at = offsetOf(value->place, text) + (value->quoted ? 1 : 0);
    if (at < text.size() && text.substr(at).starts_with(value->text)) {
      own.emplace_back(at, value->text.size());
    }
  }
  std::sort(own.rbegin(), own.rend());
  for (const auto& [at, size] : own) rest.erase(at, size);
  return rest;
}

}  // namespace

// FNV-1a: tells whether two replicas run the same configuration; nothing depends on its strength.
void hashIn(std::uint64_t& hash, std::string_view text) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
}

Tree readTree(std::string_view text, const std::string& file, const KindNames& kinds,
              const Lookup& environment, const Files& files) {
  Tree tree;
  tree.sources = std::make_unique<Sources>(file);
  tree.values = std::make_unique<ValueReader>(*tree.sources, environment);
  tree.hash = 14695981039346656037u;
  Weight used;
  std::variant<Node, SyntaxFault> parsed = parseDocument(text, kConfigurationFile, used);
  if (const auto* fault = std::get_if<SyntaxFault>(&parsed)) {
    tree.values->report({fault->place, ""}, fault->message);
    return tree;
  }
  tree.root = std::move(std::get<Node>(parsed));
  hashIn(tree.hash, withoutOwn(text, tree.root));
  Includes includes(files, *tree.sources, *tree.values, used);
  includes.onText = [&](std::string_view more) { hashIn(tree.hash, more); };
  includes.addTo(tree.root, text.size());
  if (!tree.values->clean()) return tree;
  Writer(tree, kinds, used).run();
  tree.whole = !used.tooLarge();
  return tree;
}

}  // namespace heald::config
