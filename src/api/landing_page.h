#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/advice.h"
#include "http/message.h"

namespace heald::api {

struct Link {
  std::string href;
  std::string text;
  std::string help;
};

struct Landing {
  std::string title = {};
  std::string version = {};
  std::optional<engine::Overall> status = {};  // nothing before the first snapshot
  std::string sentence = {};                   // what that means, in a few words
  std::vector<std::string> issues = {};        // at most kMaxLandingIssues are shown
  std::vector<Link> links = {};
};

inline constexpr std::size_t kMaxLandingIssues = 10;

// One small page without script or outside resources, light or dark as the reader likes it. Its
// style is allowed by a hash in its own Content-Security-Policy. All text is escaped, and a link
// that is neither a path nor http(s) is left out.
http::Response landingPage(const Landing& landing);

}  // namespace heald::api
