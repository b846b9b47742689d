#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.h"
#include "config/fields.h"
#include "config/value_reader.h"

namespace heald::config {

// The Fields of one mapping of a file. `finish` is called once, after the last key was named.
class FieldsReader : public Fields {
 public:
  // `spot` is the mapping's own; `values` and `mapping` live longer than the reader.
  FieldsReader(const Node& mapping, Spot spot, ValueReader& values)
      : FieldsReader(mapping, std::move(spot), values, false) {}

  void text(std::string_view key, std::string& value, const TextRule& rule,
            std::string_view help) override;
  void text(std::string_view key, std::optional<std::string>& value, const TextRule& rule,
            std::string_view help) override;
  void boolean(std::string_view key, bool& value, std::string_view help) override;
  void integer(std::string_view key, int& value, const IntegerRule& rule,
               std::string_view help) override;
  void integer(std::string_view key, std::optional<int>& value, const IntegerRule& rule,
               std::string_view help) override;
  void duration(std::string_view key, core::Duration& value, const DurationRule& rule,
                std::string_view help) override;
  void duration(std::string_view key, std::optional<core::Duration>& value,
                const DurationRule& rule, std::string_view help) override;
  void texts(std::string_view key, std::vector<std::string>& values, const ListRule& rule,
             std::string_view help) override;
  void integers(std::string_view key, std::vector<int>& values, const ListRule& rule,
                const IntegerRule& each, std::string_view help) override;
  void oneOrMore(std::string_view key, std::vector<std::string>& values,
                 std::string_view help) override;
  void items(std::string_view key, std::string_view help) override;
  bool textMap(std::string_view key, std::vector<std::pair<std::string, std::string>>& map,
               std::string_view help) override;
  bool section(std::string_view key, bool required, std::string_view help,
               const std::function<void(Fields&)>& read) override;
  bool sectionOr(std::string_view key, std::string_view word, bool& is_word, std::string_view help,
                 const std::function<void(Fields&)>& read) override;
  void defaults(std::string_view key, std::string_view help,
                const std::function<void(Fields&)>& read) override;
  void sections(std::string_view key, const ListRule& rule, std::string_view help,
                const std::function<void(Fields&)>& read) override;
  void namedSections(std::string_view key, std::string_view help,
                     const std::function<void(const std::string&, Fields&)>& read) override;
  bool has(std::string_view key) const override;
  void fail(std::string_view key, const std::string& message) override;
  void failAt(std::string_view map, std::string_view entry, const std::string& message) override;
  void missing(std::string_view key, const std::string& message, std::string_view at) override;
  void unknownName(std::string_view key, std::string_view list, const std::string& name,
                   const std::string& message) override;
  Report later(std::string_view key) override;
  NameReport unknownNameLater(std::string_view key, std::string_view list) override;
  std::string place(std::string_view key) const override;
  void exactlyOne(std::string_view noun, const std::vector<std::string>& keys) override;

  // Reports the keys that no call has named, and what exactlyOne asked for.
  void finish();

 private:
  // A `partial` one reads what is there, and misses nothing: the rest comes from elsewhere.
  FieldsReader(const Node& mapping, Spot spot, ValueReader& values, bool partial);

  // The value of the key, which is now known; nullptr when absent, which `required` makes a
  // mistake.
  const Node* take(std::string_view key, bool required);
  Spot spotOf(std::string_view key) const;
  std::string pathOf(std::string_view key) const;
  void readMapping(const Node& node, const Spot& spot, bool partial,
                   const std::function<void(Fields&)>& read);
  // Calls `read` for each item; whether there is such a list.
  bool forItems(std::string_view key, const ListRule& rule,
                const std::function<void(const Node&, const Spot&)>& read);
  bool choiceMissing();
  std::optional<KeyIndex::Belongs> belongs(const std::string& key) const;
  std::string endsKnown(const std::string& key) const;
  bool meantAsChoice(const Node::Entry& entry) const;

  const Node& mapping_;
  Spot spot_;
  ValueReader& values_;
  bool partial_;
  std::vector<std::string> known_;
  std::string noun_;
  std::vector<std::string> choice_;
};

}  // namespace heald::config
