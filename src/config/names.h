#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "config/fields.h"

namespace heald::config {

// Names of checks, remedies and governors are labels, ids and parts of addresses:
// [A-Za-z0-9][A-Za-z0-9._-]*, at most 63 bytes. What is wrong with one, or "".
std::string nameFault(const std::string& name);

inline constexpr std::size_t kLongestHostName = 253;  // bytes

// What is wrong with the name of a fleet's member, or "": the same characters, and as many as the
// name of a host has at most.
std::string memberNameFault(const std::string& name);

// What is wrong with the name of a label, or "": [a-zA-Z_][a-zA-Z0-9_]*.
std::string labelNameFault(const std::string& name);

// What is wrong with a host as a browser names it, or "".
std::string hostNameFault(const std::string& host);

// What the text alone tells against the path of a file, or "".
std::string filePathFault(const std::string& path);

// Names, with the index of what has each.
using Names = std::map<std::string, std::size_t>;

// Names that are taken, with the place where each is.
using TakenNames = std::map<std::string, std::string>;

// The key "name" of a check or remedy; one that is taken is a mistake. Takes it, also a wrong one.
void readName(Fields& fields, std::string& name, TakenNames& taken, std::string_view help);

// `there is no check "worker" (did you mean "workers"?)`.
std::string missing(const std::string& noun, const std::string& name, const Names& known);

}  // namespace heald::config
