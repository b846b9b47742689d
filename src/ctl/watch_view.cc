#include "ctl/watch_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ctl/json_access.h"
#include "ctl/names.h"
#include "ctl/width.h"

namespace heald::ctl {
namespace {

using Lines = std::vector<std::string>;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Without regard to the case of ASCII. What has `*`, `?` or `[` is a shell pattern for the whole.
bool finds(const std::string& filter, const std::string& text) {
  if (filter.find_first_of("*?[") != std::string::npos) return matches(filter, text);
  return std::search(text.begin(), text.end(), filter.begin(), filter.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + " ";
  return text;
}

bool isContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

void eraseLastCharacter(std::string& text) {
  while (!text.empty() && isContinuation(text.back())) text.pop_back();
  if (!text.empty()) text.pop_back();
}

}  // namespace

WatchView::WatchView(bool colours)
    : colours_(colours), status_(std::make_unique<nlohmann::ordered_json>()) {}

WatchView::~WatchView() = default;

void WatchView::take(nlohmann::ordered_json status) {
  *status_ = std::move(status);
  changed_ = true;
}

// --- keys

WatchView::Then WatchView::press(const Key& key) {
  if (typing_) return pressInPrompt(key);
  build(size_);  // keys that come together are about what the one before has made of it
  if (help_) {
    help_ = false;
    return key.text == "q" || key.text == "Q" ? Then::kLeave : Then::kGoOn;
  }
  const long step = pageStep();
  switch (key.kind) {
    case KeyKind::kUp:
      scroll(-1);
      break;
    case KeyKind::kDown:
    case KeyKind::kEnter:
      scroll(1);
      break;
    case KeyKind::kPageUp:
      scroll(-step);
      break;
    case KeyKind::kPageDown:
      scroll(step);
      break;
    case KeyKind::kHome:
      top_ = 0;
      break;
    case KeyKind::kEnd:
      scroll(static_cast<long>(lines_.size()));
      break;
    case KeyKind::kTab:
      toNextBlock(true);
      break;
    case KeyKind::kBackTab:
      toNextBlock(false);
      break;
    case KeyKind::kEscape:
      filter_.clear();
      problems_ = false;
      changed_ = true;
      break;
    case KeyKind::kText:
      if (key.text.size() == 1) return pressLetter(key.text[0]);
      break;
    case KeyKind::kBackspace:
    case KeyKind::kLeft:
    case KeyKind::kRight:
    case KeyKind::kUnknown:
      break;
  }
  return Then::kGoOn;
}

WatchView::Then WatchView::pressLetter(char letter) {
  const long step = pageStep();
  constexpr char kCtrlB = 2, kCtrlD = 4, kCtrlF = 6, kCtrlL = 12, kCtrlU = 21;
  switch (letter) {
    case 'q':
    case 'Q':
      return Then::kLeave;
    case ' ':
      return Then::kLookNow;
    case kCtrlL:
      return Then::kDrawAnew;
    case 'j':
      scroll(1);
      break;
    case 'k':
      scroll(-1);
      break;
    case 'f':
    case kCtrlF:
      scroll(step);
      break;
    case 'b':
    case kCtrlB:
      scroll(-step);
      break;
    case kCtrlD:
      scroll(step / 2);
      break;
    case kCtrlU:
      scroll(-step / 2);
      break;
    case 'g':
      top_ = 0;
      break;
    case 'G':
      scroll(static_cast<long>(lines_.size()));
      break;
    case '/':
      filter_before_ = filter_;
      filter_.clear();
      typing_ = changed_ = true;
      break;
    case 'p':
      problems_ = !problems_;
      changed_ = true;
      break;
    case 'i':
      all_issues_ = !all_issues_;
      changed_ = true;
      break;
    case 's':
      order_ = order_ == Order::kWorstFirst ? Order::kName
               : order_ == Order::kName     ? Order::kConfigured
                                            : Order::kWorstFirst;
      changed_ = true;
      break;
    case '?':
    case 'h':
      help_ = true;
      break;
    default:
      break;
  }
  return Then::kGoOn;
}

WatchView::Then WatchView::pressInPrompt(const Key& key) {
  constexpr std::string_view kCtrlU = "\x15";
  changed_ = true;
  top_ = 0;
  if (key.kind == KeyKind::kEnter) {
    typing_ = false;
  } else if (key.kind == KeyKind::kEscape) {
    typing_ = false;
    filter_ = filter_before_;
  } else if (key.kind == KeyKind::kBackspace) {
    if (filter_.empty()) typing_ = false;
    eraseLastCharacter(filter_);
  } else if (key.text == kCtrlU) {
    filter_.clear();
  } else if (key.kind == KeyKind::kText && static_cast<unsigned char>(key.text[0]) >= ' ') {
    filter_ += key.text;
  }
  return Then::kGoOn;
}

void WatchView::scroll(long lines) {
  const auto rows = static_cast<long>(pageRows());
  const long most = std::max(0L, static_cast<long>(lines_.size()) - rows);
  top_ = static_cast<std::size_t>(std::clamp(static_cast<long>(top_) + lines, 0L, most));
}

void WatchView::toNextBlock(bool forward) {
  const auto at = static_cast<long>(top_);
  if (forward) {
    const auto next = std::find_if(blocks_.begin(), blocks_.end(),
                                   [&](const Block& block) { return block.from > top_; });
    if (next != blocks_.end()) scroll(static_cast<long>(next->from) - at);
    return;
  }
  const auto before = std::find_if(blocks_.rbegin(), blocks_.rend(),
                                   [&](const Block& block) { return block.from < top_; });
  top_ = before == blocks_.rend() ? 0 : before->from;
}

// --- lines

bool WatchView::passes(const StatusRow& row) const {
  if (filter_.empty()) return true;
  return std::any_of(row.cells.begin(), row.cells.end(),
                     [&](const Cell& cell) { return finds(filter_, cell.text); }) ||
         std::any_of(row.names.begin(), row.names.end(),
                     [&](const std::string& name) { return finds(filter_, name); });
}

StatusBlock WatchView::filtered(StatusBlock block) {
  if (filter_.empty()) return block;
  hidden_by_filter_ += std::erase_if(
      block.items, [&](const Lines& lines) { return !finds(filter_, joined(lines)); });
  return block;
}

void WatchView::addBlock(const StatusBlock& block, std::size_t most) {
  if (block.items.empty()) return;
  lines_.push_back({"", blocks_.size()});
  blocks_.push_back({lines_.size(), block.head});
  const auto add = [&](const std::string& line) { lines_.push_back({line, blocks_.size() - 1}); };
  for (const std::string& line : block.head) add(line);
  for (std::size_t i = 0; i < std::min(most, block.items.size()); ++i) {
    for (const std::string& line : block.items[i]) add(line);
  }
  if (block.items.size() > most) {
    add(painted("  … and " + std::to_string(block.items.size() - most) + " more " + block.many +
                    " (i shows them)",
                Colour::kQuiet, colours_));
  }
}

void WatchView::addSections(const StatusLayout& layout) {
  for (StatusSection& section : knownSectionsOf(*status_)) {
    hidden_by_filter_ +=
        std::erase_if(section.rows, [&](const StatusRow& row) { return !passes(row); });
    if (problems_) {
      hidden_as_well_ += std::erase_if(
          section.rows, [](const StatusRow& row) { return row.concern == Concern::kQuiet; });
    }
    if (order_ == Order::kWorstFirst) worstFirst(section.rows);
    if (order_ == Order::kName) {
      std::stable_sort(section.rows.begin(), section.rows.end(), [](const auto& a, const auto& b) {
        return a.cells.front().text < b.cells.front().text;
      });
    }
    const StatusBlock block = blockOf(section, layout);
    addBlock(block, block.items.size());
  }
}

void WatchView::build(TerminalSize size) {
  if (!changed_ && size == size_) return;
  size_ = size;
  changed_ = false;
  lines_.clear();
  blocks_.clear();
  hidden_by_filter_ = hidden_as_well_ = 0;
  const StatusLayout layout{colours_, static_cast<std::size_t>(std::max(size.columns, 1)), 0};
  if (!status_->is_object()) return;
  for (const std::string& line : statusTitle(*status_, layout)) lines_.push_back({line, 0});
  const StatusBlock issues = filtered(issueBlock(*status_, layout));
  const StatusBlock actions = filtered(actionBlock(*status_, layout));
  const std::size_t few = std::max<std::size_t>(3, pageRows() / 5);
  addBlock(issues, all_issues_ ? issues.items.size() : few);
  addBlock(actions, all_issues_ ? actions.items.size() : few / 2 + 1);
  addSections(layout);
  if (blocks_.empty() && !filter_.empty()) {
    lines_.push_back({"", 0});
    lines_.push_back({"  nothing has \"" + filter_ + "\" in it (Esc shows everything)", 0});
  }
  scroll(0);
}

// --- the screen

std::size_t WatchView::pageRows() const {
  return static_cast<std::size_t>(std::max(size_.rows - 2, 1));
}

// The titles that stay cover lines, and one line is seen twice.
long WatchView::pageStep() const {
  std::size_t titles = 0;
  for (const Block& block : blocks_) titles = std::max(titles, block.head.size());
  return std::max(1L, static_cast<long>(pageRows()) - static_cast<long>(titles) - 1);
}

Lines WatchView::page() const {
  Lines page;
  const std::size_t end = std::min(lines_.size(), top_ + pageRows());
  for (std::size_t i = top_; i < end; ++i) page.push_back(lines_[i].text);
  // The titles of a table stay while its rows go.
  if (top_ >= lines_.size() || blocks_.empty()) return page;
  const Block& block = blocks_[lines_[top_].block];
  const bool gone = top_ > block.from && !lines_[top_].text.empty();
  if (gone && block.head.size() + 1 < page.size()) {
    std::copy(block.head.begin(), block.head.end(), page.begin());
  }
  return page;
}

std::string WatchView::footer() const {
  if (typing_) return "/" + filter_ + "_   Enter: keep, Esc: as before";
  const std::size_t end = std::min(lines_.size(), top_ + pageRows());
  std::string text = "lines " + std::to_string(lines_.empty() ? 0 : top_ + 1) + "-" +
                     std::to_string(end) + " of " + std::to_string(lines_.size());
  if (!filter_.empty()) {
    text += "; /" + filter_ + " hides " + std::to_string(hidden_by_filter_) + " (Esc)";
  }
  if (problems_) text += "; what is well is hidden: " + std::to_string(hidden_as_well_) + " (p)";
  const char* order = order_ == Order::kWorstFirst ? "; problems first"
                      : order_ == Order::kName     ? "; by name"
                                                   : "; as configured";
  for (const std::string& more : {std::string("  ? help  q quit"), std::string(order)}) {
    const std::size_t both = columnsOf(text) + columnsOf(more);
    if (both <= static_cast<std::size_t>(std::max(size_.columns, 1))) text += more;
  }
  return text;
}

Lines WatchView::helpLines() const {
  return {"Keys",
          "",
          "  Down Up, j k         a line",
          "  PgDn PgUp, f b       a page (half a page: Ctrl-D Ctrl-U)",
          "  Home End, g G        the beginning, the end",
          "  Tab, Shift-Tab       the next table, the one before",
          "  /                    show only rows with a text, or a pattern (web-*)",
          "  p                    show only problems, or everything",
          "  s                    sort: problems first, by name, as configured",
          "  i                    all issues and actions, or a few of them",
          "  Esc                  no filter",
          "  Space                look now",
          "  Ctrl-L               draw anew",
          "  ?                    this help",
          "  q, Ctrl-C            quit (Ctrl-Z: stop; fg goes on)",
          "",
          "Any key goes back."};
}

Lines WatchView::frame(TerminalSize size) {
  build(size);
  const auto rows = static_cast<std::size_t>(std::max(size.rows, 1));
  Lines all = {title_};
  for (std::string& line : help_ ? helpLines() : page()) all.push_back(std::move(line));
  if (rows >= 3) {
    all.resize(rows - 1);
    const std::string text =
        shortenedTo(footer(), static_cast<std::size_t>(std::max(size.columns, 1)));
    all.push_back(painted(text, Colour::kStrong, colours_));
  }
  if (all.size() > rows) all.resize(rows);
  return all;
}

}  // namespace heald::ctl
