#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/check_status.h"
#include "core/invariant.h"
#include "core/time.h"

namespace heald::config {

// One description of a section serves the reader (decode and report), the JSON Schema and the
// commented default file. A section is a function over Fields that names each key once, with the
// variable it fills (holding the default), its rule and a sentence of help:
//
//   void describe(Fields& f, TcpOptions& o) {
//     f.text("address", o.address, {.required = true}, "host:port to connect to");
//     f.duration("timeout", o.timeout, {}, "how long to wait for the connection");
//   }
//
// While reading, a key that is absent leaves its variable as it was; a wrong one is reported with
// file:line:col and reading goes on, so that all mistakes come out at once. Keys that no call names
// are reported as unknown. Nothing here throws.

struct TextRule {
  bool required = false;
  bool empty_allowed = false;
  std::vector<std::string> one_of = {};  // the only values allowed, when not empty
  // Returns what is wrong and what would be right ("has no port (example: 127.0.0.1:80)"), or "".
  std::function<std::string(const std::string&)> check = nullptr;
  const char* form = "a text";  // what it has to be, for one that is a list or a mapping
};
struct DurationRule {
  bool required = false;
  bool zero_allowed = false;
  core::Duration max = std::chrono::hours(24 * 366);
};
struct IntegerRule {
  bool required = false;
  long min = 1;
  long max = 1'000'000;
  long example = 10;  // for who writes no number at all
};
struct ListRule {
  bool required = false;
  bool empty_allowed = false;
};

class Fields {
 public:
  virtual ~Fields() = default;

  virtual void text(std::string_view key, std::string& value, const TextRule& rule,
                    std::string_view help) = 0;
  // As text, with an absent key told apart from a value.
  virtual void text(std::string_view key, std::optional<std::string>& value, const TextRule& rule,
                    std::string_view help) = 0;
  virtual void boolean(std::string_view key, bool& value, std::string_view help) = 0;
  virtual void integer(std::string_view key, int& value, const IntegerRule& rule,
                       std::string_view help) = 0;
  virtual void integer(std::string_view key, std::optional<int>& value, const IntegerRule& rule,
                       std::string_view help) = 0;
  // "500ms", "5s", "10m", "1h", "2d"; sums like "1m30s"; a bare 0 where zero is allowed.
  virtual void duration(std::string_view key, core::Duration& value, const DurationRule& rule,
                        std::string_view help) = 0;
  virtual void duration(std::string_view key, std::optional<core::Duration>& value,
                        const DurationRule& rule, std::string_view help) = 0;
  virtual void texts(std::string_view key, std::vector<std::string>& values, const ListRule& rule,
                     std::string_view help) = 0;
  virtual void integers(std::string_view key, std::vector<int>& values, const ListRule& rule,
                        const IntegerRule& each, std::string_view help) = 0;
  // A text, or a list of texts that is not empty.
  virtual void oneOrMore(std::string_view key, std::vector<std::string>& values,
                         std::string_view help) = 0;
  // A list of mappings with free keys, the items of a template. They are in the values already.
  virtual void items(std::string_view key, std::string_view help) = 0;
  // A mapping of free keys to texts (environment variables, HTTP headers), in file order. Whether
  // nothing in it had to be reported.
  virtual bool textMap(std::string_view key, std::vector<std::pair<std::string, std::string>>& map,
                       std::string_view help) = 0;
  // A mapping with described keys. Returns whether the key is there (and so `read` was called on
  // content of the file). A JSON Schema calls `read` too, and answers false.
  virtual bool section(std::string_view key, bool required, std::string_view help,
                       const std::function<void(Fields&)>& read) = 0;
  // As section, or in the place of the mapping this one word; then `is_word` becomes true.
  virtual bool sectionOr(std::string_view key, std::string_view word, bool& is_word,
                         std::string_view help, const std::function<void(Fields&)>& read) = 0;
  // A mapping of what other mappings leave out: as section, but nothing in it is required, and what
  // `read` reports of keys that are there together is not a mistake yet.
  virtual void defaults(std::string_view key, std::string_view help,
                        const std::function<void(Fields&)>& read) = 0;
  // A list of mappings; `read` is called once an element.
  virtual void sections(std::string_view key, const ListRule& rule, std::string_view help,
                        const std::function<void(Fields&)>& read) = 0;
  // A mapping of free names to mappings; `read` is called once an entry, with its name.
  virtual void namedSections(std::string_view key, std::string_view help,
                             const std::function<void(const std::string&, Fields&)>& read) = 0;

  // Whether the mapping has this key. A JSON Schema answers false.
  virtual bool has(std::string_view key) const = 0;
  // Reports a mistake at the key (or, with an empty key, at the mapping itself):
  // "file:line:col: path: message". `message` says what is wrong and what would be right.
  virtual void fail(std::string_view key, const std::string& message) = 0;
  // As fail, at one entry of a textMap.
  virtual void failAt(std::string_view map, std::string_view entry, const std::string& message) = 0;
  // As fail, for want of a key of this mapping ("" for `at` is the mapping itself). It is not
  // reported where an unknown key is most likely this one.
  virtual void missing(std::string_view key, const std::string& message,
                       std::string_view at = "") = 0;
  // As fail, for a name that nothing in a list or mapping at the top of the file has ("checks"). It
  // is not reported where it could not be read there.
  virtual void unknownName(std::string_view key, std::string_view list, const std::string& name,
                           const std::string& message) = 0;
  // As fail, for what can only be known when other sections have been read: call it any time until
  // the reader returns.
  using Report = std::function<void(const std::string& message)>;
  virtual Report later(std::string_view key) = 0;
  // Likewise, as unknownName.
  using NameReport = std::function<void(const std::string& name, const std::string& message)>;
  virtual NameReport unknownNameLater(std::string_view key, std::string_view list) = 0;
  // Where the key (or, with an empty key or an absent one, the mapping) stands: "file:line:col". A
  // JSON Schema answers "".
  virtual std::string place(std::string_view key) const = 0;
  // Exactly one of these keys has to be there. `noun` is what they are: "kind of check". The keys
  // are described by calls of their own.
  virtual void exactlyOne(std::string_view noun, const std::vector<std::string>& keys) = 0;
};

// What is wrong with this machine for a part: "heald.yml:14:5", "user", "there is no user deploy".
struct HostProblem {
  std::string place;
  std::string key;  // of the part's options
  std::string message;
};

// What a kind (http, tcp, exec …) made of its options. Central configuration only carries it.
struct Part {
  virtual ~Part() = default;
  // What it needs and this machine does not have, so that it could never do its work. It looks, so
  // it may block. Asked by the daemon at its start and at a reload, which are refused then, and by
  // `check-config --host`.
  virtual std::vector<HostProblem> problemsOfHost() const { return {}; }
  // What is dangerous about it here, or not there yet and may come: `check-config --host` warns.
  virtual std::vector<HostProblem> warningsOfHost() const { return {}; }
  // The labels of an alert that it takes as arguments.
  virtual std::vector<std::string> labels() const { return {}; }
  // The program that it runs, and its arguments; empty when it runs none.
  virtual std::vector<std::string> command() const { return {}; }
  // What a run of a check may find, beside ok and unknown.
  virtual core::AnswersTo findings() const { return {.warning = false, .critical = true}; }
};

// A part as what its kind made it: a list of kinds has those of one sort alone, which is looked at
// here. Null stays null.
template <class P>
std::shared_ptr<const P> partAs(const std::shared_ptr<const Part>& part) {
  auto typed = std::dynamic_pointer_cast<const P>(part);
  CHECK(typed != nullptr || part == nullptr, "a part is what the list of its kind is for");
  return typed;
}

// A kind of check or remedy, under its YAML key. `read` describes the options and makes the part.
struct Kind {
  std::string name;
  std::string help;
  std::function<std::shared_ptr<const Part>(Fields&)> read;
};

}  // namespace heald::config
