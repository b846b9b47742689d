#pragma once

#include <string>
#include <string_view>

namespace heald::core {

// Bytes from the world made fit for people, terminals, JSON and Prometheus. Pure and thread-safe.
//
// A character *steers* when it does not stand for itself: it moves the cursor, changes the
// direction of the text around it, or is not there for the eye. These are the control characters
// (C0, DEL, C1), the marks of direction (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to
// U+2069), what has no width (U+200B to U+200D, U+2060 to U+2065, U+FEFF, the tags), and the
// separators of lines (U+2028, U+2029). None of them may reach a terminal.

// A message for humans has at most this many bytes.
inline constexpr std::size_t kMessageBytes = 512;

// Bytes of the well-formed UTF-8 character with which `bytes` begins, or 0: strict, so no overlong
// forms, no surrogates, nothing beyond U+10FFFF (Unicode, table 3-7).
std::size_t characterLength(std::string_view bytes);
bool isUtf8(std::string_view bytes);
// Every byte that is not part of well-formed UTF-8 becomes U+FFFD.
std::string toValidUtf8(std::string_view bytes);
// At most `max` bytes, cut between characters, the cut shown by "…". Takes valid UTF-8.
std::string clip(std::string text, std::size_t max);
// The first line with something on it, without the white space around it; "" when there is none.
std::string_view firstLine(std::string_view text);
// One line of valid UTF-8 without characters that steer (each becomes a space), clipped.
std::string oneLine(std::string_view bytes, std::size_t max = kMessageBytes);
// One word of a command for a POSIX shell, whoever has chosen the text: in quotes, unless it is of
// characters alone that no shell minds, and no option.
std::string quotedForShell(std::string_view text);
// Without white space at both ends.
std::string_view trim(std::string_view text);
// Nothing but white space.
bool isBlank(std::string_view text);

// The same characters, with those that steer written as "\u202e" (a pair of these beyond U+FFFF),
// so that a person can see them. Valid UTF-8; without a limit.
std::string escaped(std::string_view bytes);
// Likewise, but lines and tabs stay. A JSON text stays one of the same value.
std::string escapedLines(std::string_view bytes);

}  // namespace heald::core
