#pragma once

#include <span>
#include <string_view>

namespace heald::api {

// A file of the admin page, as it is in web/dist.
struct PageFile {
  std::string_view name;  // "app-3f2a….js"
  std::string_view content;
};

// All of them; index.html is among them. Made when heald is built: cmake/embed.cmake.
std::span<const PageFile> pageFiles();

}  // namespace heald::api
