#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ctl/keys.h"
#include "ctl/status_text.h"
#include "ctl/terminal.h"

namespace heald::ctl {

// What `healdctl watch` shows and what keys do to it: a status that is scrolled, filtered and
// sorted. Without clock, terminal and daemon. For one thread.
class WatchView {
 public:
  explicit WatchView(bool colours);
  ~WatchView();

  // The line above: where, when, and whether heald is away.
  void setTitle(std::string title) { title_ = std::move(title); }
  void take(nlohmann::ordered_json status);

  enum class Then { kGoOn, kLookNow, kDrawAnew, kLeave };
  Then press(const Key& key);

  // The screen: title, a part of the status, and a line that says which part it is, what is hidden
  // and how to see it. No line is wider than the terminal but for commands; at most `size.rows`.
  std::vector<std::string> frame(TerminalSize size);

 private:
  enum class Order { kWorstFirst, kName, kConfigured };

  struct Line {
    std::string text;
    std::size_t block = 0;
  };
  struct Block {
    std::size_t from = 0;  // index of its first line
    std::vector<std::string> head;
  };

  Then pressInPrompt(const Key& key);
  Then pressLetter(char letter);
  void scroll(long lines);
  void toNextBlock(bool forward);
  void build(TerminalSize size);
  void addBlock(const StatusBlock& block, std::size_t most);
  void addSections(const StatusLayout& layout);
  bool passes(const StatusRow& row) const;
  StatusBlock filtered(StatusBlock block);
  std::size_t pageRows() const;
  long pageStep() const;
  std::vector<std::string> page() const;
  std::string footer() const;
  std::vector<std::string> helpLines() const;

  bool colours_;
  std::string title_;
  std::unique_ptr<nlohmann::ordered_json> status_;
  std::string filter_;
  std::string filter_before_;  // while another is typed
  bool typing_ = false;
  bool help_ = false;
  bool problems_ = false;
  bool all_issues_ = false;
  Order order_ = Order::kWorstFirst;

  bool changed_ = true;  // lines_ have to be made again
  TerminalSize size_{};
  std::vector<Line> lines_;
  std::vector<Block> blocks_;
  std::size_t top_ = 0;
  std::size_t hidden_by_filter_ = 0;
  std::size_t hidden_as_well_ = 0;
};

}  // namespace heald::ctl
