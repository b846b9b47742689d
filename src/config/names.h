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

// What is wrong with a "host:port" to listen on, or "". The host is an address or a name, IPv6 in
// brackets; port 0 stands for any free one.
std::string listenFault(const std::string& address);

// The port of an address without fault.
int portOf(const std::string& address);

// Names that are taken, with the index of who took each.
using Names = std::map<std::string, std::size_t>;

// The key "name" of an entry of `list`; one that is taken is a mistake. Takes it, also a wrong one.
void readName(Fields& fields, std::string& name, const std::string& list, Names& taken,
              std::string_view help);

// `there is no check "worker" (did you mean "workers"?)`.
std::string missing(const std::string& noun, const std::string& name, const Names& known);

}  // namespace heald::config
