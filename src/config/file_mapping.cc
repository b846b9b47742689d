#include "config/file_mapping.h"

namespace heald::config {
namespace {

// The item "[2]" of a list; nullptr when there is none.
const Node* itemOf(const Node& list, const std::string& key) {
  const auto index = static_cast<std::size_t>(std::stoul(key.substr(1)));
  return index < list.items.size() ? &list.items[index] : nullptr;
}

// As far down as the file goes; `left` is how many keys are missing.
Spot descend(const Node& root, const KeyPath& path, std::size_t& left) {
  Spot spot{root.place, ""};
  const Node* node = &root;
  left = path.size();
  for (const std::string& key : path) {
    if (key.starts_with('[')) {
      const Node* item = itemOf(*node, key);
      if (item == nullptr) return spot;
      spot = spotOf(spot, *item, std::stoul(key.substr(1)));
      node = item;
    } else {
      const Node::Entry* entry = node->find(key);
      if (entry == nullptr) return spot;
      spot = spotOf(spot, *entry);
      node = &entry->value;
    }
    --left;
  }
  return spot;
}

}  // namespace

bool FileMapping::has(const KeyPath& path) const {
  std::size_t left = 0;
  descend(root_, path, left);
  return left == 0;
}

void FileMapping::warn(const KeyPath& path, const std::string& id, const std::string& message) {
  std::size_t left = 0;
  values_.report(descend(root_, path, left), message, id);
}

}  // namespace heald::config
