#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields.h"

namespace heald::config {

// Fields that writes down what it is told, as the JSON Schema of one mapping. Private to schemaOf.
class SchemaFields : public Fields {
 public:
  using Json = nlohmann::ordered_json;

  // The schema of a mapping that `read` describes.
  static Json describe(const std::function<void(Fields&)>& read);

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
  bool has(std::string_view /*key*/) const override { return false; }
  void fail(std::string_view /*key*/, const std::string& /*message*/) override {}
  void failAt(std::string_view /*map*/, std::string_view /*entry*/,
              const std::string& /*message*/) override {}
  void missing(std::string_view /*key*/, const std::string& /*message*/,
               std::string_view /*at*/) override {}
  void unknownName(std::string_view /*key*/, std::string_view /*list*/, const std::string& /*name*/,
                   const std::string& /*message*/) override {}
  Report later(std::string_view key) override;
  NameReport unknownNameLater(std::string_view key, std::string_view list) override;
  std::string place(std::string_view /*key*/) const override { return ""; }
  void exactlyOne(std::string_view noun, const std::vector<std::string>& keys) override;

 private:
  void add(std::string_view key, bool required, std::string_view help, Json schema);

  Json properties_ = Json::object();
  Json required_ = Json::array();
  Json one_of_ = Json::array();
};

}  // namespace heald::config
