#include "config/config_tree.h"

#include <utility>
#include <variant>

#include "config/defaults.h"
#include "config/includes.h"
#include "config/placeholder_judge.h"
#include "config/templates.h"

namespace heald::config {
namespace {

// FNV-1a: tells whether two replicas run the same configuration; nothing depends on its strength.
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

}  // namespace

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
  hashIn(tree.hash, text);
  Weight used;
  std::variant<Node, SyntaxFault> parsed = parseDocument(text, kConfigurationFile, used);
  if (const auto* fault = std::get_if<SyntaxFault>(&parsed)) {
    tree.values->report({fault->place, ""}, fault->message);
    return tree;
  }
  tree.root = std::move(std::get<Node>(parsed));
  Includes includes(files, *tree.sources, *tree.values, used);
  includes.onText = [&](std::string_view more) { hashIn(tree.hash, more); };
  includes.addTo(tree.root, text.size());
  if (!tree.values->clean()) return tree;
  Writer(tree, kinds, used).run();
  tree.whole = !used.tooLarge();
  return tree;
}

}  // namespace heald::config
