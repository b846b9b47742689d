#include "simulation/canvas.h"

#include <cstdio>

namespace heald::simulation {

std::string Canvas::number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string Canvas::escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c == '&'   ? "&amp;"
           : c == '<' ? "&lt;"
           : c == '>' ? "&gt;"
           : c == '"' ? "&quot;"
                      : std::string(1, c);
  }
  return out;
}

std::string Canvas::cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  const auto within = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  std::size_t head = (most - 1) / 2;
  std::size_t tail = text.size() - (most - 1 - head);
  while (head > 0 && within(head)) --head;
  while (within(tail)) ++tail;
  return text.substr(0, head) + "…" + text.substr(tail);
}

void Canvas::text(double at_x, double at_y, const std::string& style, const std::string& what,
                  const std::string& tip) {
  body_ += "<text class=\"" + style + "\" x=\"" + number(at_x) + "\" y=\"" + number(at_y) + "\">" +
           (tip.empty() ? "" : "<title>" + escaped(tip) + "</title>") + escaped(what) + "</text>\n";
}
void Canvas::band(core::Duration from, core::Duration to, double y, double height,
                  const std::string& style, const std::string& tip) {
  const double left = x(from);
  const double width = x(to) - left;
  if (width <= 0) return;
  body_ += "<rect class=\"" + style + "\" x=\"" + number(left) + "\" y=\"" + number(y) +
           "\" width=\"" + number(width) + "\" height=\"" + number(height) + "\" rx=\"2\"><title>" +
           escaped(tip) + "</title></rect>\n";
}

}  // namespace heald::simulation
