#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/sources.h"
#include "config/value_reader.h"

namespace heald::config {

// `for_each`: writes each check or remedy that has one out, once for each item of its list, with
// every {{key}} in its values replaced by what the item says. A value that is wholly {{key}}
// becomes what stands there, also a number, a list or a mapping. What is put in is not looked at
// again. A name that the remedy declares in `labels` stays, for the alert.
//
// What is written out keeps its place in the template, and its context names the item.
class Templates {
 public:
  Templates(Sources& sources, ValueReader& values, Weight& used)
      : sources_(sources), values_(values), used_(used) {}

  // `list` is the value of "checks" or "remedies", which is `key`. `default_labels` are declared by
  // remedy_defaults.
  void writeOut(const std::string& key, Node& list, const std::vector<std::string>& default_labels);

  // Reports the keys of items that no template has used; when all lists are written out.
  void reportUnused();

 private:
  struct Item;  // one, while it is put in

  // Whether the list of items is sound; what is not is reported.
  bool judgeItems(const Node& items, const Spot& spot);
  bool judgeItem(const Node& item, const Spot& spot);
  void note(const Node& items, const Spot& spot);
  void writeOutOne(const Node& pattern, const Spot& spot, std::vector<Node>& out);
  void fill(Node& node, const Spot& spot, const Item& item);
  void fillText(Node& node, const Spot& spot, const Item& item);
  void fillEntries(Node& node, const Spot& spot, const Item& item);
  // nullptr: it stays as it is, or what is `wrong` is said.
  const Node* valueOf(const std::string& name, const Item& item, std::string& wrong);
  void complain(const Spot& spot, const std::string& message);
  void replace(Node& node, const Node& value, int context);
  std::string contextOf(const Node& item, std::size_t index) const;

  Sources& sources_;
  ValueReader& values_;
  Weight& used_;
  std::set<Place> used_keys_;
  std::set<Place> misused_;  // lists that a template has not been filled well from
  bool filled_well_ = true;  // the present one
  // Where a key stands first in a list of items: by the place of the list's first item, and the
  // key.
  std::map<std::pair<Place, std::string>, Spot> listed_;
  std::vector<std::string> default_labels_;
};

}  // namespace heald::config
