#include "ctl/status_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ctl/json_access.h"
#include "ctl/width.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

using Lines = std::vector<std::string>;

// Lines behind an indentation, and behind another from the second one on.
Lines indented(const std::string& text, std::size_t indent, std::size_t hanging,
               const StatusLayout& layout) {
  if (layout.width == 0) return {std::string(indent, ' ') + text};
  Lines lines;
  for (const std::string& line : wrapped(text, layout.width - std::min(layout.width, hanging))) {
    lines.push_back(std::string(lines.empty() ? indent : hanging, ' ') + line);
  }
  return lines;
}

int weightOf(const std::string& severity) {
  return severity == "critical" ? 2 : severity == "warning" ? 1 : 0;
}

// What is not shown, and how it is.
std::string hiddenText(const StatusBlock& block, std::size_t shown) {
  const std::size_t all = block.items.size();
  const std::size_t troubles = block.troubles - std::min(block.troubles, shown);
  const std::size_t quiet = all - shown - troubles;
  if (troubles == 0 && shown == 0) {
    return std::to_string(quiet) + " " + block.many + ", all well (healdctl status --all)";
  }
  std::string text = "…";
  if (troubles > 0) {
    text += " and " + std::to_string(troubles) + " more " + block.many +
            " (healdctl status --problems)";
  }
  if (quiet > 0) {
    text += (troubles > 0 ? "; " : " and ") + std::to_string(quiet) +
            (troubles > 0 ? " are well" : " " + block.many + " that are well") +
            " (healdctl status --all)";
  }
  return text;
}

std::size_t linesOf(const StatusBlock& block, std::size_t shown) {
  std::size_t lines = 1 + (shown > 0 ? block.head.size() : 0);
  for (std::size_t i = 0; i < shown; ++i) lines += block.items[i].size();
  return lines + (shown < block.items.size() ? 1 : 0);
}

using Shown = std::vector<std::size_t>;  // how many items of each block

std::size_t linesOf(const std::vector<StatusBlock>& blocks, const Shown& shown) {
  std::size_t lines = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) lines += linesOf(blocks[i], shown[i]);
  return lines;
}

// What is well goes first, from the longest block on; then each block is cut, more and more.
Shown folded(const std::vector<StatusBlock>& blocks, std::size_t rows) {
  Shown shown;
  for (const StatusBlock& block : blocks) shown.push_back(block.items.size());
  const auto quiet = [&](std::size_t i) {
    return shown[i] - std::min(shown[i], blocks[i].troubles);
  };
  while (rows > 0 && linesOf(blocks, shown) > rows) {
    std::size_t longest = 0;
    for (std::size_t i = 1; i < blocks.size(); ++i) {
      if (quiet(i) > quiet(longest)) longest = i;
    }
    if (blocks.empty() || quiet(longest) == 0) break;
    shown[longest] = blocks[longest].troubles;
  }
  for (std::size_t most = rows / 2; most >= 2 && linesOf(blocks, shown) > rows;
       most = most * 2 / 3) {
    for (std::size_t& count : shown) count = std::min(count, most);
  }
  return shown;
}

std::string blockText(const StatusBlock& block, std::size_t shown, const StatusLayout& layout) {
  std::string text = "\n";
  const auto add = [&](const Lines& lines) {
    for (const std::string& line : lines) text += line + "\n";
  };
  if (shown > 0) add(block.head);
  for (std::size_t i = 0; i < shown; ++i) add(block.items[i]);
  if (shown < block.items.size()) {
    for (const std::string& line : indented(hiddenText(block, shown), 2, 4, layout)) {
      text += painted(line, Colour::kQuiet, layout.colours) + "\n";
    }
  }
  return text;
}

std::string onOff(const ordered_json& flag, std::string_view key) {
  if (!objectOf(flag, key).is_boolean()) return "-";
  return flagOf(flag, key) ? "on" : "off";
}

}  // namespace

std::vector<std::string> statusTitle(const ordered_json& status, const StatusLayout& layout) {
  const ordered_json& healing = objectOf(status, "selfHealing");
  const std::string overall = textOf(healing, "status");
  const std::string before = "heald " + textOf(status, "version") + " is ";
  const std::string headline = textOf(healing, "headline");  // an older heald has none
  const std::string sentence = before + overall + (headline.empty() ? "" : ": " + headline) + ".";
  Lines lines = layout.width == 0 ? Lines{sentence} : wrapped(sentence, layout.width);
  if (lines.front().size() >= before.size() + overall.size()) {
    lines.front().replace(before.size(), overall.size(),
                          painted(overall, colourOfState(overall), layout.colours));
  }
  if (flagOf(healing, "observeMode")) {
    for (std::string& line :
         indented("It only observes: it decides and counts, and runs no remedy.", 0, 0, layout)) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

StatusBlock issueBlock(const ordered_json& status, const StatusLayout& layout) {
  StatusBlock block{{"What is wrong"}, {}, 0, "issues"};
  std::vector<ordered_json> issues(listOf(status, "issues").begin(),
                                   listOf(status, "issues").end());
  std::stable_sort(issues.begin(), issues.end(), [](const auto& a, const auto& b) {
    return weightOf(textOf(a, "severity")) > weightOf(textOf(b, "severity"));
  });
  for (const ordered_json& issue : issues) {
    const std::string severity = textOf(issue, "severity");
    Lines lines = indented(severity + ": " + textOf(issue, "message"), 2, 4, layout);
    if (lines.front().size() >= 2 + severity.size()) {
      lines.front().replace(2, severity.size(),
                            painted(severity, colourOfState(severity), layout.colours));
    }
    block.items.push_back(std::move(lines));
  }
  block.troubles = block.items.size();
  return block;
}

StatusBlock actionBlock(const ordered_json& status, const StatusLayout& layout) {
  StatusBlock block{{"Suggested actions"}, {}, 0, "actions"};
  const auto add = [&](const std::string& message, const std::string& command) {
    Lines lines = indented(message + ":", 2, 2, layout);
    // Not broken: it is to be copied.
    lines.push_back("    " + painted(command, Colour::kStrong, layout.colours));
    block.items.push_back(std::move(lines));
  };
  if (standsBy(status)) {
    add("what governors and remedies are is known where the other one acts", "healdctl replicas");
  }
  for (const ordered_json& advice : listOf(status, "recommendations")) {
    add(textOf(advice, "message"), textOf(advice, "command"));
  }
  block.troubles = block.items.size();
  return block;
}

StatusBlock blockOf(const StatusSection& section, const StatusLayout& layout) {
  Table::Lines lines = section.lines(layout.colours, layout.width);
  const auto troubles =
      std::count_if(section.rows.begin(), section.rows.end(),
                    [](const auto& row) { return row.concern != Concern::kQuiet; });
  return {std::move(lines.head), std::move(lines.rows), static_cast<std::size_t>(troubles),
          section.many};
}

std::string statusText(const ordered_json& status, const StatusLayout& layout) {
  std::vector<StatusBlock> blocks = {issueBlock(status, layout), actionBlock(status, layout)};
  for (StatusSection& section : knownSectionsOf(status)) {
    worstFirst(section.rows);
    blocks.push_back(blockOf(section, layout));
  }
  std::erase_if(blocks, [](const StatusBlock& block) { return block.items.empty(); });
  const Lines title = statusTitle(status, layout);
  const std::string hint = hiddenOutputHint(status);
  const std::size_t taken = title.size() + 1 + (hint.empty() ? 0 : 2);  // and the prompt behind it
  const Shown shown = folded(blocks, layout.rows - std::min(layout.rows, taken));
  std::string text;
  for (const std::string& line : title) text += line + "\n";
  for (std::size_t i = 0; i < blocks.size(); ++i) text += blockText(blocks[i], shown[i], layout);
  return text + hint;
}

std::string flagsText(const ordered_json& flags, bool colours) {
  Table table({"FLAG", "IS", "ENVIRONMENT", "CONFIGURATION", "OVERRIDE", "CHANGED"});
  for (const ordered_json& flag : listOf(flags, "flags")) {
    const bool enabled = flagOf(flag, "enabled");
    const std::string changed = textOf(flag, "changedAt");
    table.add({{textOf(flag, "name"), Colour::kStrong},
               {enabled ? "on" : "off", enabled ? Colour::kGood : Colour::kWarn},
               {onOff(flag, "environment")},
               {onOff(flag, "configuration")},
               {onOff(flag, "override")},
               {changed.empty() ? "never" : changed}});
  }
  return table.text(colours);
}

}  // namespace heald::ctl
